import type { Json } from "../../src/state/json.ts";
import { Encoded } from "./encoded.ts";

/** A call or an event for browsers. */
export interface Letter {
  /** Grows from letter to letter, for the whole app. */
  readonly i: number;
  readonly frame: Encoded;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a letter says; its kind is the frame's. */
export type Contents =
  | { readonly type: "call"; readonly name: string; readonly args: readonly Json[] }
  | { readonly type: "event"; readonly event: string; readonly data?: Json | undefined };

/** So many are kept for one page, and so many of those to all. */
const MAX_KEPT = 256;

/**
 * Calls and events on their way to browsers. A page that comes back within the grace time gets what it missed, in
 * order: what went to everybody is kept once, what went to few is kept for each of them.
 */
export class Mailbox {
  /** Of the last letter. It begins with the time, so that a process never uses the numbers of the one before it. */
  last: number;
  readonly #keptMs: number;
  #toAll: Letter[] = [];
  readonly #toOne = new Map<string, Letter[]>();

  constructor(now: number, keptMs: number) {
    this.last = now;
    this.#keptMs = keptMs;
  }

  /** A letter to these clients, or to all. */
  write(contents: Contents, to: readonly string[] | undefined, at: number): Letter {
    const { type, ...rest } = contents;
    const i = ++this.last;
    const letter = { i, at, frame: new Encoded({ type, i, ...rest }) };
    if (to) for (const id of to) keep(this.#boxOf(id), letter);
    else keep(this.#toAll, letter);
    return letter;
  }

  #boxOf(id: string): Letter[] {
    const box = this.#toOne.get(id) ?? [];
    this.#toOne.set(id, box);
    return box;
  }

  /** What a client has not heard, in order. */
  since(heard: number, id: string): readonly Letter[] {
    return [...this.#toAll, ...(this.#toOne.get(id) ?? [])]
      .filter(({ i }) => i > heard)
      .sort((a, b) => a.i - b.i);
  }

  /** A client has these. */
  heard(i: number, id: string): void {
    const left = this.#toOne.get(id)?.filter((letter) => letter.i > i);
    if (left?.length) this.#toOne.set(id, left);
    else this.forget(id);
  }

  /** A client is gone for good. */
  forget(id: string): void {
    this.#toOne.delete(id);
  }

  /** Drops what nobody may still come back for. */
  expire(now: number): void {
    this.#toAll = this.#toAll.filter(({ at }) => now - at < this.#keptMs);
  }
}

function keep(box: Letter[], letter: Letter) {
  if (box.push(letter) > MAX_KEPT) box.shift();
}
