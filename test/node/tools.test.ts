/** Chromium is found by CHROME_PATH, then on PATH; without it the tests end with one line that says what to do. */
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { after, assert, before, suite, test } from "../support/suite.ts";

const tools = fileURLToPath(new URL("../../scripts/tools.mjs", import.meta.url));
const code = `import { findTool } from ${JSON.stringify(tools)};
try { console.log(findTool(process.argv[1])); } catch (error) { console.log(error.message); }`;

const evaluate = async (env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> => {
  const options = { env: { VIOLET_NO_APT: "1", ...env } };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", ...args],
    options,
  );
  return stdout.trim();
};

const find = (env: NodeJS.ProcessEnv, name = "chromium") => evaluate(env, code, name);

suite("finding Chromium", () => {
  let folder: string;
  let program: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "violet-tools-"));
    program = join(folder, "chromium");
    await writeFile(program, "");
    await chmod(program, 0o755);
  });
  after(() => rm(folder, { recursive: true }));

  test("takes CHROME_PATH first", async () => {
    assert.equal(await find({ CHROME_PATH: program, PATH: "" }), program);
  });

  test("looks along PATH", async () => {
    assert.equal(await find({ PATH: `/nowhere:${folder}` }), program);
  });

  test("says when CHROME_PATH is wrong", async () => {
    assert.match(
      await find({ CHROME_PATH: "/nowhere/chrome", PATH: folder }),
      /CHROME_PATH is .* Correct it or unset it/,
    );
  });

  test("says in one line what to do without one", async () => {
    assert.match(
      await find({ PATH: "/nowhere" }),
      /^chromium was not found\. Install it .* or set CHROME_PATH\.$/,
    );
  });
});

suite("using Chromium", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "violet-tools-"));
    for (const name of ["chromium", "chromium-headless-shell"]) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, name), "", { mode: 0o755 });
    }
  });
  after(() => rm(folder, { recursive: true }));

  const path = (...names: string[]) => names.map((name) => join(folder, name)).join(delimiter);
  const use = async (env: NodeJS.ProcessEnv) => {
    const script = `import { useChromium } from ${JSON.stringify(tools)};
useChromium();
console.log(JSON.stringify([process.env.CHROME_PATH, process.env.HEADLESS_SHELL]));`;
    return JSON.parse(await evaluate(env, script)) as string[];
  };
  const chromium = () => path("chromium/chromium");

  test("takes the one without windows where there is one", async () => {
    const shell = path("chromium-headless-shell/chromium-headless-shell");
    assert.deepEqual(await use({ PATH: path("chromium", "chromium-headless-shell") }), [chromium(), shell]);
    assert.deepEqual(await use({ PATH: path("chromium"), HEADLESS_SHELL: shell }), [chromium(), shell]);
  });

  test("says when HEADLESS_SHELL is wrong", async () => {
    const error = await use({ PATH: path("chromium"), HEADLESS_SHELL: "/nowhere/shell" }).catch(String);
    assert.match(String(error), /HEADLESS_SHELL is .* Correct it or unset it/);
  });

  test("takes Chromium alone where there is none, or where it is named", async () => {
    const both = path("chromium", "chromium-headless-shell");
    assert.deepEqual(await use({ PATH: path("chromium") }), [chromium(), chromium()]);
    assert.deepEqual(await use({ PATH: both, CHROME_PATH: chromium() }), [chromium(), chromium()]);
  });
});

suite("finding PostgreSQL", () => {
  test("takes POSTGRES first, then PATH, then what pg_config says", async () => {
    const folder = await mkdtemp(join(tmpdir(), "violet-tools-"));
    try {
      const config = join(folder, "pg_config");
      await writeFile(config, `#!/bin/sh\necho ${join(folder, "bin")}\n`);
      await mkdir(join(folder, "bin"));
      const program = join(folder, "bin", "postgres");
      await writeFile(program, "");
      await Promise.all([config, program].map((file) => chmod(file, 0o755)));
      assert.equal(await find({ POSTGRES: program, PATH: "" }, "postgres"), program);
      assert.equal(await find({ PATH: folder }, "postgres"), program);
      assert.equal(await find({ PATH: join(folder, "bin") }, "postgres"), program);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
