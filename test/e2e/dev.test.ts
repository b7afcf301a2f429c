/** `npm run dev` from outside, in a copy of the project whose files may be broken. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";
import { People } from "./support/people.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const watched = ["src", "elements", "server", "testing", "demo"];
const copied = [...watched, "plugin", "scripts", "package.json", "tsconfig.json"];

suite("npm run dev", () => {
  let folder: string;
  let npm: ChildProcessWithoutNullStreams;
  /** What was printed and not looked at yet. */
  let output = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "violet-dev-"));
    for (const name of copied) await cp(join(root, name), join(folder, name), { recursive: true });
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  });
  afterEach(async () => {
    if (npm.exitCode === null && npm.signalCode === null) {
      npm.kill();
      await once(npm, "close");
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function start(port: number) {
    output = "";
    npm = spawn("npm", ["run", "dev"], {
      cwd: folder,
      env: { ...process.env, PORT: String(port), HOST: "127.0.0.1" },
    });
    for (const stream of [npm.stdout, npm.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  }

  /** Waits until this was printed; what stands up to its end is looked at. */
  async function printed(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(output);
      if (found) {
        output = output.slice(found.index + found[0].length);
        return found[0];
      }
      const next = new AbortController();
      const signal = AbortSignal.any([next.signal, AbortSignal.timeout(60_000)]);
      await Promise.race([
        once(npm.stdout, "data", { signal }),
        once(npm.stderr, "data", { signal }),
        once(npm, "close", { signal }).then(() => assert.fail(`it ended: ${output}`)),
      ]).finally(() => next.abort());
    }
  }
  const address = /http:\/\/127\.0\.0\.1:\d+/;

  test("goes on after errors of syntax: the site runs as it was, or is started by the next change", async () => {
    start(0);
    const url = await printed(address);
    const chat = join(folder, "demo/chat/chat.ts");
    const good = await readFile(chat, "utf8");
    await appendFile(chat, "const = ;\n");
    await printed(/chat\.ts:\d+:6/);
    assert.equal((await fetch(`${url}/chat`)).status, 200);
    await writeFile(chat, good);
    assert.equal((await fetch(`${await printed(address)}/chat`)).status, 200);
    const onServer = join(folder, "demo/chat/chat.server.ts");
    const goodOnServer = await readFile(onServer, "utf8");
    await appendFile(onServer, "const = ;\n");
    await printed(/The site has ended\. The next change starts it again\./);
    await writeFile(onServer, goodOnServer);
    assert.equal((await fetch(`${await printed(address)}/chat`)).status, 200);
  });

  test("starts the site again when a file changes, in whichever folder of the sources", async () => {
    start(0);
    await printed(address);
    for (const name of watched) {
      await writeFile(join(folder, name, "changed.ts"), "");
      await printed(address);
    }
  });

  test("gives browsers the stubs of server modules, and client functions their names", async () => {
    start(0);
    const url = await printed(address);
    const codeOf = async (page: string) => (await fetch(`${url}/assets/${page}.js`)).text();
    assert.match(await codeOf("search"), /rpc\("search"\)/);
    assert.doesNotMatch(await codeOf("search"), /node:timers|currencies\.internal/);
    assert.match(await codeOf("notify"), /register\("notify", \{ notify \}\)/);
  });

  test("shows what failed over the page, and is a page again after the next change", async () => {
    // A page comes back to the address that it had.
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const { port } = free.address() as { port: number };
    await new Promise((done) => free.close(done));
    start(port);
    const url = await printed(address);
    await using people = await People.start();
    const page = await people.visit(`${url}/counter`);
    const count = page.getByRole("status", { name: "Count" }).first();
    const increment = () => page.getByRole("button", { name: "Increment" }).first().click();
    const overlay = page.getByRole("alertdialog");
    await increment();
    await count.getByText("1", { exact: true }).waitFor();
    const file = join(folder, "demo/counter/counter.server.ts");
    const good = await readFile(file, "utf8");
    let reloaded = page.waitForEvent("load");
    await writeFile(file, good.replace("state.count++;", 'throw new Error("no " + state.count);'));
    await printed(address);
    await reloaded;
    await increment();
    await overlay.getByText('callback "increment" in <counter-card>').waitFor();
    assert.match(
      (await overlay.textContent()) ?? "",
      /Error: no \d+\s+at increment .*counter\.server\.ts:\d+/,
    );
    reloaded = page.waitForEvent("load");
    await writeFile(file, good);
    await printed(address);
    await reloaded;
    assert.equal(await overlay.count(), 0);
    await increment();
    await count.getByText("1", { exact: true }).waitFor();
  });

  test("on a port that is in use says so in one line, and waits", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    start(port);
    const line = `127.0.0.1:${port} is in use. Take another: PORT=${port + 1} npm run dev\n`;
    assert.equal(await printed(/127\.0\.0\.1:\d+ is in use.*\n/), line);
    await printed(/The site has ended/);
    assert.doesNotMatch(output, /EADDRINUSE|^ +at /m);
    taken.close();
  });
});
