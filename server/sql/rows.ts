/** The rows of a database that states of this process are bound to: each is here once, for all who show it. */
import { fail, VioletError } from "../../src/errors.ts";
import type { Written } from "./dialect.ts";
import type { Condition } from "./model.ts";
import { Row, type Viewer } from "./row.ts";
import type { Table } from "./table.ts";

export class Rows {
  readonly #report: (error: unknown) => void;
  readonly #held = new Map<string, Row>();
  /** Those that rows were shown of. */
  readonly #tables = new Set<Table>();
  readonly #loading = new Map<string, Promise<Row>>();
  #isBehind = false;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** How many. */
  get held(): number {
    return this.#held.size;
  }

  /** Something could not be read again when that was due. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /**
   * The row that is as the conditions say, read once however many ask. Rejects with E_NOT_FOUND, E_STATE_INVALID,
   * E_UNAVAILABLE, and E_OPTION where there are several.
   */
  find(table: Table, conditions: readonly Condition[]): Promise<Row> {
    const held = this.#heldBy(table, conditions);
    if (held) return Promise.resolve(held);
    const id = idOf(
      table,
      conditions.flatMap(([{ name }, value]) => [name, value]),
    );
    const loading =
      this.#loading.get(id) ?? this.#read(table, conditions).finally(() => this.#loading.delete(id));
    this.#loading.set(id, loading);
    return loading;
  }

  /** One that is shown anyhow, where its whole key is given. */
  #heldBy(table: Table, conditions: readonly Condition[]): Row | undefined {
    const key = table.model.key.map((column) => conditions.find(([own]) => own === column)?.[1]);
    const row = this.#held.get(idOf(table, key));
    return row?.troubleOf(conditions) ? undefined : row;
  }

  async #read(table: Table, conditions: readonly Condition[]): Promise<Row> {
    const [found = fail("E_NOT_FOUND", { store: table.model.table }), another] = await table.tried(() =>
      table.find(conditions),
    );
    if (another) fail("E_OPTION", { name: "persistent: where", expected: "one row", got: "several" });
    const held = this.#held.get(idOf(table, table.model.keyOf(found.value)));
    if (!held) return new Row(table, found);
    await held.refresh(found.version);
    const trouble = held.troubleOf(conditions);
    if (trouble) throw trouble;
    return held;
  }

  /** Shows a row to somebody from now on: the one that others show already, where there is one. */
  hold(row: Row, viewer: Viewer): Row {
    const id = idOf(row.table, row.key);
    const known = this.#held.get(id);
    const held = known ?? row;
    held.viewers.add(viewer);
    this.#held.set(id, held);
    this.#tables.add(row.table);
    // What others wrote since it was read nobody has heard.
    if (!known) this.#refresh(held);
    return held;
  }

  release(row: Row, viewer: Viewer): void {
    row.viewers.delete(viewer);
    void this.#drop(row);
  }

  /** When the last save is done: who reads the row before that would not see it. */
  async #drop(row: Row): Promise<void> {
    do await row.settled();
    while (row.isBusy);
    if (row.viewers.size) return;
    const id = idOf(row.table, row.key);
    if (this.#held.get(id) === row) this.#held.delete(id);
  }

  /** Somebody wrote this. Versions may come late, twice, or not at all. */
  heard({ table, key, version }: Written): void {
    if (!key) return void this.check(table);
    for (const its of this.#tables) {
      const row = isOf(its, table) && this.#held.get(idOf(its, key));
      if (row) this.#refresh(row, version);
    }
  }

  /** Compares the versions of what is shown with those in the database. */
  async check(table?: string): Promise<void> {
    if (table === undefined) this.#isBehind = false;
    const shown = [...this.#held.values()].filter((row) => isOf(row.table, table));
    for (const [its, rows] of Map.groupBy(shown, (row) => row.table))
      try {
        const versions = await its.tried(() => its.versions(rows.map(({ key }) => key)));
        for (const row of rows) this.#refresh(row, versions.get(JSON.stringify(row.key)));
      } catch (error) {
        this.#failed(error);
      }
  }

  /** `version`: the one that it is known to have. */
  #refresh(row: Row, version?: number) {
    row.refresh(version).catch((error: unknown) => this.#failed(error));
  }

  /** That it does not answer is reported where that is found out. */
  #failed(error: unknown) {
    this.#isBehind = true;
    if (!(error instanceof VioletError) || error.code !== "E_UNAVAILABLE") this.#report(error);
  }

  /** What is under way is done. */
  async settled(): Promise<void> {
    await Promise.all([...this.#held.values()].map((row) => row.settled()));
  }
}

/** Triggers tell the name of a table without that of its schema; undefined: any. */
const isOf = ({ model }: Table, table: string | undefined) =>
  table === undefined || model.table.split(".").at(-1) === table;

const idOf = ({ id }: Table, values: readonly unknown[]): string => JSON.stringify([id, ...values]);
