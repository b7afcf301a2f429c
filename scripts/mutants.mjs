// `npm run test:mutants [-- name...]`: whether the tests find each fault of test/mutants, in a copy of the sources that
// has it. A name may be the beginning of several: `-- T`. `-- --check` only looks whether the patches apply; `-- --some 50`
// tries as many of them, others each time.
import { execFile } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { freePort } from "../test/support/ports.ts";
import { root, secondsSince } from "./run.mjs";
import { useChromium } from "./tools.mjs";

const COPIED = [
  ...[
    "src",
    "server",
    "elements",
    "plugin",
    "testing",
    "demo",
    "docs",
    "test",
    "scripts",
    "package.json",
    "tsconfig.json",
  ],
  // To build it, and for tests in Chromium.
  ...["tsconfig.build.json", "rollup.config.js", "web-test-runner.config.js"],
];
const MAX_SCHEDULES = 20_000;
/** More than there are cores: many wait for what does not come any more. */
const AT_ONCE = 6;
const TIMEOUT_MS = 600_000;
/** For one test that is to find one fault: who waits for what does not come any more has found it, too. */
const TEST_MS = 8000;
const FOUND_BY = /^Found by: npm run test:(node|browser|e2e) -- (\S+)$/m;
/** A row of docs/security.md, at the beginning of a patch's name. */
const THREAT = /^T\d\d(?=-)/;

/** Resolves to what it said and the code with which it ended; whoever takes too long is ended. */
const done = (cwd, command, ...args) =>
  new Promise((resolve) => {
    // A repository around the folder would decide what git takes for its paths. Tests in browsers that wait for what does
    // not come any more wait that long.
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(cwd), VIOLET_TEST_MS: "5000" };
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

const nodeTests = (cwd, file, ...flags) => node(cwd, "--test", "--test-reporter=tap", ...flags, file);

/** The tests of a file in a copy, by the part that they belong to. */
const runners = {
  node: nodeTests,
  async browser(cwd, file) {
    useChromium();
    // By itself it takes the first one that is free, which one beside it takes at the same time.
    const port = String(await freePort());
    return node(cwd, "node_modules/@web/test-runner/dist/bin.js", "--files", file, "--port", port);
  },
  async e2e(cwd, file, ...flags) {
    useChromium();
    await node(cwd, "scripts/build.mjs");
    return nodeTests(cwd, file, ...flags);
  },
};

/** What shows that a patch makes no sense, and not that a test is good. */
const isBroken = (stdout, ...names) =>
  new RegExp(`^ +(name: ')?(${names.join("|")})Error\\b`, "m").test(stdout);

/** A test file in a copy: some tests pass, others fail, and none because of a crash. */
async function tested(cwd, part, file) {
  const { code, stdout } = await runners[part](cwd, file);
  if (!code) return { problem: `not found by ${file}` };
  if (isBroken(stdout, "Syntax", "Type", "Reference") || !/^# pass [1-9]/m.test(stdout))
    return { problem: `crashes in ${file}:\n${stdout}` };
  return { found: `${/^# fail (\d+)/m.exec(stdout)?.[1]} tests`, how: file };
}

/** As Node's runner and the one for browsers write it. */
const FAILED = /^ *(?:not ok \d+ - |❌ (?:.* > )?)(T\d\d .*)$/gm;

/** A guard against a threat is gone: one of the tests of this threat has to fail, however it does. */
async function guarded(cwd, part, file, threat) {
  const ofThreat = new RegExp(`\\b${threat}\\b`);
  const flags = [`--test-name-pattern=${ofThreat.source}`, `--test-timeout=${TEST_MS}`];
  const { stdout, stderr } = await runners[part](cwd, file, ...flags);
  const failed = Array.from(stdout.matchAll(FAILED), ([, title]) => title).filter((title) =>
    ofThreat.test(title),
  );
  if (isBroken(stdout, "Syntax", "Reference")) return { problem: `crashes in ${file}:\n${stdout}` };
  if (!failed.length) return { problem: `not found by ${threat} of ${file}:\n${stdout}${stderr}` };
  return { found: `${failed.length} tests`, how: `${file}: ${failed[0]}` };
}

/** The sources, for one fault after another. */
function copied() {
  const folder = mkdtempSync(join(tmpdir(), "violet-mutants-"));
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

async function tried(patch, folder) {
  const problem = await misfit(patch, folder);
  if (problem) return { problem };
  const result = await sought(patch, folder);
  const isLeft = await misfit(patch, folder, "--reverse");
  if (isLeft) throw new Error(`${basename(patch)} cannot be taken back: it ${isLeft}`);
  return result;
}

function sought(patch, folder) {
  const [, part, file] = FOUND_BY.exec(readFileSync(patch, "utf8")) ?? [];
  const threat = THREAT.exec(basename(patch))?.[0];
  if (threat && !file) return { problem: 'has no line "Found by: npm run test:node -- FILE"' };
  if (!file) return searched(folder);
  return threat ? guarded(folder, part, file, threat) : tested(folder, part, file);
}

function tell(name, { problem, found, how = "" }, start) {
  if (problem) process.exitCode = 1;
  const seconds = secondsSince(start).padStart(8);
  console.log(problem ? `${name}: ${problem}` : `${name.padEnd(34)} ${found.padEnd(16)} ${seconds}  ${how}`);
}

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean", default: false }, some: { type: "string", default: "Infinity" } },
});
const { check: isCheck } = values;
const some = Number(values.some);
if (!(some >= 1)) throw new Error(`--some: expected a number from 1, got "${values.some}"`);

/** The patches of this name, or of those that begin with it. */
function named(name) {
  const exact = `test/mutants/${name}.patch`;
  const found = globSync(`test/mutants/${name}*.patch`, { cwd: root });
  if (!found.length) throw new Error(`there is no ${exact}`);
  return found.includes(exact) ? [exact] : found;
}

/** Some of them, drawn anew each time. */
function drawn(all, count) {
  const rest = [...all];
  const take = () => rest.splice(Math.floor(Math.random() * rest.length), 1)[0];
  return Array.from({ length: Math.min(count, rest.length) }, take);
}

const all = new Set((names.length ? names : [""]).flatMap(named).map((path) => join(root, path)));
const patches = drawn(all, some).toSorted((a, b) => (a < b ? -1 : 1));

/** Looks at patches until none is left. */
async function check(left) {
  for (const patch of left) {
    const problem = await misfit(patch, root, "--check");
    if (problem) tell(basename(patch, ".patch"), { problem }, performance.now());
  }
}

async function tryAll(left) {
  const folder = copied();
  try {
    for (const patch of left) {
      const start = performance.now();
      tell(basename(patch, ".patch"), await tried(patch, folder), start);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const begin = performance.now();
const left = patches.values();
await Promise.all(Array.from({ length: AT_ONCE }, () => (isCheck ? check : tryAll)(left)));
console.log(`${patches.length} faults ${isCheck ? "looked at" : "tried"} in ${secondsSince(begin)}`);
