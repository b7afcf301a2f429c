/** The backends whose promise is put to the test. */
import type { Backend } from "../../../server/backends/backend.ts";
import { memory } from "../../../server/backends/memory.ts";
import { sqlite } from "../../../server/backends/sqlite.ts";

interface Kind {
  /** What was acknowledged is there when the server starts again, without any page. */
  readonly isDurable: boolean;
  /** `folder` is the same for the next server. */
  open(folder: string): Backend;
}

export const kinds = {
  memory: { isDurable: false, open: () => memory({ delayMs: 1 }) },
  sqlite: { isDurable: true, open: (folder) => sqlite(`${folder}/states.db`) },
} satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;
