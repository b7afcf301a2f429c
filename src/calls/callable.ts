/** Functions that the other end may call: what is known of each is kept beside it, never on it. */
import type { Details } from "../dev/texts.ts";
import { fail } from "../errors.ts";
import type { AnyStruct } from "../state/struct.ts";
import { callName } from "./names.ts";

interface CallableOf<K> {
  readonly kind: K;
  /** Its arguments; none where none are declared. */
  readonly structs: readonly AnyStruct[];
  readonly result?: AnyStruct | undefined;
  /** Which arguments it takes, its structs say. */
  readonly run: (...args: never) => unknown;
}

/** A live component: browsers mount it, and then call its callbacks. */
export interface MountableComponent {
  readonly kind: "live";
}

/** rpc and realtime run on the server, client in the browser. */
export type CallableFunction = CallableOf<"rpc"> | CallableOf<"realtime"> | CallableOf<"client">;

export type Callable = CallableFunction | MountableComponent;

const callables = new WeakMap<object, Callable>();
const names = new WeakMap<Callable, string>();

/** `name`: under which the other end knows it, where that is known already. */
export function makeCallable<F extends object>(fn: F, callable: Callable, name?: string): F {
  callables.set(fn, callable);
  if (name !== undefined) names.set(callable, name);
  return fn;
}

/** What is known of a function, or of a live component; undefined where it was not marked as one. */
export const callableOf = (fn: object): Callable | undefined => callables.get(fn);

/** The wire name of a function; undefined where its module was given to nobody. */
export const knownNameOf = (fn: object): string | undefined => names.get(callables.get(fn) as Callable);

/** The same. Throws E_UNKNOWN_CALLABLE where it has none; `cure`, asked for then, says of what, and what to do. */
export const nameOf = (fn: object, cure?: (() => Details) | false): string =>
  knownNameOf(fn) ?? fail("E_UNKNOWN_CALLABLE", cure ? cure() : {});

/** Runs `run` while a function that has no name has this one. Nothing else is named meanwhile: it takes no time. */
export function whileNamed<T>(fn: object, name: string, run: () => T): T {
  const callable = callables.get(fn) as Callable;
  if (names.has(callable)) return run();
  names.set(callable, name);
  try {
    return run();
  } finally {
    names.delete(callable);
  }
}

/** What the server may call in this page, by wire name. */
const registered = new Map<string, CallableFunction>();

export const registeredAs = (name: string): CallableFunction | undefined => registered.get(name);

/** Lets the server call the client functions among a module's exports. Throws E_DUPLICATE_NAME for a name that is taken. */
export function register(file: string, module: object): void {
  for (const [name, callable] of namedIn(file, module))
    if (callable.kind === "client") {
      if ((registered.get(name) ?? callable) !== callable) fail("E_DUPLICATE_NAME", { name });
      registered.set(name, callable);
    }
}

/**
 * The callables among a module's exports, by the wire names that they have from now on. Throws E_DUPLICATE_NAME where
 * one has another name.
 */
export function namedIn(file: string, module: object): Map<string, Callable> {
  const named = new Map<string, Callable>();
  for (const [exported, value] of Object.entries(module)) {
    const callable = callables.get(value as object);
    if (!callable) continue;
    const name = callName(file, exported);
    if ((names.get(callable) ?? name) !== name) fail("E_DUPLICATE_NAME", { name });
    names.set(callable, name);
    named.set(name, callable);
  }
  return named;
}
