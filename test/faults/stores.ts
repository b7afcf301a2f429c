/** The stores of the runs: what people write, and what the server sends. */
import { array, number, object, string } from "superstruct";

import { shared } from "../../src/state/shared.ts";
import type { Infer } from "../../src/state/types.ts";

const Board = object({ items: array(object({ id: string() })), count: number(), bumps: number() });
export type Board = Infer<typeof Board>;

/** A family: each board with the people who write to it. */
export const board = shared.family("board", {
  state: Board,
  initial: (): Board => ({ items: [], count: 0, bumps: 0 }),
  actions: (action) => ({
    add: action([string()], (state, id) => {
      state.items.push({ id });
    }),
    drop: action([string()], (state, id) => {
      const index = state.items.findIndex((item) => item.id === id);
      if (index >= 0) state.items.splice(index, 1);
    }),
    bump: action([number()], (state, by) => {
      state.bumps += by;
    }),
  }),
  // Besides the actions, raw writes: both kinds are to survive.
  access: { write: () => true },
});

/** The server alone writes to it. */
export const feed = shared("feed", { state: string(), initial: () => "" });
