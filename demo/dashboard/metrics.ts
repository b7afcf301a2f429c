import { array, type Infer, integer, object, string } from "superstruct";
import { shared } from "violet-live";

const Day = object({ date: string(), revenue: integer(), users: integer(), orders: integer() });
export type Day = Infer<typeof Day>;

/** What everybody sees: the last fourteen days, the oldest first. Only the server writes it. */
export const metrics = shared("metrics", {
  state: object({ days: array(Day), refreshes: integer() }),
  initial: () => ({ days: [], refreshes: 0 }),
  serverOnly: ["days", "refreshes"],
});
