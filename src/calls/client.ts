import { CHECKED, DEV } from "#dev";
import { checkDeclared } from "../dev/check-options.ts";
import { checkNoResult } from "../dev/no-result.ts";
import { fail } from "../errors.ts";
import { callback } from "../events/callback.ts";
import type { Json } from "../state/json.ts";
import type { Args, Structs } from "../state/types.ts";
import { sentArguments, takeArguments } from "../state/validation.ts";
import { on } from "./bus.ts";
import { makeCallable, nameOf } from "./callable.ts";

/** A function of the browser that the server may call; nobody waits for it, and it gives nothing back. */
export interface ClientFunction<A extends readonly unknown[]> {
  /** Runs it here. Throws E_VALIDATION. */
  (...args: A): void;
  /** Calls it in the pages of these clients, by their ids. Runs on the server; in a browser it throws E_NO_SERVER. */
  invoke(to: string | readonly string[], ...args: A): void;
  /** Calls it in every page whose link stands. Runs on the server; in a browser it throws E_NO_SERVER. */
  broadcast(...args: A): void;
}

/** Sends a call to the pages of these clients, or to all. */
type Post = (to: readonly string[] | undefined, name: string, args: readonly Json[]) => void;

let post: Post = (_, name) => fail("E_NO_SERVER", { name });

/** Installed once, by the server. */
export function setPost(next: Post): void {
  post = next;
}

type Run<A extends readonly unknown[]> = (...args: A) => unknown;

/** Of a function that is written where it is marked nobody knows the name. */
const unnamed =
  ({ name }: { readonly name: string }) =>
  () => ({
    store: name ? `The client function "${name}"` : "A client function",
    hint: "its file has to be in violet({ modules }), and in start({ modules }) of the pages",
  });

function realtime<A extends readonly unknown[]>(first: Structs | Run<A>, second?: Run<A>): ClientFunction<A> {
  const [structs, run] = typeof first === "function" ? [[], first] : [first, second as Run<A>];
  if (CHECKED) checkDeclared("client.realtime()", structs, run);
  const send = (to: readonly string[] | undefined, args: A) => {
    const name = nameOf(fn, CHECKED && unnamed(run));
    post(to, name, sentArguments(structs, args, name));
  };
  const fn: ClientFunction<A> = Object.assign(
    (...args: A) => {
      const given = run(...(takeArguments(structs, args, run.name) as unknown as A));
      if (DEV) checkNoResult(run, given);
    },
    {
      invoke: (to: string | readonly string[], ...args: A) => send(typeof to === "string" ? [to] : to, args),
      broadcast: (...args: A) => send(undefined, args),
    },
  );
  return makeCallable(fn, { kind: "client", structs, run: fn });
}

/** Where functions of the browser are marked. It can be imported everywhere, also without a DOM. */
export interface ClientMarks {
  /** A function that runs in browsers alone, for other code of the browser. On the server it throws E_NO_BROWSER. */
  <F extends (...args: never) => unknown>(fn: F): F;
  /** The same as `callback`: what may be bound to an event. */
  readonly callback: typeof callback;
  /**
   * A function that the server may call, with the structs of its arguments, or without arguments. Its wire name is
   * `file.export`, by `violet({ modules })` on the server and `start({ modules })` in the browser.
   */
  readonly realtime: {
    <const T extends Structs>(structs: T, run: (...args: Args<T>) => unknown): ClientFunction<Args<T>>;
    (run: () => unknown): ClientFunction<[]>;
  };
  readonly on: typeof on;
}

const browserOnly = (fn: (...args: unknown[]) => unknown) =>
  function (this: unknown, ...args: unknown[]) {
    return typeof document === "undefined" ? fail("E_NO_BROWSER", { name: fn.name }) : fn.apply(this, args);
  };

export const client: ClientMarks = Object.assign(browserOnly as never, {
  callback,
  realtime: realtime as ClientMarks["realtime"],
  on,
});
