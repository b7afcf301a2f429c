import { makeCallable } from "../../src/calls/callable.ts";
import {
  aFlag,
  aFunction,
  aStruct,
  type Check,
  checkDeclared,
  isList,
  isObject,
  refuseOption,
  verify,
} from "../../src/dev/check-options.ts";
import { fail } from "../../src/errors.ts";
import { isSafeKey } from "../../src/state/json.ts";
import type { Live, LiveCallback } from "../../src/state/live.ts";
import type { AnyStruct } from "../../src/state/struct.ts";
import type { Args, ModelPath, Structs } from "../../src/state/types.ts";
import { takeArguments } from "../../src/state/validation.ts";
import { ownContext } from "../calls/functions.ts";
import { type Callback, Component, type ComponentOptions, type LiveContext } from "./component.ts";

/** A callback without arguments. It may be asynchronous. */
type PlainCallback<S, P> = (state: S, context: LiveContext<P>) => unknown;

/** Makes a callback with the structs of its arguments, which are checked, and coerced from text, before it runs. */
type CallbackMaker<S, P> = <const T extends Structs, R>(
  structs: T,
  run: (state: S, ...rest: [...Args<T>, LiveContext<P>]) => R,
) => LiveCallback<Args<T>> & ((state: S, ...rest: [...Args<T>, context?: Partial<LiveContext<P>>]) => R);

// The bound of a record of callbacks, whatever their arguments (docs/decisions/any.md).
// oxlint-disable-next-line typescript/no-explicit-any
// biome-ignore lint/suspicious/noExplicitAny: as above
type Callbacks<S, P> = Record<string, PlainCallback<S, P> | LiveCallback<any>>;

export interface LiveOptions<S, C, P> {
  /** What the state must be; checked whenever it is sent. */
  readonly state: AnyStruct<S>;
  /** The state at first. It runs once for each instance, and may be asynchronous. */
  readonly initial: (
    context: Pick<LiveContext<P>, "client" | "session" | "params">,
  ) => NoInfer<S> | Promise<NoInfer<S>>;
  /** What browsers may call: plain functions of the state, or with the structs of their arguments. They may be asynchronous. */
  readonly callbacks?: (callback: CallbackMaker<S, P>) => C;
  /** What elements give by attributes and properties. Default: nothing. */
  readonly params?: AnyStruct<P>;
  /** A browser has taken the instance. */
  readonly onMount?: (state: S, context: LiveContext<P>) => unknown;
  /** Its element or its page is gone for good. */
  readonly onUnmount?: (state: S, context: LiveContext<P>) => unknown;
  /** A callback threw, or was called with what is not valid. What it wrote since the last `render()` is undone. */
  readonly onError?: (state: S, error: Error, context: LiveContext<P>) => unknown;
  /** Calls of one instance; those above are E_RATE. Default: what the connection allows. */
  readonly rateLimit?: `${number}/${"second" | "minute" | "hour"}`;
  /** Calls of one callback within so many milliseconds become one, the last. Default 0. */
  readonly debounceMs?: number;
  /** "form": forms reach the callbacks without JavaScript, too; false: the server leaves them alone. Default "form". */
  readonly fallback?: "form" | false;
  /** The keys that `data-model` may write; `profile.name` is one of an object. Default none. */
  readonly model?: readonly ModelPath<NoInfer<S>>[];
  /** Of the state's shape. Default 1. What is stored with another one goes through `migrate` when it is loaded. */
  readonly version?: number;
  /** Makes a state of this version from one of an older version. */
  readonly migrate?: (state: unknown, version: number) => NoInfer<S>;
  /** The transports that it may use; so far there is one. */
  readonly transports?: readonly "websocket"[];
  /** False: the same as `maxReconnects: 0`. Default true. */
  readonly reconnect?: boolean;
  /** So often an instance comes back after a lost link; then it has ended. Default: always. */
  readonly maxReconnects?: number;
}

/** Callbacks as functions of a state. Of the context whatever is not given does nothing: a test gives what it looks at. */
type DirectCallbacks<S, C, P> = {
  readonly [N in keyof C]: C[N] extends (...args: never) => infer R
    ? C[N] extends LiveCallback<infer A>
      ? (state: S, ...rest: [...A, context?: Partial<LiveContext<P>>]) => R
      : (state: S, context?: Partial<LiveContext<P>>) => R
    : never;
};

/** A live component on the server. */
export interface LiveComponent<S, C, P> extends Live<S, C, P> {
  /** To be called by themselves, in tests: `counter.callbacks.add(state, 2)`. Arguments are checked: throws E_VALIDATION. */
  readonly callbacks: DirectCallbacks<S, C, P>;
}

