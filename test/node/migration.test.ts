import { readFileSync } from "node:fs";
import { filesIn } from "../support/markdown.ts";
import { Newcomer, root } from "../support/newcomer.ts";
import { assert, suite, test } from "../support/suite.ts";

suite("docs/migrating-from-htmx.md", () => {
  test("D9.1 E15.1 has steps that compile together", async () => {
    await using newcomer = await Newcomer.withFiles(
      filesIn(readFileSync(`${root}docs/migrating-from-htmx.md`, "utf8")),
    );
    assert.deepEqual(await newcomer.typeErrors(), []);
  });
});
