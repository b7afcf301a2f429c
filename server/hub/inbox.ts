export interface InboxHost {
  /** Too many messages wait; and then few enough again. */
  pause(): void;
  resume(): void;
  report(error: unknown): void;
}

/** So many messages may wait for those before them. */
const MAX_WAITING = 64;

/** What a page asks for, in the order in which it came: each step waits for the one before it. */
export class Inbox {
  readonly #host: InboxHost;
  /** The last step that is under way. */
  #turn: Promise<void> | undefined;
  #waiting = 0;

  constructor(host: InboxHost) {
    this.#host = host;
  }

  get isFull(): boolean {
    return this.#waiting > MAX_WAITING;
  }

  /** Takes a step after those before it; at once, when none of them waits for anything. */
  take(step: () => Promise<void> | undefined): void {
    const turn = this.#turn ? this.#turn.then(step) : step();
    if (!turn) return;
    // What is on its way from a connection that is no longer read from still comes.
    if (++this.#waiting === MAX_WAITING + 1) this.#host.pause();
    const settled: Promise<void> = turn
      .catch((error: unknown) => this.#host.report(error))
      .then(() => {
        if (this.#waiting-- === MAX_WAITING + 1) this.#host.resume();
        if (this.#turn === settled) this.#turn = undefined;
      });
    this.#turn = settled;
  }
}
