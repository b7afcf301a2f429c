/** `npm start` from outside: what a newcomer and a process supervisor see of it. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { closeCodes } from "../../src/wire/close-codes.ts";
import { cookiesOf } from "../support/serve.ts";
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

  test("ends cleanly on SIGTERM, with sockets open, and its server with it", async () => {
    const { headers } = await fetch(`${address}/chat`);
    const socket = new WebSocket(`${address.replace("http", "ws")}/_violet/socket`, {
      headers: { origin: address, cookie: cookiesOf(headers) },
    } as never);
    await once(socket, "open");
    const silent = connect(Number(new URL(address).port), "127.0.0.1").on("error", () => {});
    await once(silent, "connect");
    const [closed, ended] = [once(socket, "close"), once(npm, "close")];
    npm.kill("SIGTERM");
    const [{ code }] = (await closed) as [CloseEvent];
    assert.equal(code, closeCodes.drain);
    await ended;
    silent.destroy();
    assert.equal(npm.exitCode, 0, output);
    await assert.rejects(fetch(address));
  });
});
