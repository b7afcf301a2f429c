import { integer } from "superstruct";
import { shared } from "violet-live";

/** A store may be one value: it is read and written by `.value`. */
export const visitors = shared("visitors", { state: integer(), initial: () => 0 });
