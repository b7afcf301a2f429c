import type { ContextEvent } from "@lit/context";
import type { ReactiveController, ReactiveElement } from "lit";
import type { StoreCore } from "../src/state/core.ts";
import { type contextOf, PREFIX, PROVIDER } from "./provided.ts";

type Request = ContextEvent<ReturnType<typeof contextOf>>;

/** Provides a store to everything inside its host, for the keys that its state has. Runs on the server too. */
export class StoreProvider implements ReactiveController {
  readonly #host: ReactiveElement;
  readonly #find: () => StoreCore | undefined;

  constructor(host: ReactiveElement, find: () => StoreCore | undefined) {
    this.#host = host;
    this.#find = find;
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
  }

  /** Those who asked before this provider was there, or before it had this store, ask again. */
  announce(): void {
    this.#host.dispatchEvent(new Event(PROVIDER, { bubbles: true, composed: true }));
  }
}

/** Whether the state may have this key. An optional key that is not there yet is one of the struct's. */
export function hasKey({ definition, tree }: StoreCore, key: string): boolean {
  const schema = definition.struct?.schema as object | null | undefined;
  return Object.hasOwn(tree.root, key) || Object.hasOwn(schema ?? {}, key);
}
