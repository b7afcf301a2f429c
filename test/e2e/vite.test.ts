/** The Vite example, built by Vite as its users build it, in a copy that may be changed. */
import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { appendFile, cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";

const example = fileURLToPath(new URL("../../examples/vite/", import.meta.url));
const modules = join(example, "node_modules");
const execute = promisify(execFile);

let folder: string;

/** What Vite says. */
const build = async (...args: readonly string[]): Promise<string> => {
  const vite = join(modules, "vite/bin/vite.js");
  const { stdout, stderr } = await execute(process.execPath, [vite, "build", ...args], { cwd: folder });
  return stdout + stderr;
};

/** All that was built. */
const built = async (): Promise<string> => {
  const files = globSync(join(folder, "dist/**/*.*"));
  return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
};

const add = (file: string, code: string) => appendFile(join(folder, "src", file), code);

suite("the Vite example", () => {
  before(async () => {
    const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
    await execute("npm", ["ci", ...quiet], { cwd: example, timeout: 120_000 });
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "violet-vite-"));
    await cp(example, folder, { recursive: true, filter: (path) => path !== modules });
    await symlink(modules, join(folder, "node_modules"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("is built, with the functions of both sides by their wire names", async () => {
    await build();
    const all = await built();
    for (const name of ["chat.search", "chat.keystroke", "toast"])
      assert.match(all, new RegExp(`["'\`]${name}["'\`]`));
  });

  test("has nothing of its server in the built code and source maps, nor a worker or file of it", async () => {
    await writeFile(join(folder, "src/hidden.ts"), "console.log('a secret worker');");
    await writeFile(join(folder, "src/hidden.txt"), "a secret text ".repeat(1000));
    await add(
      "chat.server.ts",
      `import { Worker } from "node:worker_threads";
      export const text: string = "a secret string" + new URL("./hidden.txt", import.meta.url);
      export const work = () => new Worker(new URL("./hidden.ts", import.meta.url));
      export const globbed = import.meta.glob("./*.txt", { eager: true, query: "?raw" });`,
    );
    await build();
    assert.doesNotMatch(await built(), /secret|node:|readFileSync|words\.txt/);
  });

  test("is refused with the file, the export and the place when a browser cannot call what it imports", async () => {
    await add("chat.server.ts", `export const count = () => words.length;`);
    await add("main.ts", `import { count } from "./chat.server.js"; count();`);
    const { stderr } = await build().then(
      () => assert.fail("it was built"),
      (error: { stderr: string }) => error,
    );
    assert.match(stderr, /"count" of chat\.server\.ts runs on the server alone/);
    assert.match(stderr, /src\/main\.ts:21:9/);
  });

  test("is refused when two files have one wire name", async () => {
    await cp(join(folder, "src/chat.server.ts"), join(folder, "src/other/chat.server.ts"));
    await add("main.ts", `import { search as other } from "./other/chat.server.js"; void other("x");`);
    const { stderr } = await build().then(
      () => assert.fail("it was built"),
      (error: { stderr: string }) => error,
    );
    assert.match(
      stderr,
      /src\/chat\.server\.ts and .*src\/other\/chat\.server\.ts would have the same wire names/,
    );
  });

  test("is built with a warning, and its place, where a realtime function is awaited", async () => {
    await add("main.ts", `await keystroke(1);`);
    assert.match(
      await build(),
      /"keystroke" of chat\.server\.ts is a realtime function.*\(src\/main\.ts:21:6\)/,
    );
  });

  test("keeps its server where Vite builds for a server", async () => {
    await build("--ssr", "src/chat.server.ts");
    assert.match(await built(), /readFileSync\("words\.txt"/);
  });
});
