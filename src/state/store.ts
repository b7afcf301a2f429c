/** What `shared`, `shared.family` and `local` give to users: proxies that find their store when they are used. */
import { CHECKED, DEV } from "#dev";
import { refusalOfKey } from "../dev/refusals.ts";
import { fail } from "../errors.ts";
import { mark } from "../events/marks.ts";
import type { StoreCore } from "./core.ts";
import { type Definition, KEY_FIELD } from "./definition.ts";
import { typeName } from "./json.ts";
import { resolve } from "./resolver.ts";
import { handleOf, self } from "./self.ts";

/** Which store a proxy stands for, whether or not it is loaded here. */
export interface Reference {
  readonly definition: Definition;
  /** Undefined for a plain store, and for a family as a whole. */
  readonly key: string | undefined;
}

const references = new WeakMap<object, Reference>();

/** The definition, and for a family's member the key, of a store or a family; of anything else undefined. */
export const findReference = (store: object): Reference | undefined => references.get(store);

/** The same. Loads and resolves nothing. Throws E_READ_ONLY for anything else. */
export const referenceOf = (store: object): Reference => findReference(store) ?? notAStore(store);

/** The definition of a store or a family. */
export const definitionOf = (store: object): Definition => referenceOf(store).definition;

/** The store, as it is here and now, of a store's proxy or of any handle in it. */
export const coreOf = (store: object): StoreCore => (handleOf(store) ?? notAStore(store)).core;

export function notAStore(given: unknown): never {
  const hint = "From a snapshot's row, writable(row) gives its handle";
  return fail("E_READ_ONLY", CHECKED ? { expected: "a store", got: typeName(given), hint } : {});
}

type Trap = (...args: unknown[]) => unknown;

/** A store's proxy: its state, and its actions as functions. */
export function storeOf(definition: Definition, key?: string): object {
  const core = () => resolve(definition, key);
  const calls: Record<PropertyKey, unknown> = Object.create(null);
  for (const [name, { structs }] of definition.actions)
    calls[name] = mark((...args: unknown[]) => core().call(name, args), { kind: "action", structs });

  const traps: ProxyHandler<object> = {
    get: (_, name) =>
      // `then` is asked of whatever is awaited, and symbols of whatever is printed: loaded here or not.
      name === "then" || (typeof name === "symbol" && name !== self)
        ? undefined
        : (calls[name] ?? Reflect.get(core().root, name)),
    has: (_, name) => name in calls || name in core().root,
  };
  // All others do to the root's handle what is done to the store.
  const others = new Proxy(
    {},
    {
      get:
        (_, trap: keyof typeof Reflect) =>
        (_: unknown, ...args: unknown[]) =>
          (Reflect[trap] as Trap)(core().root, ...args),
    },
  );
  const store = new Proxy({}, Object.setPrototypeOf(traps, others));
  references.set(store, { definition, key });
  return store;
}

/** A family: its stores by key, the same proxy for the same key as long as somebody holds it. */
export function familyOf(definition: Definition): (key: string) => object {
  const members = new Map<string, WeakRef<object>>();
  const collected = new FinalizationRegistry(
    (key: string) => members.get(key)?.deref() ?? members.delete(key),
  );
  const family = (key: string) => {
    if (!definition.keys?.is(key)) {
      const where = { store: definition.name, path: [KEY_FIELD] };
      // In production not even on the server: apps pass the sentence on to browsers.
      const details = DEV ? { ...where, ...refusalOfKey(definition.keys, key) } : where;
      fail("E_VALIDATION", details, { field: KEY_FIELD });
    }
    let store = members.get(key)?.deref();
    if (!store) {
      store = storeOf(definition, key);
      members.set(key, new WeakRef(store));
      collected.register(store, key);
    }
    return store;
  };
  references.set(family, { definition, key: undefined });
  return family;
}
