import { randomInt } from "node:crypto";
import { object, pattern, string } from "superstruct";
import { increment } from "violet-live";
import { live, server } from "violet-live/server";
import { type Day, metrics } from "./metrics.ts";

const DAYS = 14;
const DAY_MS = 86_400_000;

const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/** Where a real site would ask its database. */
const fetchMetrics = (): Day[] =>
  Array.from({ length: DAYS }, (_, index) => ({
    date: dateOf(Date.now() - (DAYS - 1 - index) * DAY_MS),
    revenue: randomInt(4_000, 16_000),
    users: randomInt(300, 1_800),
    orders: randomInt(40, 260),
  }));

server.on("start", () => {
  server.store(metrics).days = fetchMetrics();
});

const CalendarDay = pattern(string(), /^\d{4}-\d{2}-\d{2}$/);

/** What each person has of their own: the day that they look at. */
export const dashboard = live({
  state: object({ day: CalendarDay }),
  initial: () => ({ day: dateOf(Date.now()) }),
  callbacks: (callback) => ({
    selectDay: callback([CalendarDay], (state, day) => {
      state.day = day;
    }),
    refresh: () => {
      const store = server.store(metrics);
      store.days = fetchMetrics();
      increment(store, "refreshes");
    },
  }),
  rateLimit: "60/minute",
});
