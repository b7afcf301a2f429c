/** Stores that elements find around them, by context: one context for each key of a state. */
import { type Context, ContextEvent } from "@lit/context";
import type { ReactiveElement } from "lit";
import type { StoreCore } from "../src/state/core.ts";

/** A provider has come into the page, or has another store. It bubbles out of shadow roots. */
export const PROVIDER = "violet-provider";

export const PREFIX = "violet:";

/** The context under which the nearest store that has this key is provided. */
export const contextOf = (key: string) => (PREFIX + key) as unknown as Context<string, StoreCore>;

/**
 * Finds the nearest provided store that has the key, for an element: anew when the element or a provider comes into
 * the page, and then `again` is called. Runs on the server too.
 */
export function providedTo(
  element: ReactiveElement,
  key: string,
  again: () => void,
): () => StoreCore | undefined {
  let store: StoreCore | undefined;
  const find = () => {
    if (!store) element.dispatchEvent(new ContextEvent(contextOf(key), element, (found) => (store = found)));
    return store;
  };
  const forget = () => {
    store = undefined;
    again();
  };
  element.addController({
    hostConnected() {
      document.addEventListener(PROVIDER, forget);
      store = undefined;
      if (!find()) holdUpdates(element);
    },
    hostDisconnected() {
      document.removeEventListener(PROVIDER, forget);
      store = undefined;
    },
  });
  return find;
}

/** While a provider's tag is not defined, what the server rendered stays: an update would find no store and empty it. */
function holdUpdates(element: ReactiveElement) {
  const tag = document.querySelector(":is(violet-shared, violet-local, violet-live):not(:defined)");
  if (!tag) return;
  const held = element as object as { scheduleUpdate(): unknown };
  const { scheduleUpdate } = held;
  held.scheduleUpdate = async () => {
    await customElements.whenDefined(tag.localName);
    await scheduleUpdate.call(held);
  };
}

/** Which store an element provides to the plain HTML inside it. */
export const providers = new WeakMap<Node, () => StoreCore | undefined>();

/** Whether a state has the key. An optional one that is not there yet is one of the struct's. */
export function hasKey({ definition, tree }: StoreCore, key: string): boolean {
  const schema = definition.struct?.schema as object | null | undefined;
  return Object.hasOwn(tree.root, key) || Object.hasOwn(schema ?? {}, key);
}
