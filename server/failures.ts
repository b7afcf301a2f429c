import { RateLimiterMemory } from "rate-limiter-flexible";
import type { Limits } from "./limits.ts";

/** Tokens that were given and that nobody signed, by address: who guesses has few tries. */
export class Failures {
  readonly #limiter: RateLimiterMemory;

  constructor({ tokenFailures, tokenFailuresMs }: Pick<Limits, "tokenFailures" | "tokenFailuresMs">) {
    this.#limiter = new RateLimiterMemory({ points: tokenFailures, duration: tokenFailuresMs / 1000 });
  }

  add(address: string): void {
    void this.#limiter.penalty(address);
  }

  /** For so many milliseconds nothing more is taken from there. */
  async waitMs(address: string): Promise<number> {
    const known = await this.#limiter.get(address);
    // Forgotten by a timer, which may be late.
    return known && known.remainingPoints === 0 ? Math.max(known.msBeforeNext, 0) : 0;
  }
}
