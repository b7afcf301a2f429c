/** A client module in a browser's bundle: its functions have their wire names, and its source map is right. */
import { SourceMap } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "rollup";
import { violet } from "violet-live/rollup";
import { type CallableFunction, registeredAs } from "../../src/calls/callable.ts";
import { assert, suite, test } from "../support/suite.ts";
import { bundle, refusal, types } from "./bundle.ts";

const toast = `
import { client } from "violet-live";
import { string } from "superstruct";
interface Row { readonly text: string }
const register: Row[] = [];
const shake = client.realtime(() => {});
export const notify = client.realtime([string()], (text: string) => void register.push({ text }));
export const all = () => register.map(({ text }) => text);
export { shake as wobble, register };
`;

const files = { "toast.client.ts": toast, "main.ts": `export { all } from "./toast.client.ts";` };
const external = /^violet-live|^superstruct/;

/** The line and column, both from 0, at which a text stands. */
function placeIn(code: string, text: string): [line: number, column: number] {
  const before = code.slice(0, code.indexOf(text)).split("\n");
  return [before.length - 1, (before.at(-1) as string).length];
}

suite("a client module in a browser's bundle", () => {
  test("C2.2.0 C2.2.6 has its functions registered by their wire names, and no others", async () => {
    await using built = await bundle(files, { external });
    const { all } = await import(pathToFileURL(join(built.folder, "out/main.js")).href);
    const { run } = registeredAs("toast.notify") as CallableFunction;
    run(...(["hello"] as unknown as Parameters<typeof run>));
    assert.deepEqual(all(), ["hello"]);
    assert.equal(registeredAs("toast.wobble")?.kind, "client");
    assert.deepEqual([registeredAs("toast.shake"), registeredAs("toast.all")], [undefined, undefined]);
  });

  test("stays where modules are dropped of which nothing is imported", async () => {
    const effectFree: Plugin = {
      name: "effect-free",
      transform: (code) => ({ code, map: null, moduleSideEffects: false }),
    };
    await using built = await bundle(
      { ...files, "main.ts": `import "./toast.client.ts";` },
      { external, plugins: [types, effectFree, violet()] },
    );
    assert.match(built.chunk.code, /"toast", \{ notify.*wobble/);
  });

  test("keeps its source map, to which what is added adds nothing", async () => {
    await using built = await bundle(files, { external });
    const { code, map } = built.chunk;
    const entries = new SourceMap(JSON.parse(String(map)));
    const found = entries.findEntry(...placeIn(code, "push("));
    const [line, column] = placeIn(toast, "push(");
    assert.deepEqual("originalLine" in found && [found.originalLine, found.originalColumn], [line, column]);
    const [added] = placeIn(code, `("toast", {`);
    for (let at = 0; at < 40; at++) {
      const entry = entries.findEntry(added, at);
      assert.ok(!("generatedLine" in entry) || entry.generatedLine < added);
    }
  });

  test("is refused where a name would not be one on the wire", async () => {
    const { pluginCode } = await refusal(
      { "my-toast.client.ts": toast, "main.ts": `import "./my-toast.client.ts";` },
      { external },
    );
    assert.equal(pluginCode, "E_OPTION");
  });
});
