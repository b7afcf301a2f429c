import { array, number, object, string } from "superstruct";
import { shared } from "../../src/state/shared.ts";

export const board = shared("kit-board", {
  state: object({ items: array(object({ id: string() })), count: number(), title: string() }),
  initial: () => ({ items: [], count: 0, title: "" }),
});

export const talk = shared("kit-talk", {
  state: array(object({ id: string(), by: string(), text: string() })),
  initial: () => [],
  actions: (action) => ({
    say: action([string()], (state, text, { client, id }) => {
      state.value.push({ id: id(), by: client.user?.name ?? "guest", text });
    }),
  }),
});

export const room = shared.family("kit-room", {
  state: object({ text: string() }),
  initial: () => ({ text: "" }),
});

export const safe = shared("kit-safe", { state: object({ text: string() }), initial: () => ({ text: "" }) });

export const desk = shared("kit-desk", {
  state: array(object({ id: string(), owner: string() })),
  initial: () => [],
});
