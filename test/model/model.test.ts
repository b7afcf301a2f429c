/**
 * The model search: random schedules over the real engine (see world.ts). `VIOLET_SEED=n npm test` repeats a run;
 * a schedule that fails is kept in `regress/`, to be replayed first from then on. Longer: `npm run test:model`.
 */
import { seed } from "../support/seed.ts";
import { assert, suite, test } from "../support/suite.ts";
import { neverCounted, newCounters } from "./counters.ts";
import { scheduleOf } from "./schedule.ts";
import { kept, run, search } from "./search.ts";

const PARTS = 5;
const SCHEDULES = 1000;

suite("the model", () => {
  for (const [name, schedule] of kept()) test(`holds in the schedule ${name}`, () => run(schedule));

  test("runs a schedule of the same seed in the same way", async () => {
    const runs = [newCounters(), newCounters()];
    for (const counters of runs) await run(scheduleOf(seed), counters);
    assert.deepEqual(runs[0], runs[1]);
  });

  const counters = newCounters();
  for (let part = 1; part <= PARTS; part++)
    test(`holds in ${SCHEDULES} random schedules, part ${part} of ${PARTS}`, () =>
      search(seed + (part - 1) * SCHEDULES, SCHEDULES, counters));

  test("leaves nothing out", () => {
    console.log(`from seed ${seed}: ${JSON.stringify(counters)}`);
    assert.deepEqual(neverCounted(counters), []);
  });
});
