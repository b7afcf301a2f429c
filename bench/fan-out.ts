/**
 * Fan-out: one small patch to N subscribers, one patch per turn. Server CPU-seconds per million deliveries (lower is
 * better) and deliveries per second. The server and the load are processes of their own, on a core each; the
 * candidates take turns (A B C A B C ...), and the table shows medians.
 *
 *   npm run bench fan-out [-- --n 100,1000 --rounds 5]
 */
import { parseArgs } from "node:util";
import { type FanOut, fanOut } from "./fan-out/measure.ts";
import { median } from "./support/processes.ts";

const { values } = parseArgs({
  options: { n: { type: "string", default: "100,1000" }, rounds: { type: "string", default: "5" } },
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
});
const sizes = values.n.split(",").map(Number);
const rounds = Number(values.rounds);
const candidates = ["violet", "socket.io", "ws-framed", "ws-send"] as const;
type Candidate = (typeof candidates)[number];

for (const n of sizes) {
  const results = new Map<Candidate, FanOut[]>(candidates.map((candidate) => [candidate, []]));
  for (let round = 0; round < rounds; round++)
    for (const candidate of candidates) results.get(candidate)?.push(await fanOut(candidate, n));
  const of = (candidate: Candidate, key: keyof FanOut) =>
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
