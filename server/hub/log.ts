import type { Op } from "../../src/state/ops.ts";

/** One version: the ops that made it, and who wrote it under which number. */
export interface Logged {
  readonly ops: readonly Op[];
  readonly writer: string | undefined;
  readonly n: number | undefined;
  readonly bytes: number;
}

/** A store's latest versions, bounded: what a page that was away can still be sent. */
export class Log {
  readonly #maxOps: number;
  readonly #maxBytes: number;
  #entries: Logged[] = [];
  #ops = 0;
  #bytes = 0;
  /** The version before the oldest entry. */
  #start: number;

  constructor(start: number, limits: { readonly maxOps: number; readonly maxBytes: number }) {
    this.#start = start;
    this.#maxOps = limits.maxOps;
    this.#maxBytes = limits.maxBytes;
  }

  push(entry: Logged): void {
    this.#entries.push(entry);
    this.#ops += entry.ops.length;
    this.#bytes += entry.bytes;
    // Trimmed in steps: shifting one by one from a long array would cost every write.
    if (this.#ops > this.#maxOps * 1.25 || this.#bytes > this.#maxBytes * 1.25) this.#trim();
  }

  #trim() {
    let count = 0;
    while (this.#ops > this.#maxOps || this.#bytes > this.#maxBytes) {
      const entry = this.#entries[count++] as Logged;
      this.#ops -= entry.ops.length;
      this.#bytes -= entry.bytes;
    }
    this.#entries = this.#entries.slice(count);
    this.#start += count;
  }

  /** All versions after this one, or undefined where the log does not reach back so far. */
  since(version: number): readonly Logged[] | undefined {
    const from = version - this.#start;
    if (from < 0 || from > this.#entries.length) return undefined;
    return from === this.#entries.length ? [] : this.#entries.slice(from);
  }
}
