/**
 * The model search for scripts/mutants.mjs, in a copy that has a fault: runs the schedules from one number to another
 * until an invariant does not hold. A failure of any other kind says nothing of the invariants, and ends this.
 */
import { AssertionError } from "node:assert";
import { scheduleOf } from "../model/schedule.ts";
import { run } from "../model/search.ts";

const [from, to] = process.argv.slice(2).map(Number) as [number, number];

for (let number = from; number <= to; number++) {
  try {
    await run(scheduleOf(number));
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    console.log(`schedule ${number}: ${error.message}`);
    break;
  }
}
