import type { ReactiveController, ReactiveControllerHost } from "lit";
import { isServer } from "lit";
import type { VioletError } from "../src/errors.ts";
import { pageRuntime } from "../src/page.ts";
import type { Runtime, Status } from "../src/runtime.ts";
import { handleOf } from "../src/state/self.ts";
import type { Snapshot, StoreOf } from "../src/state/types.ts";
import { type Binding, bind } from "./binding.ts";

/**
 * Follows a store for any Lit element: `value` is a snapshot of its state, or of what `select` takes of it, and the
 * element updates when that changed. A function chooses the store, and is asked again at each update. On the server
 * it reads.
 *
 * @example `#total = new StoreController(this, game, (state) => state.score);`
 */
export class StoreController<S, T = Snapshot<S>> {
  readonly #binding: Binding<T | undefined>;

  constructor(
    host: ReactiveControllerHost,
    store: StoreOf<S> | (() => StoreOf<S> | undefined),
    select: (state: Snapshot<S>) => T = (state) => state as unknown as T,
  ) {
    const read = () => {
      const handle = handleOf(typeof store === "function" ? store() : store);
      return handle && select(handle.snapshot() as Snapshot<S>);
    };
    this.#binding = bind(host, read, () => host.requestUpdate());
  }

  /** Undefined only while the function gives no store. */
  get value(): T {
    return this.#binding.value as T;
  }
}

/**
 * Follows the page's link for any Lit element, which updates when one of these changed. On the server, and where
 * nothing in the page needs a link, the status is "idle".
 */
export class SocketController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #runtime: Runtime | undefined;
  #stop: (() => void) | undefined;

  constructor(
    host: ReactiveControllerHost,
    runtime: Runtime | undefined = isServer ? undefined : pageRuntime(),
  ) {
    this.#host = host;
    this.#runtime = runtime;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stop = this.#runtime?.watch(() => this.#host.requestUpdate());
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#stop?.();
  }

  get status(): Status {
    return this.#runtime?.status ?? "idle";
  }

  /** Writes of this page that wait for the server. */
  get pending(): number {
    return this.#runtime?.pending ?? 0;
  }

  /** When the link was lost, in ms since 1970; undefined while it is live. */
  get offlineSince(): number | undefined {
    return this.#runtime?.link.offlineSince;
  }

  /** True after `tellAfter` tries in a row failed: time to tell. */
  get isLost(): boolean {
    return !!this.#runtime && this.#runtime.link.tries >= this.#runtime.tellAfter;
  }

  /** The last refusal of a write, until a later one is accepted. */
  get refusal(): VioletError | undefined {
    return this.#runtime?.lastRefusal;
  }
}
