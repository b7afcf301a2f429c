/** What a build says of modules that import a server module: what cannot be called, and what gives nothing back. */
import type { Plugin, RollupLog } from "rollup";
import { violet } from "violet-live/rollup";
import { assert, suite, test } from "../support/suite.ts";
import { bundle, refusal, types } from "./bundle.ts";

const chat = `
import { server } from "violet-live/server";
export const search = server.rpc(async () => ["a"]);
export const keystroke = server.realtime((n: number) => {});
export const helper = () => 1;
export default server.rpc(() => 1);
export * from "./more.ts";
`;

/** The types make the lines and columns of the file others than those of what is left of it. */
const head = `interface Row {
  readonly id: number;
}
`;

const filesWith = (main: string) => ({
  "chat.server.ts": chat,
  "more.ts": "export const more = 1;",
  "main.ts": head + main,
});

const placeOf = ({ loc }: RollupLog) => `${loc?.file?.split("/").at(-1)}:${loc?.line}:${loc?.column}`;

const cannot = /"helper" of chat\.server\.ts runs on the server alone: a browser cannot call it/;

suite("importing what a browser cannot call is an error of the build", () => {
  for (const [what, place, main, said] of [
    ["by its name", "4:9", `import { helper } from "./chat.server.ts"; helper();`, cannot],
    [
      "under another name",
      "4:17",
      `import { search, helper as h } from "./chat.server.ts"; h(search());`,
      cannot,
    ],
    ["to export it again", "4:9", `export { helper } from "./chat.server.ts";`, cannot],
    [
      "as a member of the namespace",
      "5:5",
      `import * as chat from "./chat.server.ts";\nchat.helper();`,
      cannot,
    ],
    [
      "taken from the namespace",
      "5:8",
      `import * as chat from "./chat.server.ts";\nconst { helper: h } = chat; h();`,
      cannot,
    ],
    ["by import()", "4:8", `const { helper } = await import("./chat.server.ts"); helper();`, cannot],
    ["as a member of import()", "4:35", `(await import("./chat.server.ts")).helper();`, cannot],
    [
      "as the default",
      "4:7",
      `import chat from "./chat.server.ts"; chat();`,
      /The default export of chat\.server\.ts has no name on the wire/,
    ],
    [
      "by `export *`",
      "4:0",
      `export * from "./chat.server.ts";`,
      /chat\.server\.ts exports "helper", which a browser cannot call\. Export by name what it can: "keystroke", "search"/,
    ],
    [
      "that it passes on from another module",
      "4:9",
      `import { more } from "./chat.server.ts"; more;`,
      /chat\.server\.ts has no server function "more"/,
    ],
    [
      "that is inherited",
      "5:5",
      `import * as chat from "./chat.server.ts";\nchat.toString();`,
      /has no server function "toString"/,
    ],
  ] as const)
    test(what, async () => {
      const error = await refusal(filesWith(main));
      assert.match(error.message, said);
      assert.equal(error.pluginCode, "E_UNKNOWN_CALLABLE");
      assert.equal(placeOf(error), `main.ts:${place}`);
    });

  test("but not where another thing has the name", async () => {
    const page = `
      import * as chat from "./chat.server.ts";
      chat.search();
      for (const chat of [{ helper() {} }]) chat.helper();
      export const names = (rooms) => {
        for (const chat of rooms) chat.helper();
        return rooms.map((chat) => chat.helper());
      };
      export function inner({ rooms: [chat = { helper() {} }, ...more] }) {
        return () => { const { helper } = chat; helper(more); };
      }
      export const caught = () => { try { inner(); } catch (chat) { chat.helper(); } };
      export const named = function chat() { return chat.helper; };`;
    // Plain JavaScript: esbuild gives other names to what is hidden.
    await using built = await bundle({ ...filesWith(`export * from "./page.js";`), "page.js": page });
    assert.match(built.chunk.code, /rpc\("chat\.search"\)/);
    assert.deepEqual(built.warnings, []);
  });

  test("but not where `.server` is said in another language", async () => {
    const css: Plugin = {
      name: "css",
      transform: (code, id) => (id.endsWith(".css") ? `export default ${JSON.stringify(code)};` : null),
    };
    const main = `import css from "./style.css"; console.log(css);`;
    const files = { "main.ts": main, "style.css": ".server { color: red }" };
    await using built = await bundle(files, { plugins: [types, violet(), css] });
    assert.match(built.chunk.code, /color: red/);
  });

  test("is one also in a module that is imported by another, which is named", async () => {
    const files = {
      ...filesWith(`import "./inner.ts";`),
      "inner.ts": `import { helper } from "./chat.server.ts"; helper();`,
    };
    assert.equal(placeOf(await refusal(files)), "inner.ts:1:9");
  });

  test("as are two files for one wire name, which are both named", async () => {
    const main = `import { search } from "./a/chat.server.ts"; import { keystroke } from "./b/chat.server.ts"; search(); keystroke(1);`;
    const error = await refusal({
      "a/chat.server.ts": chat,
      "a/more.ts": "",
      "b/chat.server.ts": chat,
      "b/more.ts": "",
      "main.ts": main,
    });
    assert.equal(error.pluginCode, "E_DUPLICATE_NAME");
    assert.match(
      error.message,
      /\/a\/chat\.server\.ts and .*\/b\/chat\.server\.ts would have the same wire names/,
    );
  });
});

suite("using what a realtime function gives back is a warning of the build", () => {
  const warned = async (main: string): Promise<string[]> => {
    await using built = await bundle(filesWith(main));
    return built.warnings.map((log) => {
      assert.equal(log.pluginCode, "E_NO_RESULT");
      return `${placeOf(log)} ${/must not be (\w+)/.exec(log.message)?.[1]}`;
    });
  };
  const named = `import { keystroke, search } from "./chat.server.ts";\n`;

  test("C4.2 where it is awaited", async () => {
    assert.deepEqual(await warned(`${named}await keystroke(1);`), ["main.ts:5:6 awaited"]);
    assert.deepEqual(
      await warned(`${named}export const f = async () => { await (search(), keystroke(1)); };`),
      ["main.ts:5:48 awaited"],
    );
  });

  test("where it is kept, passed, or asked for more", async () => {
    const uses =
      "export const kept = keystroke(1);\nconsole.log(keystroke(2));\nkeystroke(3).then(() => {});";
    assert.deepEqual(await warned(named + uses), [
      "main.ts:5:20 used",
      "main.ts:6:12 used",
      "main.ts:7:0 used",
    ]);
  });

  test("where the function is a member of the namespace", async () => {
    const main = `import * as chat from "./chat.server.ts";\nawait chat.keystroke(1);`;
    assert.deepEqual(await warned(main), ["main.ts:5:6 awaited"]);
  });

  test("and nothing is said of calls whose result nobody takes, of rpc, and of others of the name", async () => {
    const main = `${named}
      keystroke(1);
      void keystroke(2);
      search && keystroke(3);
      export const handler = () => keystroke(4);
      export function later() { return keystroke(5); }
      await search();`;
    assert.deepEqual(await warned(main), []);
    const page = `${named} export const other = async (keystroke) => { await keystroke(search); };`;
    await using built = await bundle({ ...filesWith(`export * from "./page.js";`), "page.js": page });
    assert.deepEqual(built.warnings, []);
  });
});
