// What docs/coverage.md says is tested, held against the tests that passed.
import { readFileSync } from "node:fs";
import { tablesOf, testsIn } from "../test/support/markdown.ts";
import { titlesIn } from "../test/support/titles.ts";
import { root } from "./run.mjs";

/** The rows' tests that are not among these titles. Types are held by the compiler: theirs are comments. */
export function unproven(passed) {
  const hasPassed = (file, title) =>
    titlesIn(root + file).some((one) => one.test(title) && [...passed].some((real) => one.test(real)));
  return tablesOf(readFileSync(`${root}docs/coverage.md`, "utf8")).flatMap(({ rows }) =>
    rows.flatMap(([place, , , , tests = ""]) =>
      testsIn(tests)
        .filter(([file, title]) => file.endsWith(".test.ts") && !hasPassed(file, title))
        .map(([file, title]) => `${place}: ${file}: "${title}"`),
    ),
  );
}
