import type { HubTime } from "../hub/time.ts";

const TURN_MS = 10;

/** Lets in little by little who comes at once: those who are in are served meanwhile. First come, first in. */
export class Pace {
  readonly #perTurn: number;
  readonly #time: Pick<HubTime, "every">;
  readonly #waiting: (() => void)[] = [];
  /** So many may still come in this turn. */
  #left = 0;
  /** Turns go on from the first who comes until one in which nobody does. */
  #stop: (() => void) | undefined;

  /** `perSecond`: 100 or more. */
  constructor(perSecond: number, time: Pick<HubTime, "every">) {
    this.#perTurn = Math.floor((perSecond * TURN_MS) / 1000);
    this.#time = time;
  }

  /** Resolves when it is this one's turn: at once, where few come. */
  enter(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
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
    const entering = this.#waiting.splice(0, this.#left);
    this.#left -= entering.length;
    for (const enter of entering) enter();
  }
}
