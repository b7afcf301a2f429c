/** SQLite, by Node's own module. */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { type SqliteDatabase, SqliteDialect } from "kysely";
import type { Dialect, Fault, Refused } from "./dialect.ts";

/** A commit is on the disk when it is answered. Readers do not wait for writers. */
const PRAGMAS = "pragma journal_mode = wal; pragma synchronous = full;";

export const sqlite = (file: string): Dialect => ({
  name: "sqlite",
  pollMs: 1000,
  open: () => new SqliteDialect({ database: async () => opened(file) }),
  faultOf,
  // Of all other connections, and of this one.
  changes: "select data_version || ' ' || total_changes() as seen from pragma_data_version",
});

/** Who waits for another process's lock stops this whole process: `busy` is told at once, and tried again. */
function opened(file: string): SqliteDatabase {
  const database = new DatabaseSync(file, { timeout: 0 });
  database.exec(PRAGMAS);
  return {
    close: () => database.close(),
    prepare(text) {
      const statement = database.prepare(text);
      const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}

/** By SQLite's result codes: the lowest eight bits, and all of them. */
const BUSY = new Set([5, 6, 8, 11, 13, 14, 26]);
const IO = 10;
const TOO_BIG = 18;
const CONSTRAINT = 19;
const WHY: Readonly<Record<number, Refused>> = {
  787: "unknown",
  1299: "missing",
  1555: "taken",
  2067: "taken",
};

function faultOf(error: unknown): Fault | undefined {
  const { errcode, message = "" } = error as { errcode?: number; message?: string };
  if (errcode === undefined) return undefined;
  const code = errcode & 0xff;
  if (BUSY.has(code)) return { kind: "busy" };
  if (code === IO) return { kind: "lost" };
  if (code !== CONSTRAINT && code !== TOO_BIG) return undefined;
  // "UNIQUE constraint failed: profiles.email, profiles.tenant"
  const columns = WHY[errcode]
    ? Array.from(message.matchAll(/\.([^.,]+)(?=,|$)/g), ([, name = ""]) => name)
    : [];
  return { kind: "refused", why: WHY[errcode] ?? "wrong", columns };
}
