/**
 * `npm run test:model`: the model search by itself, on all cores.
 *
 *     npm run test:model                               20,000 schedules (or VIOLET_SCHEDULES) from VIOLET_SEED on
 *     npm run test:model -- --size full                1,000,000
 *     npm run test:model -- --from 7 --count 500       those of the seeds 7 to 506
 *
 * It says from which seed a run that was stopped can go on. A schedule that fails is made as short as it can be, and
 * kept in `regress/`, from where it runs first from then on.
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { addCounters, type Counters, neverCounted, newCounters } from "./counters.ts";
import { kept, run } from "./search.ts";

const PART = 500;
/** In fewer schedules something rare may not happen. */
const ENOUGH = 5000;
const sizes = { commit: 20_000, full: 1_000_000 };

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "commit" },
    from: { type: "string", default: process.env.VIOLET_SEED ?? "1" },
    count: { type: "string" },
  },
});
const from = Number(values.from);
const count = Number(
  values.count ?? process.env.VIOLET_SCHEDULES ?? sizes[values.size as keyof typeof sizes],
);
if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count))
  throw new Error(`--size is ${Object.keys(sizes).join(" or ")}; --from and --count are whole numbers`);

const counters = newCounters();
/** The first seeds of the parts that are under way. */
const underWay = new Set<number>();
let next = from;
/** When all threads are ready: what it takes to load and to translate the sources is no search. */
let start = process.cpuUsage();

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
};

function tell() {
  const done = Math.min(next, ...underWay);
  const perSecond = Math.round(counters.schedules / cpuSeconds());
  console.log(
    `${counters.schedules} of ${count}, ${perSecond}/s/core; to go on: --from ${done} --count ${from + count - done}`,
  );
}

/** Takes one part after another, until there is none left; rejects with the failure of a schedule. */
const searched = (worker: Worker): Promise<void> =>
  new Promise((resolve, reject) => {
    let part: number | undefined;
    const take = () => {
      if (part !== undefined) underWay.delete(part);
      if (next >= from + count) return resolve();
      part = next;
      next = Math.min(next + PART, from + count);
      underWay.add(part);
      worker.postMessage({ from: part, count: next - part });
    };
    worker.on("message", (more: Counters) => {
      addCounters(counters, more);
      take();
      if (counters.schedules % (PART * 10) === 0) tell();
    });
    worker.once("error", reject);
    take();
  });

for (const [name, schedule] of kept()) {
  await run(schedule);
  console.log(`holds in the schedule ${name}`);
}
const workers = Array.from(
  { length: Math.min(availableParallelism(), Math.ceil(count / PART)) },
  () => new Worker(new URL("./worker.ts", import.meta.url)),
);
try {
  await Promise.all(workers.map((worker) => once(worker, "message")));
  start = process.cpuUsage();
  await Promise.all(workers.map(searched));
  const missing = neverCounted(counters);
  if (count >= ENOUGH && missing.length) throw new Error(`never happened: ${missing.join()}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
tell();
console.log(`seeds ${from} to ${from + count - 1}: ${JSON.stringify(counters)}`);
await Promise.all(workers.map((worker) => worker.terminate()));
