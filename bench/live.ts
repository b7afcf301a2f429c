/**
 * Live components: memory for each of some thousand instances at rest, beside the size of its state, and calls of callbacks
 * per second of the server's CPU, by fifty callers at once. The server and the load are processes of their own, on a core
 * each; garbage is collected before each reading of memory, and the first instances are not counted. Medians.
 *
 *   npm run bench live [-- --n 5000 --calls 50000 --rounds 3]
 */
import { parseArgs } from "node:util";
import { answer, ask, median, start, stop } from "./support/processes.ts";

const { values } = parseArgs({
  options: {
    n: { type: "string", default: "5000" },
    calls: { type: "string", default: "50000" },
    rounds: { type: "string", default: "3" },
  },
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
});
const [n, calls, rounds] = [Number(values.n), Number(values.calls), Number(values.rounds)];
/** They use up what the start of the process has left in its allocators. */
const first = Math.ceil(n / 5);
const CALLERS = 50;

const columns = ["heap", "rss", "called", "perCpuSecond", "mount"] as const;
type Result = Record<(typeof columns)[number], number>;

const folder = new URL("live/", import.meta.url);

async function measure(): Promise<Result> {
  const server = start(new URL("server.mjs", folder), 0, [], ["--expose-gc"]);
  const { port } = await answer(server);
  const load = start(new URL("load.mjs", folder), 1, [port, first + n]);
  await answer(load);
  const read = () => ask(server, { collect: true }) as Promise<Record<"heap" | "rss" | "cpu", number>>;
  await ask(load, { mount: first });
  const before = await read();
  await ask(load, { mount: n });
  const mounted = await read();
  await ask(load, { calls: calls / 5, by: CALLERS });
  const { cpu } = await read();
  await ask(load, { calls, by: CALLERS });
  const { cpu: spent } = await read();
  // One call of each: what an instance keeps from then on.
  const rested = await read();
  await ask(load, { each: true });
  const called = await read();
  await stop(load, server);
  return {
    heap: (mounted.heap - before.heap) / n,
    rss: (mounted.rss - before.rss) / n,
    called: (called.heap - rested.heap) / (first + n - CALLERS),
    perCpuSecond: calls / (spent - cpu),
    mount: ((mounted.cpu - before.cpu) / n) * 1e6,
  };
}

const results: Result[] = [];
for (let round = 0; round < rounds; round++) results.push(await measure());
const of = (column: keyof Result) => Math.round(median(results.map((each) => each[column])));

console.log(`\n${n.toLocaleString("en")} live components at rest, ${rounds} rounds`);
console.table({
  "heap for each, bytes": of("heap"),
  "RSS for each, bytes": of("rss"),
  "more heap after its first call, bytes": of("called"),
  "CPU per mount, µs": of("mount"),
  "calls per CPU-second": of("perCpuSecond"),
});
