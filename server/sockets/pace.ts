import type { HubTime } from "../hub/time.ts";

const TURN_MS = 10;

/** Who comes when more wait is sent away, to come again. */
const MAX_WAITING = 20_000;

/** Who may have gone while it waits. */
interface Guest {
  readonly destroyed: boolean;
}

/** Lets in little by little who comes at once: those who are in are served meanwhile. First come, first in. */
export class Pace {
  readonly #perTurn: number;
  readonly #time: Pick<HubTime, "every">;
  #waiting: { readonly guest: Guest; readonly enter: (isIn: boolean) => void }[] = [];
  /** So many may still come in this turn. */
  #left = 0;
  /** Turns go on from the first who comes until one in which nobody does. */
  #stop: (() => void) | undefined;

  /** `perSecond`: 100 or more. */
  constructor(perSecond: number, time: Pick<HubTime, "every">) {
    this.#perTurn = Math.floor((perSecond * TURN_MS) / 1000);
    this.#time = time;
  }

  /** Resolves when it is this one's turn: at once, where few come. False: it is gone, or too many wait. */
  enter(guest: Guest): Promise<boolean> {
    if (this.#waiting.length >= MAX_WAITING) return Promise.resolve(false);
    const { promise, resolve: enter } = Promise.withResolvers<boolean>();
    this.#waiting.push({ guest, enter });
    if (!this.#stop) {
      this.#left = this.#perTurn;
      this.#stop = this.#time.every(TURN_MS, () => this.#next());
    }
    this.#letIn();
    return promise;
  }

  #next() {
    if (this.#left === this.#perTurn) {
      this.#stop?.();
      this.#stop = undefined;
    } else {
      this.#left = this.#perTurn;
      this.#letIn();
    }
  }

  #letIn() {
    let seen = 0;
    for (const { guest, enter } of this.#waiting) {
      if (!this.#left) break;
      seen++;
      // Who is gone takes nobody's place.
      if (!guest.destroyed) this.#left--;
      enter(!guest.destroyed);
    }
    this.#waiting = this.#waiting.slice(seen);
  }
}
