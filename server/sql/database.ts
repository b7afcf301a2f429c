import { Kysely } from "kysely";
import { fail } from "../../src/errors.ts";
import type { AppDatabase } from "../options.ts";
import type { Dialect } from "./dialect.ts";
import { type Migrations, migrate } from "./migrations.ts";
import type { Model, RowModel } from "./model.ts";
import { postgres } from "./postgres.ts";
import { Rows } from "./rows.ts";
import { sqlite } from "./sqlite.ts";
import { type AnyTables, Table } from "./table.ts";
import { rowModel } from "./tables.ts";
import { watch } from "./watch.ts";

export interface DatabaseOptions {
  /** They run when the database is opened, before anything else. */
  readonly migrations?: Migrations;
  /**
   * So often it is looked for what other programs wrote, in milliseconds. Default 1,000 with SQLite, and 20,000 with
   * PostgreSQL, where triggers tell at once.
   */
  readonly pollMs?: number;
}

/** What a row is found by: values of its columns. */
export type Where<R> = { readonly [P in keyof R]?: R[P] & (string | number | boolean) };

/** A new row: what has a default, may be NULL, or is counted may be left out. */
export type NewRow<R> = Partial<R>;

/** A database, as its app uses it. Tables T are for `kysely` alone. Runs on the server. */
export interface Database<T = AnyTables> extends AppDatabase {
  /** For queries of your own. What is written by it is shown like what other programs write. */
  readonly kysely: Kysely<T>;
  /** How many rows are in states of this process now. */
  readonly held: number;
  /** One row with all its columns, read now; undefined: there is none. Rejects with E_STATE_INVALID, E_UNAVAILABLE. */
  find<R, K extends PropertyKey, H extends PropertyKey>(
    model: Model<R, K, H>,
    where: Where<R>,
  ): Promise<R | undefined>;
  /** Makes a row, and gives it as it is then. Rejects with E_VALIDATION, E_UNAVAILABLE. */
  insert<R, K extends PropertyKey, H extends PropertyKey>(model: Model<R, K, H>, row: NewRow<R>): Promise<R>;
}

/**
 * A database: a file for SQLite, by Node's own module; `":memory:"`; or `postgres://user:password@host/name`, for which
 * `pg` has to be installed. Given to `violet({ database })` it is opened and closed by the app. Throws E_OPTION. Runs on
 * the server.
 *
 *     const db = database("app.db", { migrations: { "1": { up: (db) => createTable(db, profiles) } } });
 */
export const database = <T = AnyTables>(address: string, options: DatabaseOptions = {}): Database<T> =>
  new RowDatabase(dialectOf(address), options) as unknown as Database<T>;

function dialectOf(address: string): Dialect {
  const [scheme] = /^[a-z][a-z\d+.-]+:\/\//i.exec(address) ?? [];
  if (address && !scheme) return sqlite(address);
  if (/^postgres(ql)?:/.test(scheme ?? "")) return postgres(address);
  return fail("E_OPTION", { name: "database", expected: 'a file, ":memory:", or postgres://...' });
}

/** While it is open. */
interface Open {
  readonly kysely: Kysely<AnyTables>;
  readonly rows: Rows;
  readonly tables: Map<RowModel, Table>;
  readonly migrated: Promise<void>;
  stop(): Promise<void>;
}

export class RowDatabase implements AppDatabase {
  readonly #dialect: Dialect;
  readonly #options: DatabaseOptions;
  #report: ((error: unknown) => void) | undefined;
  #open: Open | undefined;

  constructor(dialect: Dialect, options: DatabaseOptions) {
    const { pollMs = dialect.pollMs } = options;
    if (!(pollMs > 0)) fail("E_OPTION", { name: "database: pollMs", expected: "milliseconds above 0" });
    this.#dialect = dialect;
    this.#options = options;
  }

  get #opened(): Open {
    return (this.#open ??= this.#start());
  }

  get kysely(): Kysely<AnyTables> {
    return this.#opened.kysely;
  }

  get held(): number {
    return this.#open?.rows.held ?? 0;
  }

  /** `report` hears of what nobody waits for. Default: the console. */
  async ready(report?: (error: unknown) => void): Promise<void> {
    this.#report = report ?? this.#report;
    await this.#opened.migrated;
  }

  #start(): Open {
    const kysely = new Kysely<AnyTables>({ dialect: this.#dialect.open() });
    const rows = new Rows(this.#fault);
    const { migrations } = this.#options;
    const migrated = migrations ? migrate(kysely, migrations, this.#dialect) : Promise.resolve();
    const pollMs = this.#options.pollMs ?? this.#dialect.pollMs;
    const watched = { kysely, dialect: this.#dialect, rows, pollMs, report: this.#fault };
    const watching = migrated.then(() => watch(watched));
    // Who waits for it is told.
    watching.catch(() => {});
    return {
      kysely,
      rows,
      tables: new Map(),
      migrated,
      stop: async () => {
        const end = await watching.catch(() => undefined);
        await rows.settled();
        await end?.();
        await kysely.destroy();
      },
    };
  }

  readonly #fault = (error: unknown): void => {
    if (this.#report) this.#report(error);
    else console.error(error);
  };

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.stop();
  }

  /** A model in this database, when its migrations have run. Throws, or rejects with, E_OPTION, E_MIGRATION. */
  async table(model: unknown): Promise<{ readonly table: Table; readonly rows: Rows }> {
    const known = rowModel(model);
    const { kysely, rows, tables, migrated } = this.#opened;
    await migrated;
    const host = { kysely, dialect: this.#dialect, report: this.#fault };
    const table = tables.get(known) ?? new Table(known, host);
    tables.set(known, table);
    return { table, rows };
  }

  async find(model: unknown, where: object): Promise<unknown> {
    const { table } = await this.table(model);
    const conditions = table.model.conditions(where);
    const [found] = await table.tried(() => table.find(conditions));
    return found?.value;
  }

  async insert(model: unknown, row: object): Promise<unknown> {
    const { table } = await this.table(model);
    const made = table.model.made(row);
    // Whether one was made that got no answer nobody knows: another one might be once too often.
    return table.tried(
      () => table.insert(made),
      ({ kind }) => kind === "busy",
    );
  }
}
