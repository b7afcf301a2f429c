import type { SourceMapPayload } from "node:module";
import { relative } from "node:path";
import type { Program } from "estree";
import { callName } from "../src/calls/names.ts";
import type { Bundler, Graph } from "./bundler.ts";
import { type Export, exportsOf, type Mark } from "./exports.ts";
import { faultOf } from "./faults.ts";
import { hasWireName, type SidedFile, sidedFile } from "./files.ts";
import { placeOf } from "./place.ts";
import { type Kinds, registration, stubsOf } from "./stubs.ts";
import { mayUse, type Use, usesIn } from "./uses.ts";

interface Transformed {
  readonly code: string;
  readonly map: { readonly mappings: "" } | null;
  readonly moduleSideEffects: boolean;
  readonly meta?: { readonly violet: object };
}

/** A plugin for Rollup and for all that takes Rollup's plugins. */
export interface VioletPlugin {
  readonly name: "violet";
  transform(
    this: Bundler,
    code: string,
    id: string,
    options?: { ssr?: boolean },
  ): Promise<Transformed | null>;
  buildEnd(this: Graph, error?: Error): void;
}

const server: Mark = {
  from: "violet-live/server",
  name: "server",
  methods: ["rpc", "realtime"],
  functions: ["live"],
};
const client: Mark = { from: "violet-live", name: "client", methods: ["realtime"] };

/**
 * Makes browsers' bundles of modules that name functions of the other side. Runs in Node, in Rollup, in Vite, and in
 * web-test-runner by `fromRollup(violet)()`; it stands right behind the plugin that takes the types away.
 *
 * - A `*.server.ts` is replaced by stubs of its `server.rpc`, `server.realtime` and `live` exports; nothing else of it is
 *   left, in code or source map.
 * - The `client.realtime` exports of a `*.client.ts` get their wire names, so that the server may call them.
 * - Importing what a browser cannot call is an error of the build (E_UNKNOWN_CALLABLE), as are two files for one wire
 *   name (E_DUPLICATE_NAME); using what a realtime function gives back is a warning (E_NO_RESULT).
 */
export const violet = (): VioletPlugin => ({
  name: "violet",
  // No `order: "post"`: by then Vite has bundled the workers and assets of a server module. And web-test-runner knows
  // functions only.
  async transform(code, id, options) {
    // Vite builds servers, too.
    if (options?.ssr) return null;
    const file = sidedFile(id);
    if (file?.side === "server") return serverModule(this, code, file);
    if (mayUse(code)) await checkUses(this, code, id);
    return file ? clientModule(this, code, file) : null;
  },
  buildEnd(error) {
    if (!error) refuseDoubles(this);
  },
});

function serverModule(bundler: Bundler, code: string, file: SidedFile): Transformed {
  const exports = [...exportsOf(parse(bundler, code, file.base), server)];
  for (const [name, { method }] of exports) if (method) checkName(bundler, file, name);
  const violet: Kinds = Object.fromEntries(exports.map(([name, { method }]) => [name, method ?? null]));
  return {
    code: stubsOf(file.file, violet),
    // An empty map, and not none: with none the bundler would say that these lines are those of the file.
    map: { mappings: "" },
    moduleSideEffects: false,
    meta: { violet },
  };
}

function clientModule(bundler: Bundler, code: string, file: SidedFile): Transformed | null {
  const isMarked = (one: [string, Export]) => one[1].method !== undefined;
  const exports = [...exportsOf(parse(bundler, code, file.base), client)].filter(isMarked);
  if (exports.length === 0) return null;
  for (const [name] of exports) checkName(bundler, file, name);
  return { code: code + registration(code, file.file, exports), map: null, moduleSideEffects: true };
}

function parse(bundler: Bundler, code: string, name: string): Program {
  const message = `${name} is not JavaScript yet. Put violet() behind the plugin that takes its types away.`;
  return parsed(bundler, code) ?? bundler.error({ message });
}

function checkName(bundler: Bundler, { base, file }: SidedFile, exported: string): void {
  if (hasWireName(file, exported)) return;
  const message = `"${exported}" of ${base} would be called "${callName(file, exported)}", which is no wire name: those have up to 64 letters, digits, _ and .`;
  bundler.error({ code: "E_OPTION", message });
}

/** Undefined for a style sheet, say. If it should be JavaScript, the bundler says so. */
function parsed(bundler: Bundler, code: string): Program | undefined {
  try {
    return bundler.parse(code) as Program;
  } catch {
    return undefined;
  }
}

async function checkUses(bundler: Bundler, code: string, id: string): Promise<void> {
  const program = parsed(bundler, code);
  const uses = program ? usesIn(program) : [];
  for (const [source, ofSource] of Map.groupBy(uses, (use) => use.source)) {
    const imported = await bundler.resolve(source, id, {});
    if (!imported || imported.external) continue;
    const file = sidedFile(imported.id);
    if (file?.side !== "server") continue;
    const { meta } = await bundler.load({ id: imported.id });
    // A server for development has no modules to ask; there an import that is not there fails in the browser.
    if (meta.violet)
      for (const use of ofSource) tellFault(bundler, use, file.base, meta.violet as Kinds, code, id);
  }
}

function tellFault(bundler: Bundler, use: Use, base: string, kinds: Kinds, code: string, id: string): void {
  const fault = faultOf(use, base, kinds);
  if (!fault) return;
  const loc = placeOf(use.at, code, id, bundler.getCombinedSourcemap() as SourceMapPayload);
  if (fault.code !== "E_NO_RESULT") return bundler.error({ ...fault, loc });
  // Of a warning Vite's build shows nothing but the message.
  const place = `${relative("", loc.file)}:${loc.line}:${loc.column}`;
  bundler.warn({ ...fault, message: `${fault.message} (${place})`, loc });
}

/** Of two files with one name only one would be called. */
function refuseDoubles(graph: Graph): void {
  const files = [...graph.getModuleIds()].map(sidedFile).filter((file) => file !== undefined);
  for (const [, same] of Map.groupBy(files, ({ file, side }) => `${file}.${side}`)) {
    const paths = [...new Set(same.map(({ path }) => path))].sort();
    if (paths.length < 2) continue;
    const message = `${paths.join(" and ")} would have the same wire names. Give each a name of its own.`;
    graph.error({ code: "E_DUPLICATE_NAME", message });
  }
}
