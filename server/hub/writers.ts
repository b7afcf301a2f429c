import type { Entry, WriterRecord } from "../backends/backend.ts";

export interface WriterLimits {
  readonly dedupeMs: number;
  readonly dedupeClients: number;
}

/**
 * The dedupe records of a store: the last number that was taken from each writer. Those of writers that were silent
 * for too long, and of the most silent ones where there are too many, are forgotten, here first and by storage with
 * the next commit.
 */
export class Writers {
  readonly #limits: WriterLimits;
  /**
   * By their clients, in the order in which they wrote last: a client writes in one life at a time, however many it claims to
   * have had.
   */
  readonly #records = new Map<string, readonly [writer: string, record: WriterRecord]>();
  /** Those that storage still has. */
  #forgotten: Set<string> | undefined;

  constructor(limits: WriterLimits, stored: Iterable<readonly [string, WriterRecord]> = []) {
    this.#limits = limits;
    for (const each of [...stored].sort(([, a], [, b]) => a.at - b.at)) this.#set(...each);
  }

  get(writer: string): WriterRecord | undefined {
    const [latest, record] = this.#records.get(clientOf(writer)) ?? [];
    return latest === writer ? record : undefined;
  }

  [Symbol.iterator](): Iterator<readonly [string, WriterRecord]> {
    return this.#records.values();
  }

  /** Takes a batch's number into its writer's record. */
  record({ writer, n, refusal, at }: Entry): void {
    if (writer === undefined || n === undefined) return;
    this.#set(writer, refusal ? { n, at, refusal } : { n, at });
    this.#forget(at);
  }

  #set(writer: string, record: WriterRecord) {
    const client = clientOf(writer);
    const [former = writer] = this.#records.get(client) ?? [];
    if (former !== writer) this.#drop(client, former);
    this.#records.delete(client);
    this.#records.set(client, [writer, record]);
    this.#forgotten?.delete(writer);
  }

  #forget(now: number) {
    const { dedupeMs, dedupeClients } = this.#limits;
    for (const [client, [writer, { at }]] of this.#records) {
      if (this.#records.size <= dedupeClients && now - at <= dedupeMs) return;
      this.#drop(client, writer);
    }
  }

  #drop(client: string, writer: string) {
    this.#records.delete(client);
    (this.#forgotten ??= new Set()).add(writer);
  }

  get forgotten(): readonly string[] {
    return [...(this.#forgotten ?? [])];
  }

  /** Storage has forgotten them, too. */
  cleared(writers: readonly string[]): void {
    for (const writer of writers) this.#forgotten?.delete(writer);
  }
}

/** A writer is named by its client and the number of its life. */
const clientOf = (writer: string) => writer.slice(0, writer.lastIndexOf("."));
