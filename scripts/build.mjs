// `npm run build`: tsc writes lib/ (for Node, with types), rollup bundles lib/ into dist/ (for browsers).
import { globSync, rmSync, statSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { bin, root, run, secondsSince } from "./run.mjs";

const inputs = [
  "{src,elements,server,plugin,testing,demo}/**/*.ts",
  "package*.json",
  "tsconfig*.json",
  "rollup.config.js",
];
// Written last: its age is the age of a whole build.
const stamp = "dist/.built";

const changedAt = (file) => statSync(root + file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const filesIn = (patterns) =>
  globSync(patterns, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile());
const pathOf = (entry) => `${entry.parentPath}/${entry.name}`.slice(root.length);

function isStale() {
  const built = changedAt(stamp);
  return (
    built === 0 ||
    changedAt("lib") === 0 ||
    globSync(inputs, { cwd: root }).some((file) => changedAt(file) > built)
  );
}

// A removed source must not live on as its output. Afterwards and not before: a running server may be reading them.
function removeOlderThan(time) {
  for (const entry of filesIn(["lib/**", "dist/**"])) {
    const file = pathOf(entry);
    if (changedAt(file) < time) rmSync(root + file);
  }
}

/**
 * Writes lib/ and dist/. Resolves to whether the types were right: their errors are printed, and stop no more than
 * that the next run builds again.
 */
export async function build() {
  const start = performance.now();
  const startedAt = Date.now() - 1;
  const typed = (await run(bin("tsc"), ["-p", "tsconfig.build.json"])) === 0;
  if ((await run(bin("rollup"), ["--config", "--silent"])) !== 0) throw new Error("rollup failed");
  removeOlderThan(startedAt);
  if (typed) writeFileSync(root + stamp, "");
  console.error(`built lib/ and dist/ in ${secondsSince(start)}${typed ? "" : ", with errors in types"}`);
  return typed;
}

export const buildIfStale = async () => !isStale() || build();

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const typed = process.argv.includes("--if-stale") ? await buildIfStale() : await build();
  process.exitCode = typed ? 0 : 1;
}
