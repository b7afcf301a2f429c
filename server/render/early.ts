/**
 * The early script: one small classic script before the first paint. It puts persisted local state on `<html>`
 * (`reflect`), and keeps what people do before elements are hydrated.
 */
import { createHash } from "node:crypto";
import { captureEarly } from "../../elements/early.ts";
import { type Definition, definitions } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";
import { escapeHtml } from "./escape.ts";

/** What the script is told of a store: its name, its storage, its version, and the keys to reflect. */
type Reflected = readonly [
  name: string,
  storage: "local" | "session",
  version: number,
  keys: readonly string[],
];

/**
 * Runs in the browser: the source text of this function is sent, so it refers to nothing outside itself. A stored
 * value of another version waits for `migrate`; storage may be forbidden.
 */
function reflectEarly(): void {
  const { dataset } = document.documentElement;
  const stores = JSON.parse(document.currentScript?.dataset.reflect ?? "[]") as Reflected[];
  for (const [name, storage, version, keys] of stores) {
    try {
      const stored = JSON.parse(window[`${storage}Storage`].getItem(`violet:${name}`) ?? "null");
      for (const key of stored?.version === version ? keys : [])
        if (["string", "number", "boolean"].includes(typeof stored.value[key]))
          dataset[key] = String(stored.value[key]);
    } catch {}
  }
}

export const earlyScript = [reflectEarly, captureEarly].map((run) => `(${String(run)})();\n`).join("");

export const earlyHash = createHash("sha256").update(earlyScript).digest("base64url").slice(0, 16);
const src = `/_violet/early.js?${earlyHash}`;

/** The script's tag, with the stores that it reflects. */
export function earlyTag(): string {
  const stores = reflecting().flatMap(({ name, persist, version, reflect }): Reflected[] =>
    persist === true || persist === "session"
      ? [[name, persist === true ? "local" : "session", version, reflect]]
      : [],
  );
  const data = stores.length > 0 ? ` data-reflect="${escapeHtml(JSON.stringify(stores))}"` : "";
  return `<script src="${src}"${data}></script>`;
}

/** All local stores that stand on `<html>`, on whatever page: a theme is the site's. */
export const reflecting = (): Definition[] =>
  [...definitions.values()].filter(({ scope, reflect }) => scope === "local" && reflect.length > 0);

/** `theme: "dark"` as `data-theme="dark"`: the same names as `dataset` gives. */
export function reflectedAttributes({ reflect }: Definition, value: JsonObject): [string, string][] {
  return reflect.flatMap((key): [string, string][] => {
    const shown = value[key];
    if (typeof shown === "object" || shown === undefined) return [];
    return [[`data-${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, String(shown)]];
  });
}
