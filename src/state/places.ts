/** The places that several ops touched, one after another. Loaded late: a single op needs nothing of this. */
import type { Op, Path } from "./ops.ts";
import { carry } from "./positions.ts";

/** To follow more of them would cost more than to check their keys of the state whole. */
const maxPlaces = 256;

/** What the ops touched, each place where the ops after it have left its element; undefined: too many to follow. */
export function placesOf(ops: readonly Op[], touched: (op: Op) => Path[]): readonly Path[] | undefined {
  let places: readonly Path[] = [];
  for (const op of ops) {
    const carried = places.map((path) => carry(path, op)).filter((path) => path !== undefined);
    places = [...carried, ...touched(op)];
    if (places.length > maxPlaces) return undefined;
  }
  return places;
}
