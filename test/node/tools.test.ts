/** Chromium is found by CHROME_PATH, then on PATH; without it the tests end with one line that says what to do. */
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { after, assert, before, suite, test } from "../support/suite.ts";

const tools = fileURLToPath(new URL("../../scripts/tools.mjs", import.meta.url));
const code = `import { findTool } from ${JSON.stringify(tools)};
try { console.log(findTool(process.argv[1])); } catch (error) { console.log(error.message); }`;

const find = async (env: NodeJS.ProcessEnv, name = "chromium"): Promise<string> => {
  const options = { env: { VIOLET_NO_APT: "1", ...env } };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", code, name],
    options,
  );
  return stdout.trim();
};

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
