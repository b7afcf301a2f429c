import type { Limits } from "../limits.ts";

/** The bad frames of a connection: a few are forgiven, too many within `strikesMs` are not. */
export class Strikes {
  readonly #limits: Pick<Limits, "strikes" | "strikesMs">;
  readonly #times: number[] = [];

  constructor(limits: Pick<Limits, "strikes" | "strikesMs">) {
    this.#limits = limits;
  }

  /** Counts one more; true: that was the last. */
  areOut(now: number): boolean {
    const { strikes, strikesMs } = this.#limits;
    const recent = this.#times.findIndex((at) => now - at < strikesMs);
    this.#times.splice(0, recent < 0 ? this.#times.length : recent);
    return this.#times.push(now) >= strikes;
  }
}
