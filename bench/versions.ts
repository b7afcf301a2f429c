/**
 * What a change costs: another commit (A) and this checkout (B) in turns, A B A B ...; the CPU time of the server for
 * a delivery of a patch to 100 subscribers, and for a message of a page and its answer. The table shows the median of
 * B / A and, beside it, what A / A of neighbouring rounds does by itself on this machine.
 *
 *   npm run bench -- versions --before COMMIT [--rounds 11]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { fanOut } from "./fan-out/measure.ts";
import { messages } from "./messages/measure.ts";
import { median } from "./support/processes.ts";

const { values } = parseArgs({
  options: { before: { type: "string" }, rounds: { type: "string", default: "11" } },
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
});
if (!values.before)
  throw new Error("Say with which commit this checkout is to be compared: --before COMMIT.");

const rounds = Math.max(2, Number(values.rounds));

const root = new URL("../", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "violet-before-"));

/** The other commit, built, with the packages of this one. */
function checkout(commit: string): URL {
  execFileSync("git", ["-C", root, "worktree", "add", "--detach", "--force", folder, commit], {
    stdio: "ignore",
  });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  execFileSync(process.execPath, [join(folder, "scripts/build.mjs")], { cwd: folder, stdio: "ignore" });
  return pathToFileURL(`${folder}/lib/`);
}

const measures: Record<string, (lib: URL) => Promise<number>> = {
  "a delivery, N = 100": async (lib) => (await fanOut("violet", 100, lib)).cpuPerMillion,
  "a message and its answer": async (lib) => (await messages(lib)).cpuMicroseconds,
};

try {
  const before = checkout(values.before);
  const after = new URL("../lib/", import.meta.url);
  const rows: Record<string, Record<string, string>> = {};
  for (const [name, measure] of Object.entries(measures)) {
    const a: number[] = [];
    const b: number[] = [];
    for (let round = 0; round < rounds; round++) {
      a.push(await measure(before));
      b.push(await measure(after));
    }
    const ratios = b.map((each, index) => each / (a[index] as number));
    const noise = a.slice(1).map((each, index) => each / (a[index] as number));
    rows[name] = {
      "before, us": median(a).toFixed(2),
      "after, us": median(b).toFixed(2),
      "after / before": median(ratios).toFixed(3),
      "before / before": `${Math.min(...noise).toFixed(2)} to ${Math.max(...noise).toFixed(2)}`,
    };
  }
  console.log(`\n${values.before} and this checkout, ${rounds} rounds`);
  console.table(rows);
} finally {
  execFileSync("git", ["-C", root, "worktree", "remove", "--force", folder], { stdio: "ignore" });
  rmSync(folder, { recursive: true, force: true });
}
