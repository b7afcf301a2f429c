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
  /** In the order in which they wrote last. */
  readonly #records: Map<string, WriterRecord>;
  /** The writer that each client is now: it writes in one life at a time, however many it claims to have had. */
  readonly #lives = new Map<string, string>();
  /** Those that storage still has. */
  readonly #forgotten = new Set<string>();

  constructor(limits: WriterLimits, stored: Iterable<readonly [string, WriterRecord]> = []) {
    this.#limits = limits;
    this.#records = new Map([...stored].sort(([, a], [, b]) => a.at - b.at));
    for (const writer of this.#records.keys()) this.#lives.set(clientOf(writer), writer);
  }

  get(writer: string): WriterRecord | undefined {
    return this.#records.get(writer);
  }

  [Symbol.iterator](): Iterator<[string, WriterRecord]> {
    return this.#records[Symbol.iterator]();
  }

  /** Takes a batch's number into its writer's record. */
  record({ writer, n, refusal, at }: Entry): void {
    if (writer === undefined || n === undefined) return;
    const former = this.#lives.get(clientOf(writer));
    if (former !== undefined && former !== writer) this.#drop(former);
    this.#lives.set(clientOf(writer), writer);
    this.#records.delete(writer);
    this.#records.set(writer, refusal ? { n, at, refusal } : { n, at });
    this.#forgotten.delete(writer);
    this.#forget(at);
  }

  #forget(now: number) {
    const { dedupeMs, dedupeClients } = this.#limits;
    for (const [writer, { at }] of this.#records) {
      if (this.#records.size <= dedupeClients && now - at <= dedupeMs) return;
      this.#drop(writer);
      this.#lives.delete(clientOf(writer));
    }
  }

  #drop(writer: string) {
    this.#records.delete(writer);
    this.#forgotten.add(writer);
  }

  get forgotten(): readonly string[] {
    return [...this.#forgotten];
  }

  /** Storage has forgotten them, too. */
  cleared(writers: readonly string[]): void {
    for (const writer of writers) this.#forgotten.delete(writer);
  }
}

/** A writer is named by its client and the number of its life. */
const clientOf = (writer: string) => writer.slice(0, writer.lastIndexOf("."));
