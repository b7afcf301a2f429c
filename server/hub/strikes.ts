import type { Limits } from "../limits.ts";

/** The bad frames of a connection: a few are forgiven, too many within `strikesMs` are not. */
export class Strikes {
  readonly #limits: Pick<Limits, "strikes" | "strikesMs">;
  #times: number[] = [];

  constructor(limits: Pick<Limits, "strikes" | "strikesMs">) {
    this.#limits = limits;
  }

  /** Counts one more; true: that was the last. */
  areOut(now: number): boolean {
    const { strikes, strikesMs } = this.#limits;
    this.#times = this.#times.filter((at) => now - at < strikesMs);
    return this.#times.push(now) >= strikes;
  }
}
