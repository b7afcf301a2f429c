import { knownNameOf, makeCallable } from "../../src/calls/callable.ts";
import type { Realtime, Rpc } from "../../src/calls/types.ts";
import { checkDeclared, isStruct, refuseOption } from "../../src/dev/check-options.ts";
import { mark } from "../../src/events/marks.ts";
import type { Client } from "../../src/state/definition.ts";
import type { AnyStruct } from "../../src/state/struct.ts";
import type { Args, Structs } from "../../src/state/types.ts";
import { takeArguments } from "../../src/state/validation.ts";
import { currentScope } from "../scope.ts";

/** What a function of the server gets after its arguments: who calls. */
export interface CallContext {
  /** The server itself, where its own code calls: its id is "server". */
  readonly client: Client;
  /** The session of the client's page; undefined where the server's own code calls for no client. */
  readonly session: unknown;
  /**
   * Aborts when nobody waits for the answer any more: the caller gave up, left, or `handlerMs` are over. A call with an
   * id goes on: who repeats it gets the answer.
   */
  readonly signal: AbortSignal;
}

/** Says in the compiler's message what JSON cannot hold; `unknown` for all else. */
type Plain<T> = T extends string | number | boolean | null | undefined
  ? unknown
  : T extends symbol | bigint | ((...args: never) => unknown)
    ? { readonly "a result has to be plain JSON": never }
    : { readonly [K in keyof T]: Plain<T[K]> };

type Result<R> = Promise<R & Plain<R>> | (R & Plain<R>);

/** Who acts where no client does. */
export const SERVER: Client = { id: "server" };

/** Of a call for which somebody always waits. */
export const never = new AbortController().signal;

/** The context of a call that the server's own code makes: where it answers a client, for that client. */
export function ownContext(): CallContext {
  const { client = SERVER, session } = currentScope() ?? {};
  return { client, session, signal: never };
}

type Run = (...args: unknown[]) => unknown;

/** What a function is called in messages: by its module, where that has been given. */
const calledBy = (fn: object, { name }: Run): string => knownNameOf(fn) ?? (name || "a function");

/** What follows the arguments' structs, which may be left out. Throws E_OPTION. */
function parts(name: string, given: readonly unknown[]): readonly [Structs, AnyStruct | undefined, Run] {
  const [structs = [], result] = given.slice(0, -1);
  const run = given.at(-1);
  checkDeclared(name, structs, run);
  if (result !== undefined && !isStruct(result)) refuseOption(`${name}: result`, "a struct", result);
  return [structs as Structs, result as AnyStruct | undefined, run as Run];
}

/**
 * A function that browsers call over HTTP and that answers. Its arguments are checked by their structs on both ends,
 * and with a struct for the result that, too. Without structs it takes no arguments. Runs on the server; called by the
 * server's own code it is a function like any other.
 *
 *     export const search = server.rpc([string()], async (query, { client, signal }) => db.search(query));
 *
 * What it throws is told as E_INTERNAL and logged, but for a `VioletError` with E_FORBIDDEN, E_VALIDATION or
 * E_UNAVAILABLE: its code, field and message are passed on. Itself it throws E_OPTION where what it is given is no function,
 * with structs before it.
 */
export function rpc<R>(run: (context: CallContext) => Result<R>): Rpc<[], R>;
export function rpc<const T extends Structs, R>(
  structs: T,
  run: (...args: [...Args<T>, CallContext]) => Result<R>,
): Rpc<Args<T>, R>;
export function rpc<const T extends Structs, R>(
  structs: T,
  result: AnyStruct<R>,
  run: (...args: [...Args<T>, CallContext]) => Promise<R> | R,
): Rpc<Args<T>, R>;
export function rpc(...given: readonly unknown[]): unknown {
  const [structs, result, run] = parts("server.rpc()", given);
  const here = async (...args: readonly unknown[]) =>
    run(...takeArguments(structs, args, calledBy(here, run)), ownContext());
  const fn = mark(Object.assign(here, { with: () => here }), { kind: "stub", structs });
  return makeCallable(fn, { kind: "rpc", structs, result, run });
}

/**
 * A function that browsers call over the socket, in the order of their calls; nobody waits for it. What it returns is
 * lost, and warned about. A call is delivered at most once. Runs on the server. Throws E_OPTION, as `rpc` does.
 *
 *     export const keystroke = server.realtime([integer()], (n, { client }) => { ... });
 */
export function realtime(run: (context: CallContext) => unknown): Realtime<[]>;
export function realtime<const T extends Structs>(
  structs: T,
  run: (...args: [...Args<T>, CallContext]) => unknown,
): Realtime<Args<T>>;
export function realtime(...given: readonly unknown[]): unknown {
  const [structs, , run] = parts("server.realtime()", given);
  const here = (...args: readonly unknown[]) =>
    void run(...takeArguments(structs, args, calledBy(here, run)), ownContext());
  return makeCallable(mark(here, { kind: "stub", structs }), { kind: "realtime", structs, run });
}
