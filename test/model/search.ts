/** Runs schedules, one after another. One that fails is made as short as it can be and written down. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { type Counters, newCounters } from "./counters.ts";
import { type Schedule, scheduleOf } from "./schedule.ts";
import { World } from "./world.ts";

const folder = new URL("./regress/", import.meta.url);

/** The schedules that failed once, by the names of their files. */
export const kept = (): Map<string, Schedule> =>
  new Map(
    readdirSync(folder)
      .sort()
      .map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), "utf8"))]),
  );

/** Runs a schedule; throws where an invariant does not hold. */
export const run = (schedule: Schedule, counters: Counters = newCounters()): Promise<void> =>
  new World(schedule, counters).run();

/** Runs the schedules of so many seeds. One that fails is kept, as short as it could be made. */
export async function search(from: number, count: number, counters: Counters): Promise<void> {
  for (let seed = from; seed < from + count; seed++) {
    const schedule = scheduleOf(seed);
    if (!(await holds(schedule, counters))) await keep(await shortened(schedule));
  }
}

/** Refusals are a part of nearly every schedule: their stacks, which cost most, are for the run that is told of. */
async function holds(schedule: Schedule, counters?: Counters): Promise<boolean> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    await run(schedule, counters);
    return true;
  } catch {
    return false;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function keep(schedule: Schedule): Promise<never> {
  const file = new URL(`${schedule.seed}.json`, folder);
  const fields = Object.entries(schedule).map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`);
  writeFileSync(file, `{\n${fields.join(",\n").replaceAll(",", ", ").replaceAll(", \n", ",\n")}\n}\n`);
  const cause = await run(schedule).then(
    () => undefined,
    (error: Error) => error,
  );
  throw new Error(`schedule ${schedule.seed}: ${cause?.message}`, { cause });
}

/** Leaves out steps while it still fails: first many at once, at last one by one. */
async function shortened(schedule: Schedule): Promise<Schedule> {
  let shortest = schedule;
  for (let size = schedule.steps.length >> 1; size; size >>= 1)
    for (let at = shortest.steps.length - size; at >= 0; at -= size) {
      const shorter = { ...shortest, steps: shortest.steps.toSpliced(at, size) };
      if (!(await holds(shorter))) shortest = shorter;
    }
  return shortest;
}
