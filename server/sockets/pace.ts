import type { HubTime } from "../hub/time.ts";

const TURN_MS = 10;

/** Who comes when more wait is sent away, to come again. */
const MAX_WAITING = 20_000;

/** Who may have gone while it waits. */
interface Guest {
  readonly destroyed: boolean;
}

interface Waiting {
  readonly guest: Guest;
  enter(isIn: boolean): void;
}

/**
 * Lets in little by little who comes at once: those who are in are served meanwhile. Of one address first come, first in;
 * addresses take turns, so that a crowd from some keeps nobody else waiting.
 */
export class Pace {
  readonly #perTurn: number;
  readonly #time: Pick<HubTime, "every">;
  /** By address; whose turn is next comes first. */
  readonly #waiting = new Map<string, Waiting[]>();
  #count = 0;
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
  enter(guest: Guest, address: string): Promise<boolean> {
    if (this.#count >= MAX_WAITING) return Promise.resolve(false);
    const { promise, resolve: enter } = Promise.withResolvers<boolean>();
    const queue = this.#waiting.get(address);
    if (queue) queue.push({ guest, enter });
    else this.#waiting.set(address, [{ guest, enter }]);
    this.#count++;
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
    while (this.#left > 0 && this.#count > 0) {
      const { guest, enter } = this.#takeNext();
      // Who is gone takes nobody's place.
      if (!guest.destroyed) this.#left--;
      enter(!guest.destroyed);
    }
  }

  #takeNext(): Waiting {
    const [[address, queue]] = this.#waiting as unknown as [[string, Waiting[]]];
    const next = queue.shift() as Waiting;
    this.#count--;
    this.#waiting.delete(address);
    if (queue.length > 0) this.#waiting.set(address, queue);
    return next;
  }
}
