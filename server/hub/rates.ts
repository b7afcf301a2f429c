/**
 * How often a page may ask: a bucket for its messages and one for the ops in them. Both are one number, the time at which
 * the bucket is full again, and are checked without waiting or making anything (docs/decisions/rates.md).
 */
import type { UpFrame } from "../../src/wire/frames.ts";
import { MAX_MESSAGE_OPS } from "../../src/wire/protocol.ts";
import type { Limits } from "../limits.ts";
import { opsIn } from "./reading.ts";

type RateLimits = Pick<Limits, "messagesPerSecond" | "messageBurst" | "opsPerSecond" | "opBurst">;

/** So many at once, and so many a second. */
export class Bucket {
  readonly #costMs: number;
  readonly #burstMs: number;
  readonly #patienceMs: number;
  /** When all that was taken will have come back. */
  #fullAt = 0;
  /** The same, with what was refused and comes again. */
  #dueAt = 0;

  /** `refused`: of whom more are refused and come all the same, no turn is kept. */
  constructor(perSecond: number, burst: number, refused: number) {
    this.#costMs = 1000 / perSecond;
    this.#burstMs = burst * this.#costMs;
    this.#patienceMs = refused * this.#costMs;
  }

  /**
   * Takes so many, and gives 0; or takes none, and gives the milliseconds until it is their turn, or infinity. All have
   * turns of their own: those who came again at the same time would come in vain, all but one.
   */
  take(count: number, now: number): number {
    const costMs = count * this.#costMs;
    const fullAt = Math.max(this.#fullAt, now) + costMs;
    // Who asks for more than a bucket holds gets it of a full one, or never would.
    if (fullAt - now <= this.#burstMs || this.#fullAt <= now) {
      this.#fullAt = fullAt;
      return 0;
    }
    this.#dueAt = Math.max(this.#dueAt, this.#fullAt) + costMs;
    const waitMs = this.#dueAt - now - this.#burstMs;
    return waitMs > this.#patienceMs ? Number.POSITIVE_INFINITY : Math.ceil(waitMs);
  }
}

/** What one connection has asked. */
export class Rates {
  readonly #messages: Bucket;
  readonly #ops: Bucket;

  constructor({ messagesPerSecond, messageBurst, opsPerSecond, opBurst }: RateLimits) {
    this.#messages = new Bucket(messagesPerSecond, messageBurst, messageBurst);
    this.#ops = new Bucket(opsPerSecond, opBurst, messageBurst * MAX_MESSAGE_OPS);
  }

  /**
   * 0: the frame is taken. Else the milliseconds after which it is to come again; infinity: the page does not wait when
   * it is told to. `now` comes from a clock that nobody sets.
   */
  take(frame: UpFrame, now: number): number {
    return this.#messages.take(1, now) || this.#ops.take(opsIn(frame), now);
  }
}
