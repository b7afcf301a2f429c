import type { Op } from "../../src/state/ops.ts";
import type { Entry } from "../backends/backend.ts";
import type { Subscription } from "./subscription.ts";

/** What is applied to a store and not yet committed. */
export interface Applied {
  readonly entry: Entry;
  readonly undo: readonly Op[];
  /** Who sent it; undefined: the server's own code. */
  readonly author?: Subscription | undefined;
  /** The ops are not those that the client sent: it has to be told. */
  readonly isChanged?: boolean;
  /** What a refusal comes from. It is not stored. */
  readonly cause?: unknown;
}

export interface CommitHost {
  /** Closes what is being written: the state is then what waits made, and nothing more. */
  close(): void;
  /** Stores a group; rejects where storage does not take it. */
  store(group: readonly Applied[]): Promise<void>;
  /** One after another, in their order; each has left the queue by then. */
  committed(applied: Applied): void;
  /** None of these was taken, the first ones first. They have left the queue. */
  failed(waiting: readonly Applied[]): void;
}

/** A store's writes in their one total order, on their way to storage: all that waits goes as one group. */
export class Commits {
  readonly #host: CommitHost;
  #waiting: Applied[] = [];
  #done: Map<Applied, PromiseWithResolvers<void>> | undefined;
  #isRunning = false;

  constructor(host: CommitHost) {
    this.#host = host;
  }

  /** What is applied and not yet committed, the oldest first. */
  get waiting(): readonly Applied[] {
    return this.#waiting;
  }

  push(applied: Applied): void {
    this.#waiting.push(applied);
    if (!this.#isRunning) void this.#run();
  }

  /** Resolves when all that waits now is committed; rejects where it could not be. */
  settled(applied = this.#waiting.at(-1)): Promise<void> {
    if (!applied) return Promise.resolve();
    const all = (this.#done ??= new Map());
    const done = all.get(applied) ?? Promise.withResolvers<void>();
    all.set(applied, done);
    return done.promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // All writes of one turn are one group.
    await Promise.resolve();
    while (this.#waiting.length) {
      this.#host.close();
      const group = this.#waiting.slice();
      const error = await this.#host.store(group).then(
        () => undefined,
        (error: unknown) => error ?? new Error("unknown"),
      );
      if (error === undefined) for (const applied of group) this.#commit(applied);
      else this.#fail(error);
    }
    // A store at rest keeps no room for more.
    this.#waiting.length = 0;
    this.#isRunning = false;
  }

  #commit(applied: Applied) {
    this.#waiting.shift();
    this.#host.committed(applied);
    this.#take(applied)?.resolve();
  }

  #fail(error: unknown) {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#host.failed(waiting);
    for (const applied of waiting) this.#take(applied)?.reject(error);
  }

  #take(applied: Applied) {
    const done = this.#done?.get(applied);
    this.#done?.delete(applied);
    return done;
  }
}
