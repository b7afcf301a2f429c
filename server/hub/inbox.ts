export interface InboxHost {
  /** Too many messages wait; and then few enough again. */
  pause(): void;
  resume(): void;
  report(error: unknown): void;
}

/** So many messages may wait for those before them, and so many letters of them. */
const MAX_WAITING = 64;
const MAX_LETTERS = 256 * 1024;

/** What a page asks for, in the order in which it came: each step waits for the one before it. */
export class Inbox {
  readonly #host: InboxHost;
  /** The last step that is under way. */
  #turn: Promise<void> | undefined;
  #waiting = 0;
  #letters = 0;

  constructor(host: InboxHost) {
    this.#host = host;
  }

  get isFull(): boolean {
    return this.#waiting > MAX_WAITING || this.#letters > MAX_LETTERS;
  }

  /** Takes a step, of a message so long, after those before it; at once, when none of them waits for anything. */
  take(step: () => Promise<void> | undefined, letters: number): void {
    const turn = this.#turn ? this.#turn.then(step) : step();
    if (!turn) return;
    this.#count(1, letters);
    const settled: Promise<void> = turn
      .catch((error: unknown) => this.#host.report(error))
      .then(() => {
        this.#count(-1, -letters);
        if (this.#turn === settled) this.#turn = undefined;
      });
    this.#turn = settled;
  }

  /** What is on its way from a connection that is no longer read from still comes. */
  #count(messages: number, letters: number) {
    const wasFull = this.isFull;
    this.#waiting += messages;
    this.#letters += letters;
    if (this.isFull === wasFull) return;
    if (wasFull) this.#host.resume();
    else this.#host.pause();
  }
}
