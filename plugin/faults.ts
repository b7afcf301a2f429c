/** What is wrong with a use of a server module, in words. */
import type { Kinds } from "./stubs.ts";
import type { Use } from "./uses.ts";

export interface Fault {
  readonly code: "E_UNKNOWN_CALLABLE" | "E_NO_RESULT";
  readonly message: string;
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");

/** `base` is the server module's file: chat.server.ts. */
export function faultOf({ name, result }: Use, base: string, kinds: Kinds): Fault | undefined {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (result)
    return kind === "realtime" ? { code: "E_NO_RESULT", message: noResult(name, base, result) } : undefined;
  if (kind) return undefined;
  const message = name === "*" ? notAll(base, kinds) : notCallable(name, base, kind === null);
  return message === undefined ? undefined : { code: "E_UNKNOWN_CALLABLE", message };
}

const noResult = (name: string, base: string, result: "awaited" | "used") =>
  `"${name}" of ${base} is a realtime function: nothing comes back, so its result must not be ${result}. For an answer it has to be server.rpc(...).`;

function notAll(base: string, kinds: Kinds): string | undefined {
  const names = Object.keys(kinds).filter((name) => name !== "default");
  const refused = names.filter((name) => kinds[name] === null);
  const callable = names.filter((name) => kinds[name] !== null);
  return refused.length === 0
    ? undefined
    : `${base} exports ${quoted(refused)}, which a browser cannot call. Export by name what it can: ${quoted(callable)}.`;
}

function notCallable(name: string, base: string, isExported: boolean): string {
  if (name === "default")
    return `The default export of ${base} has no name on the wire: a browser cannot call it. Export a server function by its name.`;
  return isExported
    ? `"${name}" of ${base} runs on the server alone: a browser cannot call it. Make it server.rpc(...), server.realtime(...) or live(...), or move what both sides need to a file without ".server".`
    : `${base} has no server function "${name}": a browser can call what it declares itself, as \`export const ${name} = server.rpc(...)\`.`;
}
