/**
 * `violet-live/stubs`: what stands in a browser in place of the server's functions. The Rollup plugin writes calls of
 * these; `remote` makes them without a build.
 */
import { mark } from "../events/marks.ts";
import { pageRuntime } from "../page.ts";
import type { Live } from "../state/live.ts";
import { plainArguments } from "../state/validation.ts";
import { makeCallable } from "./callable.ts";
import { callServer } from "./rpc.ts";
import type { CallOptions, Realtime, Rpc } from "./types.ts";

export { register } from "./callable.ts";

/** Calls the function of this wire name, `file.export`, over HTTP. */
export function rpc(name: string): Rpc<readonly unknown[], unknown> {
  const having =
    (options?: CallOptions) =>
    (...args: readonly unknown[]) =>
      callServer(pageRuntime(), name, args, options);
  return mark(Object.assign(having(), { with: having }), { kind: "stub" });
}

/** The live component of this wire name, for `LiveElement`. */
export const live = (name: string): Live<object> => makeCallable({} as Live<object>, { kind: "live" }, name);

/**
 * Calls the function of this wire name over the socket, once the link is live. Throws E_NOT_JSON, E_BAD_MESSAGE for more
 * than 32 arguments, E_TOO_BIG.
 */
export const realtime = (name: string): Realtime<readonly unknown[]> =>
  mark(
    (...args: readonly unknown[]) =>
      pageRuntime().tell({ type: "call", name, args: plainArguments(args, name) }),
    { kind: "stub" },
  );
