/** The threats of docs/security.md: each has a guard, a test that shows it, and a patch without which the test fails. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { codesIn, sectionOf, tablesOf, testsIn } from "../support/markdown.ts";
import { root } from "../support/newcomer.ts";
import { assert, suite, test } from "../support/suite.ts";
import { titlesIn } from "../support/titles.ts";

const THREATS = 66;

/** What is not built yet, and will bring its guards along. */
const AWAITED = ["navigation", "live components", "durable backends", "uploads", "SSE and polling"];

const read = (file: string) => readFileSync(root + file, "utf8");
const [table] = tablesOf(sectionOf(read("docs/security.md"), "Threats"));

const rows = (table?.rows ?? []).map(([id = "", threat = "", guard = "", tests = "", patches = ""]) => ({
  id,
  threat,
  guard,
  cells: tests + patches,
  waits: /^waits for (.+)$/.exec(guard)?.[1],
  guards: codesIn(guard),
  tests: testsIn(tests),
  patches: codesIn(patches),
}));
const guarded = rows.filter(({ waits }) => waits === undefined);

/** The rows that a title is about: `T15 T16 refuses ...`. */
const idsIn = (title: string): string[] => /^(T\d\d )+/.exec(title)?.[0].trim().split(" ") ?? [];

/** The tests that are about threats; a title as a pattern, for a part of it may be anything. */
const titles = globSync("test/**/*.test.ts", { cwd: root }).flatMap((file) =>
  titlesIn(root + file).flatMap((title) => idsIn(title.source.slice(1)).map((id) => ({ file, title, id }))),
);
const patches = globSync("test/mutants/T*.patch", { cwd: root }).map((file) => basename(file, ".patch"));

suite("the threats of docs/security.md", () => {
  test("have one row each, in their order", () => {
    assert.deepEqual(
      rows.map(({ id }) => id),
      Array.from({ length: THREATS }, (_, index) => `T${String(index + 1).padStart(2, "0")}`),
    );
    assert.deepEqual(
      rows.filter(({ threat }) => !threat).map(({ id }) => id),
      [],
    );
  });

  test("have a guard, a test and a patch, or wait for what brings them", () => {
    const isWhole = ({ waits, guards, tests, patches, cells }: (typeof rows)[number]) =>
      waits === undefined
        ? [guards, tests, patches].every(({ length }) => length > 0)
        : AWAITED.includes(waits) && cells === "";
    assert.deepEqual(
      rows.filter((row) => !isWhole(row)).map(({ id }) => id),
      [],
    );
  });

  test("are guarded by files that exist", () => {
    const missing = guarded.flatMap(({ id, guards }) =>
      guards.filter((file) => !existsSync(root + file)).map((file) => `${id}: ${file}`),
    );
    assert.deepEqual(missing, []);
  });

  test("name tests that exist, with the row's number in front", () => {
    const missing = guarded.flatMap(({ id, tests }) =>
      tests
        .filter(([file, title]) => !idsIn(title).includes(id) || !isThere(file, title))
        .map((named) => `${id}: ${named.join(": ")}`),
    );
    assert.deepEqual(missing, []);
  });

  test("name every test with a number", () => {
    const unnamed = titles
      .filter(
        ({ file, title, id }) => !find(id)?.tests.some(([in_, named]) => in_ === file && title.test(named)),
      )
      .map(({ file, title, id }) => `${id}: ${file}: ${title}`);
    assert.deepEqual(unnamed, []);
  });

  test("name every patch with a number, each under its own", () => {
    assert.deepEqual(guarded.flatMap(({ patches }) => patches).sort(), patches.sort());
    for (const { id, patches } of guarded)
      for (const patch of patches) assert.ok(patch.startsWith(`${id}-`), `${id}: ${patch}`);
  });

  test("have patches that one of the row's tests is to find", () => {
    for (const { id, patches, tests } of guarded)
      for (const patch of patches) {
        const [, file] =
          /^Found by: npm run test:\w+ -- (\S+)$/m.exec(read(`test/mutants/${patch}.patch`)) ?? [];
        assert.ok(
          tests.some(([each]) => each === file),
          `${id}: ${patch} is to be found by ${file}`,
        );
      }
  });
});

const find = (id: string) => guarded.find((row) => row.id === id);
const isThere = (file: string, title: string) =>
  existsSync(root + file) && titlesIn(root + file).some((each) => each.test(title));
