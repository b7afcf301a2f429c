import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { VioletError } from "../../src/errors.ts";
import type { Dialect } from "./dialect.ts";
import type { AnyTables } from "./table.ts";

/** By their names, in whose order they run: each once for a database. They are kysely's. */
export type Migrations = Readonly<Record<string, Migration>>;

/** Another process may be at it; it is waited for. */
const WAIT_MS = 60_000;
const LOOK_MS = 50;
/** SQLITE_BUSY */
const LOCKED = 5;

/**
 * Runs those that this database has not seen, while no other process does. Rejects with E_MIGRATION, and what is behind it,
 * and with E_UNAVAILABLE where there is no such database.
 */
export async function migrate(
  kysely: Kysely<AnyTables>,
  migrations: Migrations,
  dialect: Dialect,
): Promise<void> {
  try {
    // PostgreSQL's are in a transaction by themselves, behind a lock.
    if (dialect.name === "postgres") await run(kysely, migrations);
    else await kysely.connection().execute((connection) => runAlone(connection, migrations));
  } catch (cause) {
    if (cause instanceof VioletError) throw cause;
    const message = `${dialect.title}: ${(cause as Error).message}`;
    if (!dialect.faultOf(cause)) throw new VioletError("E_MIGRATION", {}, { message, cause });
    throw new VioletError("E_UNAVAILABLE", {}, { message, origin: "network", cause });
  }
}

async function runAlone(connection: Kysely<AnyTables>, migrations: Migrations): Promise<void> {
  await begin(connection);
  try {
    await run(connection, migrations);
    await sql`commit`.execute(connection);
  } catch (error) {
    await sql`rollback`.execute(connection);
    throw error;
  }
}

/** SQLite's one writer at a time is lock enough. */
async function begin(connection: Kysely<AnyTables>): Promise<void> {
  const end = performance.now() + WAIT_MS;
  for (;;)
    try {
      return void (await sql`begin immediate`.execute(connection));
    } catch (error) {
      const { errcode = 0 } = error as { errcode?: number };
      if ((errcode & 0xff) !== LOCKED || performance.now() > end) throw error;
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
}

async function run(db: Kysely<AnyTables>, migrations: Migrations): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (!error) return;
  const failed = results.find(({ status }) => status === "Error");
  // None of them ran: there is no database, or it has seen others.
  if (!failed) throw error;
  throw new VioletError("E_MIGRATION", { name: failed.migrationName }, { cause: error });
}
