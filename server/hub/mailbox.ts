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
  readonly #toAll = new Box();
  readonly #toOne = new Map<string, Box>();

  constructor(now: number, keptMs: number) {
    this.last = now;
    this.#keptMs = keptMs;
  }

  /** A letter to these clients, or to all; its frame. */
  write(contents: Contents, to: readonly string[] | undefined, at: number): Encoded {
    const i = ++this.last;
    const frame = new Encoded({ ...contents, i });
    if (to) {
      // Kept without its bytes: they are gone as soon as they are sent, and few of these are ever sent again.
      const letter = { i, at, frame: new Encoded(frame.text) };
      for (const id of to) this.#boxOf(id).add(letter);
    } else this.#toAll.add({ i, at, frame });
    return frame;
  }

  #boxOf(id: string): Box {
    const known = this.#toOne.get(id);
    if (known) return known;
    const box = new Box();
    this.#toOne.set(id, box);
    return box;
  }

  /** What a client has not heard, in order. */
  since(heard: number, id: string): readonly Letter[] {
    return [...this.#toAll.letters, ...(this.#toOne.get(id)?.letters ?? [])]
      .filter(({ i }) => i > heard)
      .sort(inOrder);
  }

  /** Whether some of what a client has not heard is kept no longer. */
  hasLost(heard: number, id: string): boolean {
    return Math.max(this.#toAll.lastDropped, this.#toOne.get(id)?.lastDropped ?? 0) > heard;
  }

  /** A client has these. */
  heard(i: number, id: string): void {
    const box = this.#toOne.get(id);
    box?.drop((letter) => letter.i <= i);
    if (!box?.letters.length) this.forget(id);
  }

  /** A client is gone for good. */
  forget(id: string): void {
    this.#toOne.delete(id);
  }

  /** Drops what nobody may still come back for. */
  expire(now: number): void {
    this.#toAll.drop(({ at }) => now - at >= this.#keptMs);
  }
}

const inOrder = (a: Letter, b: Letter): number => a.i - b.i;

/** A ring: a letter takes the place of the oldest where all places are taken. Nothing is moved, or made anew, for it. */
class Box {
  /** In no order. */
  letters: Letter[] = [];
  /** The number of the last letter that gave its place to another one. */
  lastDropped = 0;
  #next = 0;

  add(letter: Letter): void {
    this.lastDropped = this.letters[this.#next]?.i ?? this.lastDropped;
    this.letters[this.#next] = letter;
    this.#next = (this.#next + 1) % MAX_KEPT;
  }

  drop(isOver: (letter: Letter) => boolean): void {
    this.letters = this.letters.filter((letter) => !isOver(letter)).sort(inOrder);
    this.#next = this.letters.length % MAX_KEPT;
  }
}
