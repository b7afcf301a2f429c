/** The public types of stores. Users write none of them: they are inferred from structs and definitions. */
import type { Marked } from "../events/marks.ts";
import type { ActionContext } from "./context.ts";
import type { AnyStruct, Infer } from "./struct.ts";

export type { Infer } from "./struct.ts";

/** A list of structs, one for each argument. */
export type Structs = readonly AnyStruct[];

/** What structs let through, as arguments: `[string(), optional(string())]` gives `(a: string, b?: string)`. */
export type Args<T extends Structs> = T extends readonly [
  infer First extends AnyStruct,
  ...infer Rest extends Structs,
]
  ? undefined extends Infer<First>
    ? [argument?: Infer<First>, ...rest: Args<Rest>]
    : [argument: Infer<First>, ...rest: Args<Rest>]
  : [];

/** A value to be read only, all the way down. */
export type Snapshot<T> = T extends object ? { readonly [K in keyof T]: Snapshot<T[K]> } : T;

/** The inverse of Snapshot: what `writable` gives. */
export type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

/** The state of a store: an object as it is, anything else under `value`. */
export type State<S> = [S] extends [object]
  ? [S] extends [readonly unknown[]]
    ? { value: S }
    : S
  : { value: S };

declare const types: unique symbol;
declare const members: unique symbol;

/** Something that is a store of state S; its types are in the type alone. */
export interface StoreOf<S, X = unknown, ServerOnly = unknown> {
  readonly [types]: { readonly state: S; readonly actions: X; readonly serverOnly: ServerOnly };
}

/**
 * A store: its state, and its actions as methods. `ServerOnly` are the keys that browsers read and only actions
 * and the server write.
 */
export type Store<S, X = unknown, ServerOnly extends PropertyKey = never> = Guarded<S, ServerOnly> &
  Calls<X> &
  StoreOf<S, X, ServerOnly>;

type Guarded<S, K extends PropertyKey> = [K] extends [never]
  ? S
  : Omit<S, K> & { readonly [P in K & keyof S]: Snapshot<S[P]> };

type Calls<X> = {
  readonly [N in keyof X]: X[N] extends Action<infer A> ? ((...args: A) => void) & Marked : never;
};

/** A family of stores, one for each key. Throws E_VALIDATION for a key that the family's struct refuses. */
export interface Family<S, X = unknown, ServerOnly extends PropertyKey = never> {
  (key: string): Store<S, X, ServerOnly>;
  readonly [members]: StoreOf<S, X, ServerOnly>;
}

declare const args: unique symbol;

/** An action of a definition; A are the arguments that callers give. */
export interface Action<A extends readonly unknown[]> {
  readonly [args]: A;
}

// biome-ignore lint/suspicious/noConfusingVoidType: with `void` alone an async function would do.
type Nothing = void | undefined;

/**
 * Makes an action: with the structs of its arguments, or without arguments. The function is synchronous and
 * gets the state, the arguments and the context.
 */
export interface ActionMaker<S> {
  (run: (state: S, context: ActionContext) => Nothing): Action<[]>;
  <const T extends Structs>(
    structs: T,
    run: (state: S, ...rest: [...Args<T>, ActionContext]) => Nothing,
  ): Action<Args<T>>;
}

// The bound of a record of actions, whatever their arguments (docs/decisions/any.md).
// oxlint-disable-next-line typescript/no-explicit-any
// biome-ignore lint/suspicious/noExplicitAny: as above
export type Actions = Record<string, Action<any>>;

/** Of a store that has none. */
export type NoActions = Record<never, never>;

/** Refuses, at the action itself, one that is named like a state key. */
export type NoStateKey<X, S> = {
  [N in keyof X]: N extends keyof S ? { "an action may not have the name of a state key": N } : unknown;
};

/** The keys of T that may be written. */
type WritableKeys<T> = {
  [K in keyof T]-?: IsReadonly<T, K> extends true ? never : K;
}[keyof T] &
  string;

/** Those of them that hold numbers. */
export type NumberKeys<T> = {
  [K in WritableKeys<T>]: T[K] extends number ? K : never;
}[WritableKeys<T>];

/** What fields may be bound to: a key, or `profile.name`, one of an object. */
export type ModelPath<S> = {
  [K in keyof S & string]:
    | (K extends WritableKeys<S> ? K : never)
    | (NonNullable<S[K]> extends readonly unknown[]
        ? never
        : NonNullable<S[K]> extends object
          ? `${K}.${WritableKeys<NonNullable<S[K]>>}`
          : never);
}[keyof S & string];

type IsReadonly<T, K extends keyof T> =
  (<G>() => G extends { [P in K]: T[P] } ? 1 : 2) extends <G>() => G extends { readonly [P in K]: T[P] }
    ? 1
    : 2
    ? true
    : false;
