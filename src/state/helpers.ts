/** What can be done with a store besides reading and writing it: functions, so that no state key is taken. */
import { CHECKED } from "#dev";
import { checkNoPromise, checkSynchronous } from "../dev/no-promise.ts";
import type { Handle } from "./handle.ts";
import { loadStore } from "./resolver.ts";
import { handleOf } from "./self.ts";
import { coreOf, notAStore, referenceOf } from "./store.ts";
import { arrival, observe, track } from "./tracking.ts";
import type { NumberKeys, Snapshot, StoreOf } from "./types.ts";

const placeOf = (node: object): Handle => handleOf(node) ?? notAStore(node);

/**
 * Calls the listener with the new snapshot after each change, once for all writes of a microtask, an action or a
 * transaction. Returns the function that ends it.
 */
export function subscribe<S extends object>(
  store: StoreOf<S>,
  listener: (state: Snapshot<S>) => void,
): () => void {
  const place = placeOf(store);
  return place.core.listen(() => listener(place.view() as unknown as Snapshot<S>));
}

/**
 * What a store or a handle shows now, read-only: it never changes, and the next one shares with it all that stayed
 * the same. In an element's update it counts as a read of all of it. Any other value is returned as it is.
 */
export function snapshot<S extends object>(store: StoreOf<S>): Snapshot<S>;
export function snapshot<T>(node: T): Snapshot<T>;
export function snapshot(node: unknown): unknown {
  const handle = handleOf(node);
  return handle ? handle.snapshot() : node;
}

const TRANSACTION = "transaction(store, fn)";

/**
 * Makes the writes of a synchronous function to this store one: other clients see all of them or none. When the
 * function throws, or the whole is refused, nothing is written and the error is thrown on. Throws E_OPTION for one that is
 * `async` or gives a promise, on the server and in development builds.
 */
export function transaction<T>(store: StoreOf<object>, fn: () => T): T {
  if (CHECKED) checkSynchronous(TRANSACTION, fn);
  return coreOf(store).transaction(() => {
    const given = track(undefined, fn);
    if (CHECKED) checkNoPromise(TRANSACTION, given);
    return given;
  });
}

/**
 * Resolves when the server has accepted all writes so far; rejects with the first refusal (a VioletError). There
 * is no time limit: offline it waits. A local store's writes are accepted at once.
 */
export async function settled(store: StoreOf<object>): Promise<void> {
  const core = coreOf(store);
  core.close();
  await core.settled();
}

/** How many writes (batches) of this page wait for the server. */
export const pending = (store: StoreOf<object>): number => coreOf(store).pending;

/**
 * Adds `by` to a number, so that everybody's increments add up, whatever their order. In a store that is no
 * object the key is "value".
 */
export function increment<T extends object>(node: T, key: NumberKeys<T>, by = 1): void {
  const place = placeOf(node);
  place.write("increment", key, place.take(by, key));
}

/** Moves a list's element to an index, counted without it. It stays the same element for everybody. */
export function move(list: readonly unknown[], from: number, to: number): void {
  if (from !== to) placeOf(list).write("move", from, to);
}

/** Brings a store here. On the server a room must be loaded before it is used (E_NOT_LOADED). */
export async function load(store: StoreOf<object>): Promise<void> {
  const { definition, key } = referenceOf(store);
  await loadStore(definition, key);
}

/** Resolves when the store has its state: the server's in a browser, a local one's stored value. */
export const loaded = async (store: StoreOf<object>): Promise<void> => coreOf(store).loaded();

/** Whether the store has its state; before, it reads as `initial()`. An element that asks updates when it has. */
export function isLoaded(store: StoreOf<object>): boolean {
  const core = coreOf(store);
  observe(core, arrival);
  return core.isLoaded;
}
