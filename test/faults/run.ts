/** `npm run test:faults`: real processes on real sockets under faults. By default a tenth of the full size. */
import { play } from "../support/runs.ts";
import { manyKills } from "./durability/kills.ts";
import { pointsOf } from "./durability/points.ts";
import { rows } from "./durability/rows.ts";
import { halfOpen } from "./half-open.ts";
import { mixed } from "./mixed.ts";
import { slow } from "./slow.ts";
import { storm } from "./storm.ts";

await play({
  command: "test:faults",
  runs: {
    storm,
    slow,
    "half-open": halfOpen,
    mixed,
    kills: manyKills,
    points: pointsOf("memory", "sqlite"),
    "points-redis": pointsOf("redis"),
    "points-redis-dies": pointsOf("redis that is killed, too", "redis whose replica takes over"),
    rows,
  },
  maxMinutes: { ci: 10, full: 240 },
});
