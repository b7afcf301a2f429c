import { setTimeout as wait } from "node:timers/promises";
import { boolean, integer, max, min, object, string } from "superstruct";
import { live } from "violet-live/server";

const STEPS = ["Collecting", "Sorting", "Drawing", "Packing"];
const STEP_MS = 60;

/** An export that takes its time: what it has done so far is sent while it runs. */
export const progress = live({
  state: object({ percent: max(min(integer(), 0), 100), task: string(), isRunning: boolean() }),
  initial: () => ({ percent: 0, task: "", isRunning: false }),
  callbacks: () => ({
    start: async (state, { render, signal }) => {
      state.isRunning = true;
      for (let percent = 0; percent < 100; percent += 2) {
        state.percent = percent;
        state.task = STEPS[Math.floor((percent * STEPS.length) / 100)] ?? "";
        await render();
        await wait(STEP_MS, undefined, { signal });
      }
      Object.assign(state, { percent: 100, task: "Done", isRunning: false });
    },
  }),
});
