/**
 * One call while it runs. A callback has `handlerMs`, and after each `render()` as long again. Nobody can stop one that had its
 * time: it is late, and what it writes from then on is refused to it, for it would be another call's.
 */
import { fail, VioletError } from "../../src/errors.ts";
import type { Batch, StoreCore } from "../../src/state/core.ts";
import { Handle } from "../../src/state/handle.ts";
import type { Path } from "../../src/state/ops.ts";
import type { Limits } from "../limits.ts";

/** What was written and is not committed. */
export type Draft = Pick<Batch, "ops" | "undo">;

export interface TurnHost {
  readonly limits: Pick<Limits, "handlerMs">;
  after(ms: number, fn: () => void): () => void;
}

export class Turn {
  /** What it wrote since the last `render()`. */
  draft: Draft = { ops: [], undo: [] };
  readonly #name: string;
  readonly #host: TurnHost;
  #isLate = false;
  #isRefused = false;
  #aborts: AbortController | undefined;
  /** Of one that takes time. */
  #expires: (() => void) | undefined;
  #stop: (() => void) | undefined;

  /** `name`: what is called, for messages. */
  constructor(name: string, host: TurnHost) {
    this.#name = name;
    this.#host = host;
  }

  /** The state, to be read and written by this call. */
  rootOf(core: StoreCore): object {
    return new TurnHandle(core, this).proxy;
  }

  /** Throws E_LATE. */
  mustBeInTime(): void {
    if (this.#isLate) fail("E_LATE", { name: this.#name });
  }

  /** Aborts when this call is refused. */
  get signal(): AbortSignal {
    this.#aborts ??= new AbortController();
    if (this.#isRefused) this.#aborts.abort();
    return this.#aborts.signal;
  }

  /** It came to nothing. */
  refuse(): void {
    this.#isRefused = true;
    this.#aborts?.abort();
  }

  /** Its time begins anew. */
  renew(): void {
    if (!this.#expires) return;
    this.#stop?.();
    this.#stop = this.#host.after(this.#host.limits.handlerMs, this.#expires);
  }

  /** Settles as what runs does, if that is in time; else `report` gets the error, and it rejects with a plainer one. */
  inTime(running: PromiseLike<unknown>, report: (error: VioletError) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#expires = () => {
      this.#isLate = true;
      const { handlerMs } = this.#host.limits;
      const message = `"${this.#name}" took longer than ${handlerMs} ms (limits.handlerMs).`;
      report(new VioletError("E_UNAVAILABLE", {}, { message }));
      reject(new VioletError("E_UNAVAILABLE", {}, { message: "This took too long." }));
    };
    this.renew();
    const settle = (settled: () => void) => {
      this.#stop?.();
      this.#expires = undefined;
      settled();
    };
    // Those of databases are often no Promise.
    Promise.resolve(running).then(
      () => settle(resolve),
      (error: unknown) => settle(() => reject(error)),
    );
    return promise;
  }
}

class TurnHandle extends Handle {
  readonly #turn: Turn;

  constructor(core: StoreCore, turn: Turn) {
    super(core, false);
    this.#turn = turn;
  }

  /** Every write asks for it, of whatever is in the state. */
  override get path(): Path {
    this.#turn.mustBeInTime();
    return super.path;
  }
}
