/**
 * Idle connections: resident memory for each, with a session and a subscription, beside bare `ws` with the same upgrade;
 * and the server's CPU for each upgrade, and for each hello until its page is in sync. The server and the load are
 * processes of their own, on a core each; garbage is collected before each reading of memory; the candidates take turns
 * (A B A B), and the table shows medians.
 *
 *   npm run bench idle [-- --n 10000 --rounds 3]
 */
import { parseArgs } from "node:util";
import { answer, ask, median, start, stop } from "./support/processes.ts";

const { values } = parseArgs({
  options: { n: { type: "string", default: "10000" }, rounds: { type: "string", default: "3" } },
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
});
const n = Number(values.n);
const rounds = Number(values.rounds);
/** Connections that are opened at once. */
const BATCH = 100;
/** These are there before the first reading: they use up what the start of the process has left in its allocators. */
const first = Math.ceil(n / 5);
/** Descriptors that a process needs for itself. */
const OWN_DESCRIPTORS = 100;

const { userLimits } = process.report.getReport() as {
  userLimits: { open_files: { hard: number | "unlimited" } };
};
const { hard } = userLimits.open_files;
if (hard !== "unlimited" && n + OWN_DESCRIPTORS > hard) {
  console.error(`idle: ${n} connections need more descriptors than a process may have (${hard}).`);
  process.exit(1);
}

const candidates = ["violet", "ws"] as const;
type Candidate = (typeof candidates)[number];
const columns = ["rss", "heap", "upgrade", "hello"] as const;
type Result = Record<(typeof columns)[number], number>;

const folder = new URL("idle/", import.meta.url);

async function measure(candidate: Candidate): Promise<Result> {
  const server = start(new URL("server.mjs", folder), 0, [candidate], ["--expose-gc"]);
  const { port } = await answer(server);
  const load = start(new URL("load.mjs", folder), 1, [candidate, port]);
  await answer(load);
  const cpu = { connect: 0, greet: 0 };
  const cost = async (task: keyof typeof cpu, count: number) => {
    const before = await ask(server, {});
    await ask(load, { task, count });
    cpu[task] += (await ask(server, {})).cpu - before.cpu;
  };
  const open = async (count: number) => {
    for (let left = count; left > 0; left -= BATCH)
      for (const task of ["connect", "greet"] as const) await cost(task, Math.min(left, BATCH));
  };
  await open(first);
  const before = await ask(server, { collect: true });
  cpu.connect = cpu.greet = 0;
  await open(n - first);
  const after = await ask(server, { collect: true });
  await stop(load, server);
  const each = (total: number) => total / (n - first);
  return {
    rss: each(after.rss - before.rss),
    heap: each(after.heapUsed - before.heapUsed),
    upgrade: each(cpu.connect) * 1e6,
    hello: each(cpu.greet) * 1e6,
  };
}

const results = new Map<Candidate, Result[]>(candidates.map((candidate) => [candidate, []]));
for (let round = 0; round < rounds; round++)
  for (const candidate of candidates) results.get(candidate)?.push(await measure(candidate));

const of = (candidate: Candidate, column: keyof Result) =>
  median((results.get(candidate) ?? []).map((each) => each[column]));
const ratio = (value: (candidate: Candidate) => number) => (value("violet") / value("ws")).toFixed(2);
const cpuOf = (candidate: Candidate) => of(candidate, "upgrade") + of(candidate, "hello");

console.log(`\n${n.toLocaleString("en")} idle connections, ${rounds} rounds`);
console.table(
  Object.fromEntries([
    ...candidates.map((candidate) => [
      candidate,
      {
        "RSS, bytes": Math.round(of(candidate, "rss")),
        "heap, bytes": Math.round(of(candidate, "heap")),
        "CPU per upgrade, µs": of(candidate, "upgrade").toFixed(0),
        "with hello, µs": cpuOf(candidate).toFixed(0),
      },
    ]),
    [
      "times ws",
      {
        "RSS, bytes": ratio((each) => of(each, "rss")),
        "heap, bytes": ratio((each) => of(each, "heap")),
        "CPU per upgrade, µs": ratio((each) => of(each, "upgrade")),
        "with hello, µs": ratio(cpuOf),
      },
    ],
  ]),
);
