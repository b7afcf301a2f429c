import type { Outcome, Write } from "./calls.ts";

interface Waiting extends PromiseWithResolvers<Outcome> {
  readonly write: Write;
}

/** Writes on their way to a file: all that come while a group is stored are the next group, and one sync of the disk. */
export class Groups {
  readonly #store: (writes: readonly Write[]) => Promise<readonly Outcome[]>;
  #waiting = new Set<Waiting>();
  #running: Promise<void> | undefined;

  constructor(store: (writes: readonly Write[]) => Promise<readonly Outcome[]>) {
    this.#store = store;
  }

  /** `cancel` takes it back, if it is still waiting. */
  add(write: Write): { readonly stored: Promise<Outcome>; cancel(): void } {
    const waiting = { write, ...Promise.withResolvers<Outcome>() };
    this.#waiting.add(waiting);
    this.#running ??= this.#run();
    return { stored: waiting.promise, cancel: () => void this.#waiting.delete(waiting) };
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run() {
    // All of one turn are one group.
    await Promise.resolve();
    while (this.#waiting.size) {
      const group = [...this.#waiting];
      this.#waiting = new Set();
      try {
        const outcomes = await this.#store(group.map(({ write }) => write));
        for (const [index, { resolve }] of group.entries()) resolve(outcomes[index] as Outcome);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }
}
