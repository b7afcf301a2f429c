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

/** Runs those that this database has not seen, while no other process does. Rejects with E_MIGRATION, and what is behind it. */
export async function migrate(
  kysely: Kysely<AnyTables>,
  migrations: Migrations,
  dialect: Dialect,
): Promise<void> {
  // PostgreSQL's are in a transaction by themselves, behind a lock.
  if (dialect.name === "postgres") return run(kysely, migrations);
  await kysely.connection().execute(async (connection) => {
    await begin(connection);
    try {
      await run(connection, migrations);
      await sql`commit`.execute(connection);
    } catch (error) {
      await sql`rollback`.execute(connection);
      throw error;
    }
  });
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
  const name = results.find(({ status }) => status === "Error")?.migrationName ?? "";
  throw new VioletError("E_MIGRATION", { name }, { cause: error });
}
