import type { Op } from "../../src/state/ops.ts";
import type { Entry } from "../backends/backend.ts";

/** One version: the ops that made it, and who wrote it under which number. */
export interface Logged {
  readonly ops: readonly Op[];
  readonly writer: string | undefined;
  readonly n: number | undefined;
  readonly bytes: number;
}

export interface LogLimits {
  readonly logOps: number;
  readonly logBytes: number;
}

/** A store's latest versions, bounded: what a page that was away can still be sent. */
export class Log {
  readonly #limits: LogLimits;
  /** The oldest entries are holes up to `#head`: shifting one by one from a long array would cost every write. */
  #entries: (Logged | undefined)[] = [];
  #head = 0;
  #ops = 0;
  #bytes = 0;
  /** The version before the oldest entry. */
  #start: number;

  /** `stored`: the entries that led to this version, the oldest first. */
  constructor(version: number, limits: LogLimits, stored: readonly Entry[] = []) {
    this.#start = version - stored.length;
    this.#limits = limits;
    for (const { ops, writer, n } of stored) this.push({ ops, writer, n, bytes: JSON.stringify(ops).length });
  }

  /** `maxBytes`: all entries have no more than these. */
  push({ ops, writer, n, bytes }: Logged, maxBytes: number = this.#limits.logBytes): void {
    // Without the room that it grew by.
    this.#entries.push({ ops: ops.slice(), writer, n, bytes });
    this.#ops += ops.length;
    this.#bytes += bytes;
    while (this.#ops > this.#limits.logOps || this.#bytes > maxBytes) this.#shift();
    if (this.#head > this.#entries.length / 2) this.#compact();
  }

  #shift() {
    const { ops, bytes } = this.#entries[this.#head] as Logged;
    this.#entries[this.#head++] = undefined;
    this.#start++;
    this.#ops -= ops.length;
    this.#bytes -= bytes;
  }

  #compact() {
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  /** All versions after this one, or undefined where the log does not reach back so far. */
  since(version: number): readonly Logged[] | undefined {
    const from = version - this.#start + this.#head;
    if (from < this.#head || from > this.#entries.length) return undefined;
    return from === this.#entries.length ? [] : (this.#entries.slice(from) as Logged[]);
  }
}
