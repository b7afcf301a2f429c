/**
 * Calls: `rpc` beside a bare JSON route of Express and of node:http, `realtime` with its answer beside an echo of bare
 * `ws`. Calls per second of the server's CPU by fifty callers at once, and the median time of one call after the other
 * by one. Only Violet's check who calls, and with what. The server and the load are processes of their own, on a core
 * each; the candidates take turns (A B C A B C ...), and the table shows medians.
 *
 *   npm run bench calls [-- --calls 20000 --rounds 5]
 */
import { parseArgs } from "node:util";
import { answer, ask, median, start, stop } from "./support/processes.ts";

const { values } = parseArgs({
  options: { calls: { type: "string", default: "20000" }, rounds: { type: "string", default: "5" } },
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
});
const calls = Number(values.calls);
const rounds = Number(values.rounds);
const CALLERS = 50;
const SEQUENTIAL = 2000;

/** Each group with what its others are measured against. */
const groups = {
  express: ["rpc", "rpc first", "rpc's checks", "express", "node:http", "tRPC"],
  ws: ["realtime", "ws"],
} as const;

interface Result {
  readonly perCpuSecond: number;
  /** Microseconds. */
  readonly p50: number;
  /** How much of its core the load took: near 1 it is the load that is measured. */
  readonly loadShare: number;
}

const folder = new URL("calls/", import.meta.url);
const lib = new URL("../lib/", import.meta.url);

async function measure(candidate: string): Promise<Result> {
  const server = start(new URL("server.mjs", folder), 0, [candidate, lib]);
  const { port } = await answer(server);
  const load = start(new URL("load.mjs", folder), 1, [candidate, port, CALLERS]);
  await answer(load);
  const cpuOf = async (process: typeof server) => (await ask(process, { usage: true })).cpu as number;
  await ask(load, { calls: Math.ceil(calls / 5), by: CALLERS });
  const [before, loadBefore, at] = [await cpuOf(server), await cpuOf(load), performance.now()];
  await ask(load, { calls, by: CALLERS });
  const seconds = (performance.now() - at) / 1000;
  const [cpu, loadCpu] = [(await cpuOf(server)) - before, (await cpuOf(load)) - loadBefore];
  const { p50 } = await ask(load, { calls: SEQUENTIAL, by: 1 });
  await stop(load, server);
  return { perCpuSecond: calls / cpu, p50: (p50 as number) * 1000, loadShare: loadCpu / seconds };
}

for (const [base, candidates] of Object.entries(groups)) {
  const results = new Map<string, Result[]>(candidates.map((candidate) => [candidate, []]));
  for (let round = 0; round < rounds; round++)
    for (const candidate of candidates) results.get(candidate)?.push(await measure(candidate));
  const of = (candidate: string, key: keyof Result) =>
    median((results.get(candidate) ?? []).map((each) => each[key]));
  console.log(`\n${calls.toLocaleString("en")} calls by ${CALLERS}, ${rounds} rounds`);
  console.table(
    Object.fromEntries(
      candidates.map((candidate) => [
        candidate,
        {
          "calls per CPU-s": Math.round(of(candidate, "perCpuSecond")),
          [`times ${base}`]: (of(candidate, "perCpuSecond") / of(base, "perCpuSecond")).toFixed(2),
          "sequential p50, µs": Math.round(of(candidate, "p50")),
          "load's core in use": `${Math.round(of(candidate, "loadShare") * 100)} %`,
        },
      ]),
    ),
  );
}
