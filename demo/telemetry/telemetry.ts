import { array, boolean, max, min, number, object, string } from "superstruct";
import { type Infer, local } from "violet-live";

/** A share of the field's width or height, from 0 to 1. */
const Share = max(min(number(), 0), 1);
export const Place = object({ x: Share, y: Share });
export type Place = Infer<typeof Place>;

const Pointer = object({ id: string(), place: Place, isGone: boolean() });
export type Pointer = Infer<typeof Pointer>;

/** The others' pointers, as this page heard of them. */
export const pointers = local("pointers", {
  state: object({ others: array(Pointer) }),
  initial: () => ({ others: [] }),
  actions: (action) => ({
    move: action([string(), Place], ({ others }, id, place) => {
      const known = others.find((pointer) => pointer.id === id);
      if (known) Object.assign(known, { place, isGone: false });
      else others.push({ id, place, isGone: false });
    }),
    fade: action([string()], ({ others }, id) => {
      const known = others.find((pointer) => pointer.id === id);
      if (known) known.isGone = true;
    }),
    /** They have faded. */
    clear: action((state) => {
      state.others = state.others.filter(({ isGone }) => !isGone);
    }),
    fadeAll: action(({ others }) => {
      for (const pointer of others) pointer.isGone = true;
    }),
  }),
});
