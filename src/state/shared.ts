import { definitionFrom, type SharedOptions } from "./options.ts";
import { familyOf, storeOf } from "./store.ts";
import type { AnyStruct } from "./struct.ts";
import type { Actions, Family, NoActions, Snapshot, State, Store } from "./types.ts";

/**
 * Defines a store that all clients share: its truth lives on the server. What it returns *is* the state, typed by
 * the struct, with the actions as functions beside it; a state that is no object stands under `value`. Import the
 * module that calls it on the server and in the browser.
 *
 *     const game = shared("game", { state: object({ score: integer() }), initial: () => ({ score: 0 }) });
 *
 * `name` is its name on the wire: 1 to 192 letters, without white space and "/", and without "@" in front. Throws
 * E_DUPLICATE_NAME when it is taken; and on the server and in development builds E_OPTION for another name, and for an
 * option that is unknown, of the wrong kind, or missing.
 */
export function shared<
  S,
  const I extends Snapshot<S>,
  X extends Actions = NoActions,
  const K extends keyof State<S> = never,
>(name: string, options: SharedOptions<S, X, K> & { readonly initial: () => I }): Store<State<S>, X, K> {
  return storeOf(definitionFrom(name, "shared", options)) as Store<State<S>, X, K>;
}

/**
 * Defines rooms: stores of one shape, one for each key, loaded when they are first used. `room("42")` is the store
 * named `room/42`; the key is checked by the struct `key` (default: 1 to 64 letters, digits, `_`, `-`) and given to
 * `initial`.
 *
 * Throws E_DUPLICATE_NAME and E_OPTION, as `shared` does; the family throws E_VALIDATION for a key that is not allowed.
 */
shared.family = function family<
  S,
  const I extends Snapshot<S>,
  X extends Actions = NoActions,
  const K extends keyof State<S> = never,
>(
  name: string,
  options: SharedOptions<S, X, K> & {
    readonly key?: AnyStruct<string>;
    readonly initial: (key: string) => I;
  },
): Family<State<S>, X, K> {
  const definition = definitionFrom(name, "shared", options, options?.key ?? plainKey);
  return familyOf(definition) as unknown as Family<State<S>, X, K>;
};

/** Of superstruct's `pattern(string(), ...)` the part that is asked: the engine itself does without superstruct. */
const plainKey = {
  is: (key: unknown) => typeof key === "string" && /^[\w-]{1,64}$/.test(key),
} as AnyStruct<string>;
