import { BurstyRateLimiter, RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { VioletError } from "../../src/errors.ts";
import type { Limits } from "../limits.ts";

type RateLimits = Pick<Limits, "messagesPerSecond" | "messageBurst">;

/** How often a session calls over HTTP: as often as a page may send messages, whatever the number of its pages. */
export class CallRates {
  readonly #limiter: BurstyRateLimiter;

  constructor({ messagesPerSecond, messageBurst }: RateLimits) {
    const more = Math.max(messageBurst - messagesPerSecond, 0);
    this.#limiter = new BurstyRateLimiter(
      new RateLimiterMemory({ points: messagesPerSecond, duration: 1 }),
      // What a burst takes comes back over the time in which it would have been sent.
      new RateLimiterMemory({
        keyPrefix: "burst",
        points: more,
        duration: Math.ceil(messageBurst / messagesPerSecond) + 1,
      }),
    );
  }

  /** Rejects with E_RATE. */
  async take(session: string): Promise<void> {
    try {
      await this.#limiter.consume(session);
    } catch (refused) {
      const { msBeforeNext } = refused as RateLimiterRes;
      throw new TooManyCalls(msBeforeNext);
    }
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
