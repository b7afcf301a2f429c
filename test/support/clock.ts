import { ClockHubTime } from "../../testing/clock.ts";

/** A server's time: the end of a turn of its event loop comes when the schedule says so. */
export class SimHubTime extends ClockHubTime {
  #soon: (() => void)[] = [];

  override soon(fn: () => void): void {
    this.#soon.push(fn);
  }

  endTurn(): void {
    for (const fn of this.#soon.splice(0)) fn();
  }
}
