/** `npm start` where its port is taken. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { assert, test } from "../support/suite.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

test("npm start on a port that is in use says so in one line, and ends with 1", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  const env = { ...process.env, PORT: String(port), HOST: "127.0.0.1" };
  const npm = spawn("npm", ["start"], { cwd: root, env });
  let errors = "";
  npm.stderr.on("data", (chunk) => (errors += String(chunk)));
  const [code] = (await once(npm, "close")) as [number];
  taken.close();
  assert.equal(code, 1, errors);
  assert.match(
    errors,
    new RegExp(`^127\\.0\\.0\\.1:${port} is in use\\. Take another: PORT=${port + 1} npm start$`, "m"),
  );
  assert.doesNotMatch(errors, /EADDRINUSE|^ +at /m);
});

test("npm start with a PORT that is none says so in one line, and ends with 1", async () => {
  for (const PORT of ["abc", "70000"]) {
    const npm = spawn("npm", ["start"], { cwd: root, env: { ...process.env, PORT } });
    let errors = "";
    npm.stderr.on("data", (chunk) => (errors += String(chunk)));
    const [code] = (await once(npm, "close")) as [number];
    assert.equal(code, 1, errors);
    assert.match(errors, new RegExp(`^PORT is ${PORT}: give a whole number`, "m"));
    assert.doesNotMatch(errors, /ERR_SOCKET|^ +at /m);
  }
});
