/** `npm start` from outside: what a newcomer and a process supervisor see of it. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { after, assert, before, suite, test } from "../support/suite.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const startsWithinMs = 30_000;

suite("npm start", () => {
  let npm: ChildProcessWithoutNullStreams;
  let output = "";
  let address: string;

  before(async () => {
    const env = { ...process.env, PORT: "0", HOST: "127.0.0.1" };
    npm = spawn("npm", ["start"], { cwd: root, env });
    npm.stderr.on("data", (chunk) => (output += String(chunk)));
    npm.stdout.on("data", (chunk) => (output += String(chunk)));
    address = await printedAddress();
  });
  after(() => void npm.kill());

  async function printedAddress(): Promise<string> {
    const signal = AbortSignal.timeout(startsWithinMs);
    for (;;) {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
      if (found) return found[0];
      await once(npm.stdout, "data", { signal }).catch(() => assert.fail(`no address in: ${output}`));
    }
  }

  test("prints the address it serves on", async () => {
    assert.equal((await fetch(address)).status, 200);
  });

  test("ends cleanly on SIGTERM, and its server with it", async () => {
    npm.kill("SIGTERM");
    await once(npm, "close");
    assert.equal(npm.exitCode, 0, output);
    await assert.rejects(fetch(address));
  });
});
