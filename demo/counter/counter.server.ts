import { integer, max, min, object, optional } from "superstruct";
import { live } from "violet-live/server";

const Count = max(min(integer(), -999), 999);

export const counter = live({
  state: object({ count: Count }),
  params: object({ start: optional(Count) }),
  initial: ({ params }) => ({ count: params.start ?? 0 }),
  callbacks: () => ({
    increment: (state) => {
      state.count++;
    },
    decrement: (state) => {
      state.count--;
    },
  }),
});
