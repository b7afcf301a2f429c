/**
 * Backends: what a commit costs, in groups of 1, 20 and 200 stores that commit at the same time; the next group when all are
 * stored. "bare" writes the same rows by `node:sqlite` alone; "on the loop" is what `sqlite(file)` does in its thread, done on
 * the event loop. "bare Redis" does the same writes by ioredis and a script that looks at nothing; Redis is a process of its
 * own. They take turns (A B C D A B C D ...); medians. CPU is that of all threads of this process; the loop's delay is the 99th
 * percentile of what a timer of a millisecond is late.
 *
 *   npm run bench backends [-- --groups 1,20,200 --commits 4000 --rounds 5 --folder /var/tmp]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { bare } from "./backends/bare.ts";
import { onTheLoop } from "./backends/on-the-loop.ts";
import { bareRedis, onRedis } from "./backends/redis.ts";
import { median } from "./support/processes.ts";

process.env.NODE_ENV = "production";
const { memory, sqlite } = await import("../lib/server/index.js");
const { redis } = await import("../lib/server/backends/redis.js");

type Backend = ReturnType<typeof memory>;
export type Commit = Parameters<Backend["commit"]>[0];

export interface Candidate {
  /** Of different stores, at the same time. */
  commit(group: readonly Commit[]): Promise<unknown>;
  close(): Promise<void>;
}

const { values } = parseArgs({
  options: {
    groups: { type: "string", default: "1,20,200" },
    commits: { type: "string", default: "4000" },
    rounds: { type: "string", default: "5" },
    folder: { type: "string", default: tmpdir() },
  },
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
});
const commits = Number(values.commits);
const rounds = Number(values.rounds);

const all = (backend: Backend): Candidate => ({
  commit: (group) => Promise.all(group.map((commit) => backend.commit(commit))),
  close: () => backend.close(),
});

const candidates: Record<string, (file: string) => Candidate | Promise<Candidate>> = {
  bare,
  "on the loop": onTheLoop,
  "sqlite(file)": (file) => all(sqlite(file)),
  "bare Redis": (file) => onRedis(file, bareRedis),
  "redis(server)": (file) => onRedis(file, (path) => all(redis({ path }))),
  "memory()": () => all(memory()),
};

/** What it is measured by. */
const bareOf = (name: string) => (/redis/i.test(name) ? "bare Redis" : "bare");

/** A message in a room that keeps the last twenty. */
function commitOf(store: number, version: number): Commit {
  const line = (n: number) => ({
    id: `${store}-${n}`,
    name: "Ada Lovelace",
    text: `message ${n} of this room`,
    at: n,
  });
  return {
    store: `rooms/room-${store}`,
    epoch: "AbCdEfGh",
    version,
    schema: 1,
    entries: [
      {
        ops: [["splice", ["lines", Math.min(version, 20)], 0, [line(version)]]],
        writer: `client-of-store-${store}.1`,
        n: version + 1,
        at: 1_700_000_000_000 + version,
      },
    ],
    forgotten: [],
    value: () => ({ lines: Array.from({ length: 20 }, (_, n) => line(Math.max(0, version - n))) }),
  };
}

interface Figures {
  readonly wallUs: number;
  readonly cpuUs: number;
  readonly delayMs: number;
}

async function measure(
  open: (file: string) => Candidate | Promise<Candidate>,
  size: number,
): Promise<Figures> {
  const folder = mkdtempSync(join(values.folder, "violet-bench-"));
  const backend = await open(join(folder, "states.db"));
  const turn = async (version: number) => {
    await backend.commit(Array.from({ length: size }, (_, store) => commitOf(store, version)));
    await new Promise((done) => setImmediate(done));
  };
  await turn(0);
  const turns = Math.ceil(commits / size);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [start, before] = [performance.now(), process.cpuUsage()];
  for (let version = 1; version <= turns; version++) await turn(version);
  const [wallMs, cpu] = [performance.now() - start, process.cpuUsage(before)];
  delay.disable();
  await backend.close();
  rmSync(folder, { recursive: true });
  const count = turns * size;
  return {
    wallUs: (wallMs * 1000) / count,
    cpuUs: (cpu.user + cpu.system) / count,
    delayMs: delay.percentile(99) / 1e6 - 1,
  };
}

for (const size of values.groups.split(",").map(Number)) {
  const figures = new Map<string, Figures[]>(Object.keys(candidates).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, candidate] of Object.entries(candidates))
      figures.get(name)?.push(await measure(candidate, size));
  const of = (name: string, figure: keyof Figures) =>
    median((figures.get(name) ?? []).map((each) => each[figure]));
  console.log(`\ngroups of ${size}`);
  console.table(
    Object.fromEntries(
      Object.keys(candidates).map((name) => [
        name,
        {
          "wall, µs": of(name, "wallUs").toFixed(1),
          "times bare": (of(name, "wallUs") / of(bareOf(name), "wallUs")).toFixed(2),
          "CPU, µs": of(name, "cpuUs").toFixed(1),
          "CPU, times bare": (of(name, "cpuUs") / of(bareOf(name), "cpuUs")).toFixed(2),
          "the loop's delay, ms": of(name, "delayMs").toFixed(1),
        },
      ]),
    ),
  );
}
