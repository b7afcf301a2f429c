import { fail } from "../../src/errors.ts";
import type { Limits } from "../limits.ts";

export interface ExitHost {
  readonly limits: Pick<Limits, "outboxBytes" | "outboxFrames">;
  /** What the rule of the store says now. */
  mayRead(): boolean | Promise<boolean>;
  /** The page may not read any more, or nobody can say. */
  refused(error: unknown): void;
  /** So many frames are left out: too much waited for the rule. */
  overflowed(frames: number): void;
}

/**
 * The one way out of a store with a `read` rule: nothing goes to a page before the rule has allowed it. While a rule
 * takes its time, what comes next waits for it, in order, and one more question then goes for all that waits: an answer
 * never covers what came into being after its question.
 */
export class Exit {
  readonly #host: ExitHost;
  #waiting: (() => void)[] = [];
  #waitingBytes = 0;
  #isAsking = false;
  #isOpen = true;

  constructor(host: ExitHost) {
    this.#host = host;
  }

  /** Sends something of this size, as soon as the rule allows it. */
  pass(bytes: number, send: () => void): void {
    if (!this.#isOpen) return;
    this.#waiting.push(send);
    this.#waitingBytes += bytes;
    if (!this.#isAsking) this.#ask();
    else if (this.#isOver()) this.#host.overflowed(this.clear());
  }

  #isOver() {
    const { outboxBytes, outboxFrames } = this.#host.limits;
    return this.#waiting.length > outboxFrames || this.#waitingBytes > outboxBytes;
  }

  #ask() {
    const asked = this.#waiting;
    this.clear();
    try {
      const answer = this.#host.mayRead();
      if (answer instanceof Promise) this.#wait(answer, asked);
      else this.#answered(answer, asked);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #wait(answer: Promise<boolean>, asked: readonly (() => void)[]) {
    this.#isAsking = true;
    answer
      .then((isAllowed) => {
        this.#isAsking = false;
        this.#answered(isAllowed, asked);
        if (this.#waiting.length) this.#ask();
      })
      .catch((error: unknown) => this.#refuse(error));
  }

  #answered(isAllowed: boolean, asked: readonly (() => void)[]) {
    if (!isAllowed) fail("E_FORBIDDEN");
    // The first of them may end it.
    for (const send of asked) if (this.#isOpen) send();
  }

  #refuse(error: unknown) {
    if (this.#isOpen) this.#host.refused(error);
  }

  /** Forgets what waits; gives how many these were. */
  clear(): number {
    const { length } = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return length;
  }

  close(): void {
    this.#isOpen = false;
    this.clear();
  }
}
