/** One model in one database: the statements that its rows need. Values are always bound, never text. */
import type { Kysely } from "kysely";
import { fail, VioletError } from "../../src/errors.ts";
import { type Json, type JsonObject, plain } from "../../src/state/json.ts";
import { refusalOf } from "../../src/state/struct.ts";
import { decoded, encoded } from "./columns.ts";
import type { Dialect, Fault, Refused } from "./dialect.ts";
import type { Condition, RowModel } from "./model.ts";

/** Any tables: which columns there are, models say. */
export type AnyTables = Record<string, Record<string, unknown>>;

/** A row as it stands in the database. */
export interface Found {
  readonly value: JsonObject;
  readonly version: number;
}

/** A statement that takes longer is given up. With all tries of one save it stays within `handlerMs`. */
const STATEMENT_MS = 2000;
/** After these it is tried again, give or take a half. */
const AGAIN_MS = [20, 100, 500] as const;
/** So many rows are asked for at once. */
const CHUNK = 200;

const SENTENCES: Readonly<Record<Refused, string>> = {
  taken: "There is another one already.",
  missing: "Must be given.",
  unknown: "Must be one that is there.",
  wrong: "The database does not take it.",
};

export interface TableHost {
  readonly kysely: Kysely<AnyTables>;
  readonly dialect: Dialect;
  report(error: unknown): void;
}

export class Table {
  /** Several models may have one table. */
  readonly id: number = ++count;
  readonly model: RowModel;
  readonly #kysely: Kysely<AnyTables>;
  readonly #dialect: Dialect;

  readonly #report: (error: unknown) => void;

  constructor(model: RowModel, { kysely, dialect, report }: TableHost) {
    this.model = model;
    this.#kysely = kysely;
    this.#dialect = dialect;
    this.#report = report;
  }

  // Statements. Each rejects with the database's own error; `tried` makes something of it.

