import { VioletError } from "../../src/errors.ts";
import type { Limits } from "../limits.ts";
import { Recent } from "../recent.ts";

type RateLimits = Pick<Limits, "messagesPerSecond" | "messageBurst">;

/**
 * How often a session calls over HTTP: as often as a page may send messages, whatever the number of its pages. Calls without
 * a session, which may come where no token is asked for, are an address's. A bucket is the time at which it is full again (docs/decisions/rates.md); one that is full need not be known.
 */
export class CallRates {
  readonly #costMs: number;
  readonly #burstMs: number;
  readonly #now: () => number;
  readonly #buckets = new Recent<{ fullAt: number }>();
  #turnedAt = 0;

  /** `now`: milliseconds, by a clock that nobody sets. */
  constructor({ messagesPerSecond, messageBurst }: RateLimits, now: () => number) {
    this.#costMs = 1000 / messagesPerSecond;
    this.#burstMs = messageBurst * this.#costMs;
    this.#now = now;
  }

  /** Throws E_RATE. */
  take(counted: string): void {
    const now = this.#now();
    const bucket = this.#bucketOf(counted, now);
    const fullAt = Math.max(bucket.fullAt, now) + this.#costMs;
    const waitMs = fullAt - now - this.#burstMs;
    if (waitMs > 0) throw new TooManyCalls(waitMs);
    bucket.fullAt = fullAt;
  }

  #bucketOf(counted: string, now: number) {
    // After so long any bucket is full.
    if (now - this.#turnedAt > this.#burstMs) {
      this.#buckets.turn();
      this.#turnedAt = now;
    }
    const known = this.#buckets.get(counted);
    if (known) return known;
    const bucket = { fullAt: 0 };
    this.#buckets.set(counted, bucket);
    return bucket;
  }
}

/** E_RATE, with the time after which it is worth another try. */
export class TooManyCalls extends VioletError {
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("E_RATE", {}, { origin: "peer" });
    this.retryAfterMs = Math.max(Math.ceil(retryAfterMs), 1);
  }
}
