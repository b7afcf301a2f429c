/** A server module in a browser's bundle: stubs of its functions, and nothing else of it. */
import { nodeResolve } from "@rollup/plugin-node-resolve";
import type { Plugin } from "rollup";
import { violet } from "violet-live/rollup";
import { assert, suite, test } from "../support/suite.ts";
import { bundle, type Files, refusal, types } from "./bundle.ts";

const chat = `
import { readFileSync } from "node:fs";
import { string, integer } from "superstruct";
import { server } from "violet-live/server";
const key: string = "a secret of the server";
/** Not for browsers. */
export const helper = (file: string) => readFileSync(file, "utf8") + key;
export const search = server.rpc([string()], async (query: string) => helper(query));
export const keystroke = server.realtime([integer()], (n: number) => console.log(n, key));
server.on("start", () => helper("b"));
`;

const codeOf = async (files: Files): Promise<string> => {
  await using built = await bundle(files);
  return built.chunk.code.replace(/\/\/# sourceMappingURL.*\n/, "");
};

/** The code of a bundle that exports all of a server module's functions. */
const stubsOf = (code: string): Promise<string> =>
  codeOf({
    "chat.server.ts": `import { server } from "violet-live/server"; ${code}`,
    "main.ts": `export * from "./chat.server.ts";`,
  });

suite("a server module in a browser's bundle", () => {
  test("is the stubs of its functions, by their wire names", async () => {
    const main = `export { search, keystroke } from "./chat.server.ts";`;
    assert.equal(
      await codeOf({ "chat.server.ts": chat, "main.ts": main }),
      `import { realtime, rpc } from 'violet-live/stubs';

const keystroke_ = /*#__PURE__*/ realtime("chat.keystroke");
const search_ = /*#__PURE__*/ rpc("chat.search");

export { keystroke_ as keystroke, search_ as search };
`,
    );
  });

  test("D2.0 D14.4 is a stub of a live component, by its wire name", async () => {
    const code = `
import { live as component } from "violet-live/server";
import { object } from "superstruct";
export const counter = component({ state: object({}), initial: () => ({ secret: "of the server" }) });`;
    assert.equal(
      await codeOf({
        "counter.server.ts": code,
        "main.ts": `export { counter } from "./counter.server.ts";`,
      }),
      `import { live } from 'violet-live/stubs';

const counter_ = /*#__PURE__*/ live("counter");

export { counter_ as counter };
`,
    );
  });

  test("C2.1.1 leaves nothing else of the server, in code or source map", async () => {
    await using built = await bundle({
      "chat.server.ts": chat,
      "main.ts": `import { search } from "./chat.server.ts"; console.log(search("x"));`,
    });
    for (const word of ["secret", "node:fs", "readFileSync", "superstruct", "helper", "violet-live/server"])
      assert.ok(!built.all.includes(word), word);
    assert.deepEqual(built.chunk.map?.sources, ["../main.ts"]);
    assert.ok(built.all.includes("chat.search"));
    assert.deepEqual(built.warnings, []);
  });

  test("leaves out the functions that nobody imports", async () => {
    const main = `import { search } from "./chat.server.ts"; search("x");`;
    assert.doesNotMatch(await codeOf({ "chat.server.ts": chat, "main.ts": main }), /keystroke/);
    assert.equal(await codeOf({ "chat.server.ts": chat, "main.ts": `import "./chat.server.ts";` }), "\n");
  });

  test("names a function that is called as its file by that name alone", async () => {
    assert.ok((await stubsOf("export const chat = server.rpc(() => 1);")).includes(`rpc("chat")`));
  });

  test("names a function as it is exported, also by words of the language and of the stubs", async () => {
    const one = "const a = server.rpc(() => 1); export { a as b };";
    assert.ok((await stubsOf(one)).includes(`rpc("chat.b")`));
    assert.ok((await stubsOf(one.replace("as b", "as delete"))).includes(`rpc("chat.delete")`));
    assert.ok(
      (await stubsOf("export const rpc = server.realtime(() => {});")).includes(`realtime("chat.rpc")`),
    );
  });

  test("knows `server` under another name, and nothing else that is called so", async () => {
    const files = {
      "chat.server.ts": `
        import { server as violet } from "violet-live/server";
        import { server } from "./own.ts";
        export const search = violet.rpc(() => 1);
        export const other = server.rpc(() => 1);`,
      "own.ts": "export const server = { rpc: (run) => run };",
    };
    const main = `import { search } from "./chat.server.ts"; search();`;
    assert.ok((await codeOf({ ...files, "main.ts": main })).includes(`rpc("chat.search")`));
    const { message } = await refusal({ ...files, "main.ts": main.replaceAll("search", "other") });
    assert.match(message, /"other" of chat\.server\.ts runs on the server alone/);
  });

  test("is known by its name with all endings of JavaScript, and with a query", async () => {
    for (const ending of ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "js?v=1", "ts?v=1"]) {
      const id = `/app/chat.server.${ending}`;
      const virtual: Plugin = {
        name: "virtual",
        resolveId: (source) => (source === id ? id : null),
        load: (source) =>
          source === id
            ? `import { server } from "violet-live/server"; export const a = server.rpc(() => 1);`
            : null,
      };
      const main = `import { a } from ${JSON.stringify(id)}; a();`;
      await using built = await bundle({ "main.ts": main }, { plugins: [virtual, types, violet()] });
      assert.ok(built.chunk.code.includes(`rpc("chat.a")`), id);
    }
  });

  test("calls through the page's runtime when it is bundled with the package", async () => {
    const resolve = nodeResolve({ exportConditions: ["violet-source", "browser"] });
    await using built = await bundle(
      {
        "chat.server.ts": chat,
        "main.ts": `import { search } from "./chat.server.ts"; console.log(search("x"));`,
      },
      { plugins: [resolve, types, violet()], external: /^$/ },
    );
    assert.ok(built.chunk.code.includes("/_violet/rpc/"));
    assert.deepEqual(built.chunk.imports, []);
    assert.ok(!built.all.includes("a secret of the server"));
  });

  test("is refused while it has types, and the cure is said", async () => {
    const files = { "chat.server.ts": chat, "main.ts": `import "./chat.server.ts";` };
    const { message } = await refusal(files, { plugins: [violet(), types] });
    assert.match(message, /chat\.server\.ts is not JavaScript yet\. Put violet\(\) behind the plugin/);
  });

  test("is refused where a name would not be one on the wire", async () => {
    const main = `import { search } from "./my-chat.server.ts"; search();`;
    const { message } = await refusal({ "my-chat.server.ts": chat, "main.ts": main });
    assert.match(
      message,
      /"keystroke" of my-chat\.server\.ts would be called "my-chat\.keystroke", which is no wire name/,
    );
    const odd = `import { server } from "violet-live/server"; const a = server.rpc(() => 1); export { a as "b.c" };`;
    const { pluginCode } = await refusal({ "chat.server.ts": odd, "main.ts": `import "./chat.server.ts";` });
    assert.equal(pluginCode, "E_OPTION");
  });
});