  /** Rows that are as the conditions say: two at most, which is one too many. Rejects with E_STATE_INVALID, too. */
  async find(conditions: readonly Condition[]): Promise<Found[]> {
    const query = this.#kysely.selectFrom(this.model.table).select(this.#names).limit(2);
    const rows = await this.#where(query, conditions).execute(this.#options);
    return rows.map((row) => this.#checked(this.#decoded(row)));
  }

  /** The row of this key; undefined: there is none. */
  async read(key: readonly Json[]): Promise<Found | undefined> {
    const [found] = await this.find(this.#byKey(key));
    return found;
  }

  /** The versions of those of these rows that are there, by their keys as JSON. */
  async versions(keys: readonly (readonly Json[])[]): Promise<Map<string, number>> {
    const { key, version, table } = this.model;
    const versions = new Map<string, number>();
    for (let from = 0; from < keys.length; from += CHUNK) {
      const chunk = keys.slice(from, from + CHUNK).map((each) => this.#byKey(each));
      const rows = await this.#kysely
        .selectFrom(table)
        .select([...key.map(({ name }) => name), version])
        .where((is) =>
          is.or(
            chunk.map((conditions) =>
              is.and(conditions.map(([column, value]) => is(column.name, "=", this.#encoded(column, value)))),
            ),
          ),
        )
        .execute(this.#options);
      for (const row of rows) versions.set(JSON.stringify(this.#keyOf(row)), Number(row[version]));
    }
    return versions;
  }

  #keyOf(row: Record<string, unknown>) {
    return this.model.key.map((column) => decoded(column, row[column.name], this.#dialect.name));
  }

  /** Writes columns of the row where it is still of this version, and gives what it is then; undefined: it is not, or is gone. */
  async update(key: readonly Json[], version: number, set: JsonObject): Promise<Found | undefined> {
    const { table, columns, version: its } = this.model;
    const changed = columns.filter(({ name }) => Object.hasOwn(set, name));
    const values = changed.map((column) => [column.name, this.#encoded(column, set[column.name])]);
    const query = this.#kysely.updateTable(table).set({ ...Object.fromEntries(values), [its]: version + 1 });
    const [row] = await this.#where(query, this.#byKey(key))
      .where(its, "=", version)
      .returning(this.#names)
      .execute(this.#options);
    return row && this.#decoded(row);
  }

  /** Gives the row as it is then. */
  async insert(row: JsonObject): Promise<JsonObject> {
    const given = this.model.columns.filter(({ name }) => Object.hasOwn(row, name));
    const values = given.map((column) => [column.name, this.#encoded(column, row[column.name])]);
    const query = this.#kysely.insertInto(this.model.table).values(Object.fromEntries(values));
    const [made] = await query.returning(this.#names).execute(this.#options);
    return this.#checked(this.#decoded(made as Record<string, unknown>)).value;
  }

  // What they have in common

  get #names(): string[] {
    return [...this.model.columns.map(({ name }) => name), this.model.version];
  }

  get #options() {
    return {
      signal: AbortSignal.timeout(STATEMENT_MS),
      inflightQueryAbortStrategy: this.#dialect.name === "postgres" ? "cancel query" : "ignore query",
    } as const;
  }

  #where<Q extends Conditional<Q>>(query: Q, conditions: readonly Condition[]): Q {
    return conditions.reduce(
      (all, [column, value]) => all.where(column.name, "=", this.#encoded(column, value)),
      query,
    );
  }

  #byKey(key: readonly Json[]): Condition[] {
    return this.model.key.map((column, index) => [column, key[index] as Json]);
  }

  #encoded(column: Condition[0], value: Json | undefined) {
    return encoded(column, value, this.#dialect.name);
  }

  #decoded(row: Record<string, unknown>): Found {
    const { columns, version } = this.model;
    const values = columns
      .map((column) => [column.name, decoded(column, row[column.name], this.#dialect.name)] as const)
      .filter(([, value]) => value !== undefined);
    return { value: Object.fromEntries(values) as JsonObject, version: Number(row[version]) };
  }

  /** A row that its struct refuses is nobody's state, and is never overwritten. */
  #checked(found: Found): Found {
    const { struct, table: store } = this.model;
    const refusal = refusalOf(struct, found.value);
    if (refusal) fail("E_STATE_INVALID", { ...refusal, store });
    try {
      return { ...found, value: plain(found.value, store) as JsonObject };
    } catch (cause) {
      // A key, a depth or a number that no state has.
      return fail("E_STATE_INVALID", { store }, { cause });
    }
  }

  // What may go wrong

  faultOf(error: unknown): Fault | undefined {
    if (error instanceof DOMException && error.name === "TimeoutError") return { kind: "lost" };
    return this.#dialect.faultOf(error);
  }

  /** Does it again where that may help, three times at most. Rejects with E_UNAVAILABLE, which is reported, and E_VALIDATION. */
  async tried<T>(fn: () => Promise<T>, mayRepeat: (fault: Fault) => boolean = () => true): Promise<T> {
    for (let attempt = 0; ; attempt++)
      try {
        return await fn();
      } catch (cause) {
        const fault = this.faultOf(cause);
        if (!fault) throw cause;
        if (fault.kind === "refused") throw this.refusal(fault, cause);
        if (attempt === AGAIN_MS.length || !mayRepeat(fault)) {
          this.#report(cause);
          throw new VioletError("E_UNAVAILABLE", { store: this.model.table }, { origin: "network", cause });
        }
        const ms = (AGAIN_MS[attempt] as number) * (0.5 + Math.random());
        await new Promise((done) => setTimeout(done, ms));
      }
  }

  /** A constraint of the table, in words that repeat no value. */
  refusal({ why, columns }: Extract<Fault, { kind: "refused" }>, cause: unknown): VioletError {
    const message = SENTENCES[why];
    // Of several the one that people write.
    const own = columns.filter((name) => this.model.columns.some((column) => column.name === name));
    const field = own.find((name) => !this.model.key.some((column) => column.name === name)) ?? own[0];
    return new VioletError("E_VALIDATION", {}, { field, message, cause });
  }
}

let count = 0;

interface Conditional<Q> {
  where(column: string, operator: "=", value: unknown): Q;
}
