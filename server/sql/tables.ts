import { type ColumnDataType, type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from "kysely";
import { fail } from "../../src/errors.ts";
import { type Column, type ColumnType, type DialectName, encoded } from "./columns.ts";
import { type Model, RowModel } from "./model.ts";
import { CHANNEL } from "./postgres.ts";

const TYPES: Readonly<Record<DialectName, Readonly<Record<ColumnType, ColumnDataType>>>> = {
  sqlite: { integer: "integer", number: "real", boolean: "integer", text: "text", json: "text" },
  postgres: {
    integer: "bigint",
    number: "double precision",
    boolean: "boolean",
    text: "text",
    json: "jsonb",
  },
};

// What kysely hands to migrations (docs/decisions/any.md).
// oxlint-disable-next-line typescript/no-explicit-any
// biome-ignore lint/suspicious/noExplicitAny: as above
type AnyDatabase = Kysely<any>;

/**
 * In a migration: makes the table of a model, with its key, NOT NULL, defaults, constraints, and what `watchTable` does.
 *
 *     const migrations = { "1": { up: (db) => createTable(db, profiles) } };
 */
export async function createTable<R, K extends PropertyKey, H extends PropertyKey>(
  db: AnyDatabase,
  model: Model<R, K, H>,
): Promise<void> {
  const { table, columns, key, version, options, isCounted } = rowModel(model);
  const dialect = dialectOf(db);
  let query: CreateTableBuilder<string, string> = db.schema.createTable(table);
  for (const column of columns)
    query = query.addColumn(column.name, TYPES[dialect][column.type], (made) => {
      const given = options.defaults?.[column.name];
      const filled = given === undefined ? made : made.defaultTo(sql.lit(encoded(column, given, dialect)));
      if (isCounted && column === key[0])
        return dialect === "sqlite"
          ? filled.primaryKey()
          : filled.primaryKey().generatedByDefaultAsIdentity();
      return column.isNullable ? filled : filled.notNull();
    });
  query = query.addColumn(version, "integer", (made) => made.notNull().defaultTo(1));
  if (!isCounted) query = query.addPrimaryKeyConstraint(`${table}_key`, namesOf(key));
  for (const names of (options.unique ?? []).map((each) => [each].flat()))
    query = query.addUniqueConstraint(`${table}_${names.join("_")}_unique`, names);
  for (const [name, text] of Object.entries(options.checks ?? {}))
    query = query.addCheckConstraint(`${table}_${name}`, sql.raw(text));
  if (dialect === "sqlite") query = query.modifyEnd(sql`strict`);
  await query.execute();
  await watchTable(db, model);
}

const namesOf = (columns: readonly Column[]) => columns.map(({ name }) => name) as [string, ...string[]];

/**
 * In a migration: makes sure that what other programs write to a table is seen, by triggers. They raise the version where a
 * program does not, and in PostgreSQL they notify. `createTable` has done it.
 */
export async function watchTable<R, K extends PropertyKey, H extends PropertyKey>(
  db: AnyDatabase,
  model: Model<R, K, H>,
): Promise<void> {
  const { table, key, version } = rowModel(model);
  const [its, raised] = [sql.ref(version), sql.id(`violet_version_${table}`)];
  if (dialectOf(db) === "sqlite") {
    const isIt = sql.join(
      namesOf(key).map((name) => sql`${sql.ref(name)} = new.${sql.ref(name)}`),
      sql` and `,
    );
    await sql`
      create trigger ${raised} after update on ${sql.table(table)} when new.${its} = old.${its}
      begin
        update ${sql.table(table)} set ${its} = old.${its} + 1 where ${isIt};
      end`.execute(db);
    return;
  }
  await sql.raw(FUNCTIONS).execute(db);
  const names = sql.join([sql.lit(version), ...namesOf(key).map((name) => sql.lit(name))]);
  await sql`
    create trigger ${raised} before update on ${sql.table(table)}
    for each row when (new.${its} = old.${its}) execute function violet_raise(${names})`.execute(db);
  await sql`
    create trigger ${sql.id(`violet_notify_${table}`)} after insert or update or delete on ${sql.table(table)}
    for each row execute function violet_notify(${names})`.execute(db);
}

/** Their arguments: the version's column, and those of the key. A notification has less than 8,000 bytes. */
const FUNCTIONS = `
  create or replace function violet_raise() returns trigger language plpgsql as $$
  begin
    return jsonb_populate_record(new, jsonb_build_object(tg_argv[0], (to_jsonb(old) ->> tg_argv[0])::bigint + 1));
  end $$;
  create or replace function violet_notify() returns trigger language plpgsql as $$
  declare
    written jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
    key jsonb := (select jsonb_agg(written -> tg_argv[at] order by at) from generate_series(1, tg_nargs - 1) as at);
    version bigint := case when tg_op = 'DELETE' then 0 else (written ->> tg_argv[0])::bigint end;
    said text := jsonb_build_object('table', tg_table_name, 'key', key, 'version', version);
  begin
    if octet_length(said) > 7900 then
      said := jsonb_build_object('table', tg_table_name);
    end if;
    perform pg_notify('${CHANNEL}', said);
    return null;
  end $$;`;

const dialectOf = (db: AnyDatabase): DialectName =>
  db.getExecutor().adapter instanceof SqliteAdapter ? "sqlite" : "postgres";

/** What `model()` made. Throws E_OPTION for anything else. */
export const rowModel = (model: unknown): RowModel =>
  model instanceof RowModel ? model : fail("E_OPTION", { name: "model", expected: "what model() made" });
