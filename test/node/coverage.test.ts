/** The check that `npm test` ends with: what docs/coverage.md names has passed. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { tablesOf, testsIn } from "../support/markdown.ts";
import { root } from "../support/newcomer.ts";
import { assert, suite, test } from "../support/suite.ts";

/** What the script says where these tests passed. */
async function unproven(titles: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "violet-coverage-"));
  const passed = join(folder, "passed");
  await writeFile(passed, JSON.stringify(titles));
  const code = `import { readFileSync } from "node:fs";
    import { unproven } from "./scripts/coverage.mjs";
    console.log(JSON.stringify(unproven(new Set(JSON.parse(readFileSync(${JSON.stringify(passed)}, "utf8"))))));`;
  const flags = ["--input-type=module", "--eval", code];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root });
  await rm(folder, { recursive: true });
  return JSON.parse(stdout);
}

suite("scripts/coverage.mjs", () => {
  test("tells the rows of which a test did not pass, and no others", async () => {
    const text = await readFile(`${root}docs/coverage.md`, "utf8");
    const rows = tablesOf(text).flatMap((table) => table.rows);
    const titles = rows.flatMap((row) => testsIn(row.at(-1) ?? "").map(([, title]) => title));
    assert.deepEqual(await unproven(titles), []);
    const failed = "C2.1.9 that return something are warned of, once; those that throw are logged";
    assert.deepEqual(await unproven(titles.filter((title) => title !== failed)), [
      `C2.1.9: test/server/calls/realtime.test.ts: "${failed}"`,
    ]);
  });
});