/**
 * Defines a live component: each element of it has an instance of its own, whose state the server holds. Elements are made
 * with `LiveElement(counter)`; in plain HTML it is `<violet-live component="counter">`. Its wire name is that of its module
 * in `violet({ modules })`. Runs on the server.
 *
 *     export const counter = live({
 *       state: object({ count: integer() }),
 *       initial: () => ({ count: 0 }),
 *       callbacks: (callback) => ({
 *         increment: (state) => { state.count++; },
 *         add: callback([integer()], (state, n) => { state.count += n; }),
 *       }),
 *     });
 *
 * Callbacks of one instance run one after another. `counter.callbacks.add(state, 2)` calls one by itself, for tests.
 * Throws E_OPTION.
 */
export function live<S extends object, C extends Callbacks<S, P>, P extends object>(
  options: LiveOptions<S, C, P>,
): LiveComponent<S, C, P> {
  verify(options, checks, "live: ", ["state", "initial"]);
  const made = options.callbacks?.(makeCallback as unknown as CallbackMaker<S, P>);
  if (options.callbacks && !isObject(made))
    refuseOption("live: callbacks", "a function that returns the callbacks by their names", made);
  const callbacks = Object.entries((made ?? {}) as Record<string, Callback["run"]>).map(
    ([name, run]) => [name, callbackOf.get(run) ?? { structs: [], run }] as const,
  );
  return makeCallable(
    { callbacks: Object.fromEntries(callbacks.map(([name, callback]) => [name, direct(callback)])) },
    new Component(componentOf(options as never, new Map(callbacks))),
  ) as unknown as LiveComponent<S, C, P>;
}

const callbackOf = new WeakMap<object, Callback>();

function makeCallback(structs: Structs, run: Callback["run"]): unknown {
  const callback = { structs, run };
  const call = direct(callback);
  callbackOf.set(call, callback);
  return call;
}

/** A callback as a function of a state, its arguments and, last, what is given of the context. */
const direct =
  ({ structs, run }: Callback) =>
  (state: never, ...args: readonly unknown[]): unknown => {
    const taken = takeArguments(structs, args.slice(0, structs.length), run.name);
    const context = { ...directContext(), ...(args[structs.length] as Partial<LiveContext> | undefined) };
    return run(state, ...(taken as never[]), context as never);
  };

/** Of a callback that is called by itself: nobody is shown anything, and nobody told. */
const directContext = (): LiveContext => ({
  ...ownContext(),
  params: {},
  render: async () => {},
  broadcast() {},
  broadcastTo() {},
});

const RATE = /^([1-9]\d*)\/(second|minute|hour)$/;
const isFrom0 = (value: unknown) => typeof value === "number" && value >= 0;

const checks: Record<keyof LiveOptions<object, unknown, unknown>, Check> = {
  state: aStruct,
  initial: aFunction,
  callbacks: aFunction,
  params: aStruct,
  onMount: aFunction,
  onUnmount: aFunction,
  onError: aFunction,
  rateLimit: [
    (value) => typeof value === "string" && RATE.test(value),
    '"100/minute", or per second or hour',
  ],
  debounceMs: [isFrom0, "milliseconds from 0"],
  fallback: [(value) => value === "form" || value === false, '"form" or false'],
  model: [Array.isArray, "a list of keys"],
  version: [Number.isInteger, "an integer"],
  migrate: aFunction,
  transports: [isList((value) => value === "websocket"), '["websocket"], the only one so far'],
  reconnect: aFlag,
  maxReconnects: [isFrom0, "a number from 0"],
};

/** Whether a path is one of a struct's keys, and of those inside. Where the struct does not name its keys, any may be. */
function isKeyOf({ type, schema }: AnyStruct, [key, ...inside]: readonly string[]): boolean {
  if (key === undefined || !schema || !/^(object|type)$/.test(type)) return true;
  const keys = schema as Readonly<Record<string, AnyStruct>>;
  return Object.hasOwn(keys, key) && isKeyOf(keys[key] as AnyStruct, inside);
}

const PER_MS: Record<string, number> = { second: 1000, minute: 60_000, hour: 3_600_000 };

type Given = LiveOptions<object, unknown, unknown>;

function componentOf(given: Given, callbacks: ComponentOptions["callbacks"]): ComponentOptions {
  const { rateLimit, debounceMs = 0, reconnect = true, fallback = "form", version = 1, model = [] } = given;
  const { maxReconnects = reconnect ? Number.POSITIVE_INFINITY : 0 } = given;
  const refuse = (name: string, expected: string) => fail("E_OPTION", { name: `live: ${name}`, expected });
  for (const [name, { structs, run }] of callbacks) {
    if (!isSafeKey(name)) refuse(`callbacks.${name}`, "a name that JavaScript itself does not ask for");
    checkDeclared(`live: callbacks.${name}`, structs, run);
  }
  for (const path of model as readonly unknown[])
    if (!isKeyOf(given.state, String(path).split(".")))
      refuse("model", `keys of the state; "${String(path)}" is none`);
  const [, count, per = ""] = RATE.exec(rateLimit ?? "") ?? [];
  return {
    ...given,
    params: given.params,
    callbacks,
    rate: count === undefined ? undefined : { count: Number(count), perMs: PER_MS[per] as number },
    debounceMs,
    fallback,
    version,
    model,
    maxReconnects,
  } as ComponentOptions;
}
