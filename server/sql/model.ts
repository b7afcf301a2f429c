import { fail } from "../../src/errors.ts";
import { type Json, type JsonObject, plain } from "../../src/state/json.ts";
import { type AnyStruct, object, taken } from "../../src/state/struct.ts";
import { type Column, type ColumnType, columnOf } from "./columns.ts";

type Names<R> = keyof R & string;
type Flat<T> = { [K in keyof T]: T[K] };

/** A row as a state has it: without its hidden columns, and its key is not written. */
export type RowState<R, K extends PropertyKey = never, H extends PropertyKey = never> = Flat<
  Omit<R, H | K> & { readonly [P in Exclude<Extract<keyof R, K>, H>]: R[P] }
>;

declare const types: unique symbol;

/** A table and what its rows are: R; K are the key's columns, H the hidden ones. */
export interface Model<R = unknown, K extends PropertyKey = never, H extends PropertyKey = never> {
  readonly table: string;
  /** The struct of a row in a component's state: `state: object({ profile: profiles.state })`, or `state: profiles.state`. */
  readonly state: AnyStruct<RowState<R, K, H>>;
  readonly [types]: { readonly row: R; readonly key: K; readonly hidden: H };
}

export interface ModelOptions<R, K, H> {
  /** The primary key: a column, or several. No state writes it. Default "id". */
  readonly key?: K | readonly K[];
  /** Columns that never leave the server: no state has them. */
  readonly hidden?: readonly H[];
  /** The column that each save raises by one, and by which it sees that somebody else has saved. Default "version". */
  readonly version?: string;
  /** What a new row has where nothing is given. */
  readonly defaults?: Partial<R>;
  /** No two rows have the same there: a column, or several together. */
  readonly unique?: readonly (Names<R> | readonly Names<R>[])[];
  /** Constraints of the table, by their names, in SQL: `{ adult: "age >= 18" }`. */
  readonly checks?: Readonly<Record<string, string>>;
  /** How columns are stored whose struct does not say it. */
  readonly columns?: { readonly [P in Names<R>]?: ColumnType };
}

/**
 * What the rows of a table are. The struct has all its columns but that of the version. Throws E_OPTION. Runs on the server.
 *
 *     const profiles = model("profiles", object({ id: integer(), name: string(), hash: string() }), { hidden: ["hash"] });
 */
export const model = <
  R extends object,
  const K extends Names<R> = Extract<"id", keyof R>,
  const H extends Names<R> = never,
>(
  table: string,
  struct: AnyStruct<R>,
  options: ModelOptions<NoInfer<R>, K, H> = {},
): Model<R, K, H> =>
  new RowModel(table, struct, options as ModelOptions<JsonObject, string, string>) as unknown as Model<
    R,
    K,
    H
  >;

/** A value that a row is found by. */
export type Condition = readonly [column: Column, value: Json];

/** What `model()` made. */
export class RowModel {
  readonly table: string;
  readonly struct: AnyStruct;
  readonly columns: readonly Column[];
  readonly key: readonly Column[];
  readonly version: string;
  readonly state: AnyStruct;
  readonly options: ModelOptions<JsonObject, string, string>;
  /** Those that states have. */
  readonly #visible: readonly Column[];

  constructor(table: string, struct: AnyStruct, options: ModelOptions<JsonObject, string, string>) {
    const schema: unknown = struct.schema;
    if (struct.type !== "object" || !schema) refuse("struct", "an object() with the columns");
    const columns = Object.entries(schema as Record<string, AnyStruct>).map(([name, its]) =>
      columnOf(name, its, options.columns?.[name]),
    );
    this.table = table;
    this.struct = struct;
    this.columns = columns;
    this.options = options;
    this.version = options.version ?? "version";
    this.key = [options.key ?? "id"].flat().map((name) => this.#known(name, "key"));
    const hidden = new Set((options.hidden ?? []).map((name) => this.#known(name, "hidden")));
    this.#visible = columns.filter((column) => !hidden.has(column));
    this.state = object(Object.fromEntries(this.#visible.map(({ name, struct: its }) => [name, its])));
    if (columns.some(({ name }) => name === this.version))
      refuse("version", `a column that the struct does not have: "${this.version}" is not the row's own`);
    if (!this.key.length || this.key.some(({ type, isNullable }) => type === "json" || isNullable))
      refuse("key", "columns of one value each, never null");
    for (const [name, value] of Object.entries(options.defaults ?? {}))
      if (!this.#known(name, "defaults").struct.is(value))
        refuse(`defaults.${name}`, "what its struct takes");
    for (const name of (options.unique ?? []).flat()) this.#known(name, "unique");
  }

  #known(name: string, option: string): Column {
    return this.columns.find((column) => column.name === name) ?? refuse(option, "columns of the struct");
  }

  /** The key is one whole number: the database counts it up. */
  get isCounted(): boolean {
    return this.key.length === 1 && this.key[0]?.type === "integer";
  }

  /**
   * What a row is found by: values of columns, and nothing else. What is left open would find rows of others. Throws
   * E_VALIDATION, and E_OPTION where nothing is given.
   */
  conditions(where: object): readonly Condition[] {
    const entries = Object.entries(where);
    if (!entries.length) refuse("where", "columns and their values");
    return entries.map(([name, value]): Condition => {
      const column = this.columns.find((each) => each.name === name && each.type !== "json");
      const fits = typeof value !== "object" && value !== undefined;
      const walk = { store: this.table, path: [name], branch: [value] };
      taken(fits ? column?.struct : undefined, value, walk);
      return [column as Column, value as Json];
    });
  }

  /** Throws E_VALIDATION where a row does not fit as a whole. */
  check(row: JsonObject): void {
    taken(this.struct, row, { store: this.table, path: [], branch: [row] });
  }

  /** What a state may have of a row. */
  shown(row: JsonObject): JsonObject {
    const own = this.#visible.filter(({ name }) => Object.hasOwn(row, name));
    return Object.fromEntries(own.map(({ name }) => [name, row[name] as Json]));
  }

  get visible(): readonly Column[] {
    return this.#visible;
  }

  keyOf(row: JsonObject): readonly Json[] {
    return this.key.map(({ name }) => row[name] as Json);
  }

  /**
   * A new row, with what is given of it and the defaults. Throws E_VALIDATION, E_NOT_JSON; of a counted key nothing has to
   * be given.
   */
  made(given: object): JsonObject {
    const empty = this.columns.filter(({ nullIs, isNullable }) => isNullable && nullIs === null);
    const nothing = Object.fromEntries(empty.map(({ name }) => [name, null]));
    const row = plain({ ...nothing, ...this.options.defaults, ...given }, this.table) as JsonObject;
    const isWhole = !this.isCounted || this.keyOf(row)[0] !== undefined;
    const rest = this.columns.filter((column) => !this.key.includes(column));
    const struct = isWhole
      ? this.struct
      : object(Object.fromEntries(rest.map(({ name, struct }) => [name, struct])));
    taken(struct, row, { store: this.table, path: [], branch: [row] });
    return row;
  }
}

function refuse(option: string, expected: string): never {
  return fail("E_OPTION", { name: `model: ${option}`, expected });
}
