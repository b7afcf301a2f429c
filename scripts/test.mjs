// `npm test`: the parts below, each by its own runner. `npm run test:node -- test/src/wire` runs a folder or a
// file; flags go to the runner (`-- --test-name-pattern=refuses`).
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { buildIfStale } from "./build.mjs";
import { unproven } from "./coverage.mjs";
import { root, run, secondsSince } from "./run.mjs";
import { findTool, useChromium } from "./tools.mjs";

const fromSources = ["--import=./scripts/ts.mjs", "--conditions=violet-source", "--enable-source-maps"];
const reporters = ["spec", "./scripts/reporter.mjs"].flatMap((name) => [
  `--test-reporter=${name}`,
  "--test-reporter-destination=stdout",
]);

const databases = [
  { folder: "test/server/sql", tool: "postgres", variable: "POSTGRES" },
  { folder: "redis", tool: "redis-server", variable: "REDIS_SERVER" },
];
// Who has none and may install none runs all the other tests; those that need it fail with the same line.
const useDatabases = (files) => {
  for (const { folder, tool, variable } of databases)
    try {
      if (files.some((file) => file.includes(folder))) process.env[variable] = findTool(tool);
    } catch (error) {
      console.error(error.message);
    }
};
// With two cores Node would run one file at a time. Three at once take no less time than two.
const concurrency = Math.max(2, availableParallelism() - 1);
const nodeTest = (files, flags) =>
  run(process.execPath, [
    ...fromSources,
    "--test",
    "--test-timeout=180000",
    `--test-concurrency=${concurrency}`,
    ...reporters,
    ...flags,
    ...files,
  ]);
const webTest = (files, flags) =>
  run(process.execPath, [
    ...fromSources,
    "node_modules/@web/test-runner/dist/bin.js",
    ...flags,
    ...files.flatMap((file) => ["--files", file]),
  ]);

const parts = {
  node: {
    files: "test/**/*.test.ts",
    except: ["test/elements/**", "test/browser/**", "test/e2e/**"],
    prepare: useDatabases,
    run: nodeTest,
  },
  browser: {
    files: "test/{src,elements,browser}/**/*.test.ts",
    prepare: useChromium,
    run: webTest,
  },
  e2e: {
    files: "test/e2e/**/*.test.ts",
    prepare() {
      useChromium();
      return buildIfStale();
    },
    run: nodeTest,
  },
};

/** Resolves to a line for the summary, or throws. */
async function runPart(name, chosen, flags) {
  const { files, except = [], prepare, run } = parts[name];
  const patterns = chosen.length > 0 ? chosen.map((path) => `${path}{,/**/*.test.ts}`) : files;
  const found = globSync(patterns, { cwd: root, exclude: except }).filter((path) =>
    path.endsWith(".test.ts"),
  );
  if (found.length === 0) throw new Error(`no test file matches ${patterns}`);
  await prepare(found);
  const code = await run(found.sort(), flags);
  if (code !== 0) throw new Error(`the runner ended with ${code}`);
}

/** How the tests of all parts ended so far. */
const outcomes = () =>
  existsSync(process.env.VIOLET_OUTCOMES)
    ? readFileSync(process.env.VIOLET_OUTCOMES, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];

async function checkCoverage() {
  const missing = unproven(new Set(outcomes().flatMap(({ name, passed }) => (passed ? [name] : []))));
  if (missing.length > 0)
    throw new Error(`docs/coverage.md names what did not pass:\n  ${missing.join("\n  ")}\n `);
}

async function timed(name, fn) {
  const start = performance.now();
  const error = await fn().catch((error) => error);
  return {
    name,
    ok: !error,
    line: `${name}: ${error ? `FAILED, ${error.message}` : "passed"} (${secondsSince(start)})`,
  };
}

const args = process.argv.slice(2);
const named = args.filter((arg) => arg in parts);
const flags = args.filter((arg) => arg.startsWith("-"));
const chosen = args.filter((arg) => !(arg in parts) && !flags.includes(arg));

// One seed for all parts and processes: every random test derives from it.
process.env.VIOLET_SEED ??= String(Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${process.env.VIOLET_SEED} (again: VIOLET_SEED=${process.env.VIOLET_SEED} npm test)`);

// Where the runners write how each test ended.
const folder = mkdtempSync(join(tmpdir(), "violet-test-"));
process.once("exit", () => rmSync(folder, { recursive: true }));
process.env.VIOLET_OUTCOMES = join(folder, "outcomes");

// The longer search, which is no file of tests: its arguments are explained in test/model/run.ts.
if (args[0] === "model")
  process.exit(await run(process.execPath, [...fromSources, "test/model/run.ts", ...args.slice(1)]));

const results = [];
for (const name of named.length > 0 ? named : Object.keys(parts))
  results.push(await timed(name, () => runPart(name, chosen, flags)));
if (args.length === 0 && results.every(({ ok }) => ok)) results.push(await timed("coverage", checkCoverage));
const failed = outcomes().flatMap(({ name, passed }) => (passed ? [] : [`failed: ${name}\n`]));
console.log(`\n${failed.join("")}${results.map(({ line }) => line).join("\n")}`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
