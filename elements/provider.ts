import type { ContextEvent } from "@lit/context";
import { isServer, type ReactiveController, type ReactiveElement } from "lit";
import type { StoreCore } from "../src/state/core.ts";
import type { Definition } from "../src/state/definition.ts";
import { type Bound, bindHtml, type Provided } from "./html/bind.ts";
import { type contextOf, hasKey, PREFIX, PROVIDER, providers } from "./provided.ts";

type Request = ContextEvent<ReturnType<typeof contextOf>>;

/**
 * Provides a store to everything inside its host, for the keys that its state has: to elements by context, and to plain
 * HTML by its bindings. Runs on the server too. `assume` is asked for a store that nobody has defined when all modules
 * of the page have run.
 */
export class StoreProvider implements ReactiveController, Provided {
  readonly #host: ReactiveElement;
  readonly #find: () => StoreCore | undefined;
  readonly #assume: Provided["assume"] | undefined;
  #bound: Bound | undefined;

  constructor(host: ReactiveElement, find: () => StoreCore | undefined, assume?: Provided["assume"]) {
    this.#host = host;
    this.#find = find;
    this.#assume = assume;
    providers.set(host, find);
    host.addEventListener("context-request", (event) => this.#answer(event as Request));
    host.addController(this);
  }

  #answer(event: Request) {
    const context: unknown = event.context;
    if (typeof context !== "string" || !context.startsWith(PREFIX) || event.contextTarget === this.#host)
      return;
    const store = this.#find();
    if (!store || !hasKey(store, context.slice(PREFIX.length))) return;
    event.stopPropagation();
    event.callback(store);
  }

  hostConnected(): void {
    this.announce();
    if (!isServer) this.#bound = bindHtml(this.#host, this);
  }

  hostDisconnected(): void {
    this.#bound?.stop();
  }

  find(): StoreCore | undefined {
    return this.#find();
  }

  assume(untyped: (name: string) => Definition): void {
    this.#assume?.(untyped);
    this.announce();
  }

  /** Those who asked before this provider was there, or before it had this store, ask again. */
  announce(): void {
    this.#host.dispatchEvent(new Event(PROVIDER, { bubbles: true, composed: true }));
  }
}
