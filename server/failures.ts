import { RateLimiterMemory } from "rate-limiter-flexible";
import type { Limits } from "./limits.ts";

/** Tokens that were given and that nobody signed, by address: who guesses has few tries. */
export class Failures {
  readonly #limiter: RateLimiterMemory;
  readonly #keptMs: number;
  /** From then on none is remembered, and nothing is looked up: most of the time nobody guesses. */
  #quietFrom = 0;

  constructor({ tokenFailures, tokenFailuresMs }: Pick<Limits, "tokenFailures" | "tokenFailuresMs">) {
    this.#limiter = new RateLimiterMemory({ points: tokenFailures, duration: tokenFailuresMs / 1000 });
    this.#keptMs = tokenFailuresMs;
  }

  add(address: string): void {
    this.#quietFrom = performance.now() + this.#keptMs;
    void this.#limiter.penalty(address);
  }

  /** Whether an address may have to wait. */
  get areRecent(): boolean {
    return performance.now() <= this.#quietFrom;
  }

  /** For so many milliseconds nothing more is taken from there. */
  async waitMs(address: string): Promise<number> {
    const known = await this.#limiter.get(address);
    // Forgotten by a timer, which may be late.
    return known && known.remainingPoints === 0 ? Math.max(known.msBeforeNext, 0) : 0;
  }
}
