/**
 * The model search: random schedules over the real engine (see world.ts). `VIOLET_SEED=n npm test` repeats a run;
 * a schedule that fails is kept in `regress/`, to be replayed first from then on.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { seed } from "../support/seed.ts";
import { suite, test } from "../support/suite.ts";
import { newCounters, type Schedule, scheduleOf, World } from "./world.ts";

const SCHEDULES = Number(process.env.VIOLET_SCHEDULES ?? 5000);
const kept = new URL("./regress/", import.meta.url);

/** Runs a schedule; one that fails is written down. */
async function run(schedule: Schedule, counters = newCounters()): Promise<void> {
  try {
    await new World(schedule, counters).run();
  } catch (error) {
    const file = new URL(`${schedule.seed}.json`, kept);
    writeFileSync(file, `${JSON.stringify(schedule, null, 2)}\n`);
    throw new Error(`schedule ${schedule.seed}: ${(error as Error).message}`, { cause: error });
  }
}

suite("the model", () => {
  for (const name of readdirSync(kept).sort())
    test(`holds in the schedule ${name}`, () => run(JSON.parse(readFileSync(new URL(name, kept), "utf8"))));

  test("runs a schedule of the same seed in the same way", async () => {
    const runs = [newCounters(), newCounters()];
    for (const counters of runs) await run(scheduleOf(seed), counters);
    assert.deepEqual(runs[0], runs[1]);
  });

  test(`holds in ${SCHEDULES} random schedules`, async () => {
    const counters = newCounters();
    for (let index = 0; index < SCHEDULES; index++) await run(scheduleOf(seed + index), counters);
    console.log(`from seed ${seed}: ${JSON.stringify(counters)}`);
    // What never happened was not tested.
    for (const [what, count] of Object.entries(counters)) assert(count > 0, `${what}: ${count}`);
  });
});
