import type { Live } from "../state/live.ts";
import { callName } from "./names.ts";
import { live, realtime, rpc } from "./stubs.ts";
import type { Realtime } from "./types.ts";

/** The exports of a server module that a browser may call, or mount. */
type Callables<M> = {
  readonly [N in keyof M as M[N] extends Live<unknown> | ((...args: never) => unknown) ? N : never]: M[N];
};

/** Those that are not rpc have to be named with their kind: nothing else tells. */
type Kinds<M> = {
  readonly [N in keyof M as M[N] extends Realtime<never> | Live<unknown>
    ? N
    : never]: M[N] extends Live<unknown> ? "live" : "realtime";
};

const makers: Readonly<Record<string, (name: string) => object>> = { live, realtime };

/**
 * The functions of a server module in a browser without a build: `file` is the name under which `violet({ modules })`
 * has the module. Their types come from the module itself, of which nothing is loaded.
 *
 *     const { search, keystroke } = remote<typeof import("./chat.server.js")>("chat", { keystroke: "realtime" });
 */
export function remote<M>(
  file: string,
  ...[kinds]: Record<never, never> extends Kinds<M> ? [kinds?: Kinds<M>] : [kinds: Kinds<M>]
): Callables<M> {
  const made = new Map<string, unknown>();
  return new Proxy({} as Callables<M>, {
    get(_, exported) {
      // Who awaits all of it asks whether it is a promise.
      if (typeof exported !== "string" || exported === "then") return undefined;
      const kind = Object.hasOwn(kinds ?? {}, exported) ? Reflect.get(kinds ?? {}, exported) : "";
      const make = makers[kind as string] ?? rpc;
      const stub = made.get(exported) ?? make(callName(file, exported));
      made.set(exported, stub);
      return stub;
    },
  });
}
