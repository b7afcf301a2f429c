/** Each entry's list of exports is frozen: an export is a promise, so adding or removing one is a decision. */
import { readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";
import { assert, suite, test } from "../support/suite.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const listFile = fileURLToPath(new URL("exports.json", import.meta.url));
const update = "UPDATE_EXPORTS=1 npm run test:node -- test/node/exports.test.ts";

interface Names {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** The exports by name; an `export *` has none and is told. */
function exportsOf(file: string): Names {
  const { module } = parseSync(file, readFileSync(root + file, "utf8"));
  const entries = module.staticExports.flatMap((statement) => statement.entries);
  const names = (isType: boolean): string[] =>
    entries
      .filter((entry) => entry.isType === isType)
      .map((entry) => entry.exportName.name ?? `* from ${entry.moduleRequest?.value}`)
      .sort();
  return { values: names(false), types: names(true) };
}

/** The specifier by which one source imports another. */
function relative(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}

function sourceOf(conditions: Record<string, unknown> | string): string {
  const source = typeof conditions === "string" ? conditions : conditions["violet-source"];
  return typeof source === "string" ? source : (source as { default: string }).default;
}

const entries: [entry: string, source: string][] = Object.entries<Record<string, unknown> | string>(
  JSON.parse(readFileSync(`${root}package.json`, "utf8")).exports,
)
  .map(([entry, conditions]): [string, string] => [entry, sourceOf(conditions)])
  .filter(([, source]) => source.endsWith(".ts"));
const current = Object.fromEntries(entries.map(([entry, source]) => [entry, exportsOf(source)]));

if (process.env.UPDATE_EXPORTS) writeFileSync(listFile, `${JSON.stringify(current, null, 2)}\n`);
const frozen: Record<string, Names> = JSON.parse(readFileSync(listFile, "utf8"));

suite("exports", () => {
  for (const [entry, source] of entries) {
    test(`of "${entry}" are those of test/node/exports.json`, () => {
      assert.deepEqual(
        current[entry],
        frozen[entry],
        `Meant? Then run \`${update}\` and tell it in CHANGELOG.md.`,
      );
    });

    // Another entry's list is frozen under its own name.
    test(`of "${entry}" are listed by name, or are all those of another entry`, () => {
      const all = current[entry]?.values.filter((name) => name.startsWith("*")) ?? [];
      const ofEntries = entries.map(([, other]) => `* from ${relative(source, other)}`);
      assert.deepEqual(
        all.filter((name) => !ofEntries.includes(name)),
        [],
      );
    });
  }

  test("are listed for no entry that is gone", () => {
    assert.deepEqual(Object.keys(frozen), Object.keys(current));
  });
});
