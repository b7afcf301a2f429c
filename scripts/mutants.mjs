// `npm run test:mutants [-- name...]`: whether the tests find each fault of test/mutants, in a copy of the sources that
// has it. `-- --check` only looks whether the patches apply.
import { execFile } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { root, secondsSince } from "./run.mjs";

const COPIED = ["src", "server", "elements", "test", "scripts", "package.json", "tsconfig.json"];
const MAX_SCHEDULES = 20_000;
const AT_ONCE = 2;
const TIMEOUT_MS = 600_000;
const FOUND_BY = /^Found by: npm run test:node -- (\S+)$/m;

/** Resolves to what it said and the code with which it ended; whoever takes too long is ended. */
const done = (cwd, command, ...args) =>
  new Promise((resolve) => {
    // A repository around the folder would decide what git takes for its paths.
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(cwd) };
    const options = { cwd, env, timeout: TIMEOUT_MS, maxBuffer: 2 ** 26 };
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr }),
    );
  });

const node = (cwd, ...args) =>
  done(
    cwd,
    process.execPath,
    "--import=./scripts/ts.mjs",
    "--conditions=violet-source",
    "--enable-source-maps",
    ...args,
  );

/** A problem of the patch itself; undefined: none. */
async function misfit(patch, cwd, ...flags) {
  const { code, stderr } = await done(cwd, "git", "apply", ...flags, patch);
  return code === 0 ? undefined : `does not apply: ${stderr.trim()}`;
}

const search = async (cwd, from, to) => {
  const { code, stdout, stderr } = await node(cwd, "test/mutants/search.ts", String(from), String(to));
  const [, number, violation] = /^schedule (\d+): (.*)/m.exec(stdout) ?? [];
  return { code, stderr, number: Number(number), violation };
};

/** How soon the model search finds a violation in a copy. A crash is none, nor is one that is there without the fault. */
async function searched(cwd) {
  const { code, stderr, number, violation } = await search(cwd, 1, MAX_SCHEDULES);
  if (!violation)
    return {
      problem: code ? `ended with ${code}: ${stderr.trim()}` : `not found in ${MAX_SCHEDULES} schedules`,
    };
  const { violation: old } = await search(root, number, number);
  if (old) return { problem: `schedule ${number} does not hold without the fault either: ${old}` };
  return { found: `${number} schedules`, how: violation };
}

/** A test file in a copy: some tests pass, others fail, and none because of a crash. */
async function tested(cwd, file) {
  const { code, stdout } = await node(cwd, "--test", "--test-reporter=tap", file);
  if (!code) return { problem: `not found by ${file}` };
  const crash = /^ +name: '(Syntax|Type|Reference)Error'$/m.exec(stdout);
  if (crash || !/^# pass [1-9]/m.test(stdout)) return { problem: `crashes in ${file}:\n${stdout}` };
  return { found: `${/^# fail (\d+)/m.exec(stdout)?.[1]} tests`, how: file };
}

async function tried(patch) {
  const folder = mkdtempSync(join(tmpdir(), "violet-mutant-"));
  try {
    for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const problem = await misfit(patch, folder);
    if (problem) return { problem };
    const file = FOUND_BY.exec(readFileSync(patch, "utf8"))?.[1];
    return await (file ? tested(folder, file) : searched(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tell(name, { problem, found, how = "" }, start) {
  if (problem) process.exitCode = 1;
  const seconds = secondsSince(start).padStart(8);
  console.log(problem ? `${name}: ${problem}` : `${name.padEnd(34)} ${found.padEnd(16)} ${seconds}  ${how}`);
}

const args = process.argv.slice(2);
const isCheck = args.includes("--check");
const names = args.filter((arg) => arg !== "--check");
const patches = (
  names.length
    ? names.map((name) => `test/mutants/${name}.patch`)
    : globSync("test/mutants/*.patch", { cwd: root })
)
  .map((path) => join(root, path))
  .sort();

const begin = performance.now();
const left = patches.values();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (const patch of left) {
      const start = performance.now();
      if (!isCheck) tell(basename(patch, ".patch"), await tried(patch), start);
      else {
        const problem = await misfit(patch, root, "--check");
        if (problem) tell(basename(patch, ".patch"), { problem }, start);
      }
    }
  }),
);
console.log(`${patches.length} faults ${isCheck ? "looked at" : "tried"} in ${secondsSince(begin)}`);
