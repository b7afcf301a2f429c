// `npm run bench [-- table... --flag...]`: the tables of bench/*.ts, all or those named; flags go to them. The peers they measure against are
// packages of bench/ alone, installed at the first run.
import { existsSync, globSync } from "node:fs";
import { basename } from "node:path";
import { buildIfStale } from "./build.mjs";
import { root, run } from "./run.mjs";

const tables = globSync("bench/*.ts", { cwd: root })
  .map((file) => basename(file, ".ts"))
  .sort();
const firstFlag = process.argv.findIndex((arg) => arg.startsWith("--"));
const end = firstFlag < 0 ? process.argv.length : firstFlag;
const chosen = process.argv.slice(2, end);
const flags = process.argv.slice(end);
const unknown = chosen.filter((name) => !tables.includes(name));
if (unknown.length > 0) {
  console.error(`bench: no table ${unknown.join(", ")}; there are ${tables.join(", ") || "none"}.`);
  process.exit(1);
}

await buildIfStale();
if (!existsSync(`${root}bench/node_modules`))
  await run("npm", ["ci", "--prefix", "bench", "--loglevel=error"]);
for (const table of chosen.length > 0 ? chosen : tables) {
  const code = await run(process.execPath, ["--import=./scripts/ts.mjs", `bench/${table}.ts`, ...flags]);
  if (code !== 0) process.exitCode = code;
}
