import type { VioletError } from "../src/errors.ts";
import type { Batch } from "../src/state/core.ts";
import { LiveReplica } from "../src/state/live-replica.ts";

/** An instance as its page has it, which knows of each call whether it is over. */
export class PageInstance extends LiveReplica {
  /** The call that was made last. */
  lastCall: Batch | undefined;
  readonly #decided = new WeakSet<Batch>();

  isOver(call: Batch | undefined): boolean {
    return !call || this.isEnded || this.#decided.has(call);
  }

  protected override commit(batch: Batch) {
    const pending = super.commit(batch);
    this.lastCall = pending;
    return pending;
  }

  protected override decided(batch: Batch | undefined, outcome: boolean | VioletError): void {
    if (batch) this.#decided.add(batch);
    super.decided(batch, outcome);
  }
}
