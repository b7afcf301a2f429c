/** The README's example, as a newcomer types it: it compiles, its commands work, and it serves a live page. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { blocksOf, filesIn, sectionOf } from "../support/markdown.ts";
import { Newcomer, root } from "../support/newcomer.ts";
import { freePort } from "../support/ports.ts";
import { printed } from "../support/printed.ts";
import { getPage } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

const example = sectionOf(await readFile(join(root, "README.md"), "utf8"), "A live counter");
const files = filesIn(example);
const commands = blocksOf(example, "sh").join("").trim().split("\n");

suite("the README's example", () => {
  let newcomer: Newcomer;
  let server: ChildProcess | undefined;
  before(async () => {
    newcomer = await Newcomer.withFiles(files);
  });
  after(async () => {
    server?.kill();
    await newcomer[Symbol.asyncDispose]();
  });

  test("D11.1 is about twenty lines", () => {
    const lines = Object.values(files)
      .join("")
      .split("\n")
      .filter((line) => /^(?!\/\/|import ).*\S/.test(line));
    assert.ok(lines.length <= 20, `${lines.length} lines without imports`);
  });

  test("compiles in a project of its own", async () => {
    assert.deepEqual(await newcomer.typeErrors(), []);
  });

  test("is built and served by its commands, with its state in the page", async () => {
    const port = await freePort();
    const source = (files["server.ts"] as string).replace("3000", String(port));
    await writeFile(join(newcomer.folder, "server.ts"), `${source}console.log("listening");`);
    const builds = commands.filter((command) => command.startsWith("npx esbuild "));
    assert.equal(builds.length, 2);
    for (const build of builds) {
      const [, , ...args] = build.split(" ");
      // Here the package is its sources.
      await newcomer.run("esbuild", [...args, "--conditions=violet-source,browser", "--log-level=warning"]);
    }
    assert.equal(commands.at(-1), "node server.js");
    const flags = [`--import=${root}scripts/ts.mjs`, "--conditions=violet-source"];
    server = spawn(process.execPath, [...flags, "server.js"], {
      cwd: newcomer.folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await printed(server, /listening/);
    const page = await getPage(`http://127.0.0.1:${port}/`);

    assert.match(page.html, /<title>Clicks<\/title>/);
    assert.match(page.html, /<button[^>]*><!--lit-part-->0<!--\/lit-part--> clicks<\/button>/);
    assert.deepEqual(page.payload?.stores.clicks?.value, { count: 0 });
    const script = await getPage(`http://127.0.0.1:${port}/counter.js`);
    assert.equal(script.status, 200);
    assert.match(script.html, /click-counter/);
  });
});
