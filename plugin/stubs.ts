/** What a browser loads in place of a server module, and what is added to a client module. */
import { callName } from "../src/calls/names.ts";
import type { Export } from "./exports.ts";

const STUBS = JSON.stringify("violet-live/stubs");

/** The kinds of a server module's exports, by their names; null for one that is not a server function. */
export type Kinds = Readonly<Record<string, string | null>>;

/** Has the functions under other names inside, so that an export may be called `rpc`, or `delete`. */
export function stubsOf(file: string, kinds: Kinds): string {
  const functions = Object.entries(kinds).filter(([, kind]) => kind !== null);
  if (functions.length === 0) return "export {};\n";
  const made = new Set(functions.map(([, kind]) => kind));
  const name = (exported: string) => JSON.stringify(callName(file, exported));
  return [
    `import { ${[...made].join(", ")} } from ${STUBS};`,
    ...functions.map(([exported, kind]) => `const ${exported}_ = /*#__PURE__*/ ${kind}(${name(exported)});`),
    `export { ${functions.map(([exported]) => `${exported}_ as ${exported}`).join(", ")} };`,
    "",
  ].join("\n");
}

/** Follows a client module's own code: lets the server call these exports by name. */
export function registration(code: string, file: string, exports: readonly [string, Export][]): string {
  let register = "register";
  while (code.includes(register)) register += "_";
  const module = exports.map(([name, { local }]) => (name === local ? name : `${name}: ${local}`)).join(", ");
  return [
    "",
    `import { ${register === "register" ? register : `register as ${register}`} } from ${STUBS};`,
    `${register}(${JSON.stringify(file)}, { ${module} });`,
    "",
  ].join("\n");
}
