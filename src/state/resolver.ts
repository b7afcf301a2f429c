import { fail } from "../errors.ts";
import type { StoreCore } from "./core.ts";
import { type Definition, wireName } from "./definition.ts";

/** Where a handle points: the page's runtime in a browser, the scope's store on the server. */
export type Resolver = (definition: Definition, key: string | undefined) => StoreCore;

let resolver: Resolver = (definition, key) => fail("E_NO_SCOPE", { store: wireName(definition, key) });

/** Installed once: by the page's runtime, or by server/scope. */
export function setResolver(next: Resolver): void {
  resolver = next;
}

let acting: StoreCore | undefined;

/** Runs an action's function: while it runs (actions are synchronous), no other store may be touched. */
export function acts<T>(core: StoreCore, fn: () => T): T {
  const outer = acting;
  acting = core;
  try {
    return fn();
  } finally {
    acting = outer;
  }
}

export const isActing = (core: StoreCore): boolean => acting === core;

export const resolve: Resolver = (definition, key) => {
  const core = resolver(definition, key);
  if (acting && acting !== core) fail("E_ACTION_SCOPE", { store: core.name });
  return core;
};

/** Brings a store here, where that takes time: an unloaded room on the server. */
export type Loader = (definition: Definition, key: string | undefined) => Promise<void>;

let loader: Loader = (definition, key) => resolve(definition, key).loaded();

/** Installed once, by server/scope; the page's stores load by themselves. */
export function setLoader(next: Loader): void {
  loader = next;
}

export const loadStore: Loader = (definition, key) => loader(definition, key);

let stores: () => Iterable<StoreCore> = () => [];

/** Installed beside the resolver: the stores that are loaded here. */
export function setStores(next: () => Iterable<StoreCore>): void {
  stores = next;
}

/** The stores among which a snapshot's node is looked for. */
export const presentStores = (): Iterable<StoreCore> => stores();
