import { type Kysely, sql } from "kysely";
import type { Dialect } from "./dialect.ts";
import type { Rows } from "./rows.ts";
import type { AnyTables } from "./table.ts";

export interface Watched {
  readonly kysely: Kysely<AnyTables>;
  readonly dialect: Dialect;
  readonly rows: Rows;
  readonly pollMs: number;
  report(error: unknown): void;
}

/** Notices what others write, by what the database tells and by a look from time to time. Gives the function that ends it. */
export function watch({ kysely, dialect, rows, pollMs, report }: Watched): () => Promise<void> {
  const { listen, changes } = dialect;
  const stop = listen?.((written) => rows.heard(written));
  let looking = Promise.resolve();
  let seen: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  async function look() {
    if (!rows.held) return;
    const now = changes && (await sql.raw<{ seen: string }>(changes).execute(kysely)).rows[0]?.seen;
    if (now !== undefined && now === seen && !rows.isBehind) return;
    await rows.check();
    seen = now;
  }
  function again() {
    if (isOver) return;
    timer = setTimeout(() => {
      looking = look().catch(report).then(again);
    }, pollMs).unref();
  }

  again();
  return async () => {
    isOver = true;
    clearTimeout(timer);
    await looking;
    await stop?.();
  };
}
