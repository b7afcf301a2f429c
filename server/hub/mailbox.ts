import type { Json } from "../../src/state/json.ts";
import { Encoded } from "./encoded.ts";

/** A call or an event for browsers. */
export interface Letter {
  /** Grows from letter to letter, for the whole app. */
  readonly i: number;
  readonly frame: Encoded;
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
  /** With the time: milliseconds since 1970. */
  readonly #toAll = new Box<{ readonly frame: Encoded; readonly at: number }>();
  /** As their texts: few of these are ever sent again. */
  readonly #toOne = new Map<string, Box<string>>();

  constructor(now: number, keptMs: number) {
    this.last = now;
    this.#keptMs = keptMs;
  }

  /** A letter to these clients, or to all; its frame. */
  write(contents: Contents, to: readonly string[] | undefined, at: number): Encoded {
    const i = ++this.last;
    const frame = new Encoded({ ...contents, i });
    if (to) for (const id of to) this.#boxOf(id).add(i, frame.text);
    else this.#toAll.add(i, { frame, at });
    return frame;
  }

  #boxOf(id: string): Box<string> {
    const known = this.#toOne.get(id);
    if (known) return known;
    const box = new Box<string>();
    this.#toOne.set(id, box);
    return box;
  }

  /** What a client has not heard, in order. */
  since(heard: number, id: string): readonly Letter[] {
    const toAll = this.#toAll.since(heard).map(([i, { frame }]) => ({ i, frame }));
    const toOne = this.#toOne.get(id)?.since(heard) ?? [];
    return [...toAll, ...toOne.map(([i, text]) => ({ i, frame: new Encoded(text) }))].sort(
      (a, b) => a.i - b.i,
    );
  }

  /** Whether some of what a client has not heard is kept no longer. */
  hasLost(heard: number, id: string): boolean {
    return Math.max(this.#toAll.lastDropped, this.#toOne.get(id)?.lastDropped ?? 0) > heard;
  }

  /** A client has these. */
  heard(i: number, id: string): void {
    const box = this.#toOne.get(id);
    box?.drop((number) => number <= i);
    if (!box?.size) this.forget(id);
  }

  /** A client is gone for good. */
  forget(id: string): void {
    this.#toOne.delete(id);
  }

  /** Drops what nobody may still come back for. */
  expire(now: number): void {
    this.#toAll.drop((_, { at }) => now - at >= this.#keptMs);
  }
}

/** A ring: a letter takes the place of the oldest where all places are taken. Nothing is moved, or made anew, for it. */
class Box<T> {
  /** Beside each other, in no order: for a pair of both something would be made. */
  #numbers: number[] = [];
  #letters: T[] = [];
  #next = 0;
  /** The number of the last letter that gave its place to another one. */
  lastDropped = 0;

  get size(): number {
    return this.#letters.length;
  }

  add(i: number, letter: T): void {
    this.lastDropped = this.#numbers[this.#next] ?? this.lastDropped;
    this.#numbers[this.#next] = i;
    this.#letters[this.#next] = letter;
    this.#next = (this.#next + 1) % MAX_KEPT;
  }

  since(heard: number): (readonly [i: number, letter: T])[] {
    return this.#numbers
      .map((i, place) => [i, this.#letters[place] as T] as const)
      .filter(([i]) => i > heard);
  }

  drop(isOver: (i: number, letter: T) => boolean): void {
    const kept = this.since(0)
      .filter(([i, letter]) => !isOver(i, letter))
      .sort(([a], [b]) => a - b);
    this.#numbers = kept.map(([i]) => i);
    this.#letters = kept.map(([, letter]) => letter);
    this.#next = kept.length % MAX_KEPT;
  }
}
