/**
 * Fan-out: one small patch to N subscribers, one patch per turn. Server CPU-seconds per million deliveries (lower is
 * better) and deliveries per second. The server and the load are processes of their own, on a core each; the
 * candidates take turns (A B C A B C ...), and the table shows medians.
 *
 *   npm run bench fan-out [-- --n 100,1000 --rounds 5]
 */
import { parseArgs } from "node:util";
import { answer, ask, median, start, stop } from "./support/processes.ts";

const { values } = parseArgs({
  options: { n: { type: "string", default: "100,1000" }, rounds: { type: "string", default: "5" } },
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
});
const sizes = values.n.split(",").map(Number);
const rounds = Number(values.rounds);
/** Deliveries per measured run: enough for a second or so of the server's time. */
const DELIVERIES = 200_000;
/** Patches that may be on their way at once. */
const WINDOW = 20;

const candidates = ["violet", "socket.io", "ws-framed", "ws-send"] as const;
type Candidate = (typeof candidates)[number];
interface Result {
  readonly cpuPerMillion: number;
  readonly perSecond: number;
  readonly loadShare: number;
}

const folder = new URL("fan-out/", import.meta.url);
async function measure(candidate: Candidate, n: number): Promise<Result> {
  const server = start(new URL("server.mjs", folder), 0, [candidate]);
  const { port } = await answer(server);
  const load = start(new URL("load.mjs", folder), 1, [candidate, port, n]);
  await answer(load);
  const patches = Math.ceil(DELIVERIES / n / WINDOW) * WINDOW;
  const burst = async (count: number) => {
    const received = ask(load, { await: count * n });
    server.send({ publish: count });
    await received;
  };
  await burst(WINDOW);
  const before = {
    server: await ask(server, { usage: true }),
    load: await ask(load, { usage: true }),
    at: performance.now(),
  };
  for (let done = 0; done < patches; done += WINDOW) await burst(WINDOW);
  const seconds = (performance.now() - before.at) / 1000;
  const cpu = (await ask(server, { usage: true })).cpu - before.server.cpu;
  const loadCpu = (await ask(load, { usage: true })).cpu - before.load.cpu;
  await stop(load, server);
  const deliveries = patches * n;
  return {
    cpuPerMillion: (cpu / deliveries) * 1e6,
    perSecond: deliveries / seconds,
    loadShare: loadCpu / seconds,
  };
}

for (const n of sizes) {
  const results = new Map<Candidate, Result[]>(candidates.map((candidate) => [candidate, []]));
  for (let round = 0; round < rounds; round++)
    for (const candidate of candidates) results.get(candidate)?.push(await measure(candidate, n));
  const of = (candidate: Candidate, key: keyof Result) =>
    median((results.get(candidate) ?? []).map((each) => each[key]));
  console.log(`\nN = ${n}, ${rounds} rounds`);
  console.table(
    Object.fromEntries(
      candidates.map((candidate) => [
        candidate,
        {
          "CPU-s per million": of(candidate, "cpuPerMillion").toFixed(1),
          "times socket.io": (of("socket.io", "cpuPerMillion") / of(candidate, "cpuPerMillion")).toFixed(2),
          "deliveries/s": Math.round(of(candidate, "perSecond")),
          "load's core in use": `${Math.round(of(candidate, "loadShare") * 100)} %`,
        },
      ]),
    ),
  );
}
