/** The backends whose promise is put to the test. */
import type { Backend } from "../../../server/backends/backend.ts";
import { memory } from "../../../server/backends/memory.ts";
import { redis } from "../../../server/backends/redis.ts";
import { sqlite } from "../../../server/backends/sqlite.ts";

interface Kind {
  /** What was acknowledged is there when the server starts again, without any page. */
  readonly isDurable: boolean;
  /** `folder` is the same for the next server. */
  open(folder: string): Backend;
}

/** The socket of the Redis server of a run. */
export const redisIn = (folder: string): string => `${folder}/redis.sock`;

export const kinds = {
  memory: { isDurable: false, open: () => memory({ delayMs: 1 }) },
  sqlite: { isDurable: true, open: (folder) => sqlite(`${folder}/states.db`) },
  redis: { isDurable: true, open: (folder) => redis({ path: redisIn(folder) }) },
  "redis that is killed, too": {
    isDurable: true,
    open: (folder) => redis({ path: redisIn(folder) }, { durability: "power" }),
  },
  "redis whose replica takes over": {
    isDurable: true,
    open: (folder) => redis({ path: redisIn(folder) }, { replicas: 1 }),
  },
} satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;
