/**
 * A row in the state of one instance. What a call writes there is saved before the call is answered, or later, or by
 * `save`; what others save is shown as soon as no call is under way. Columns that were written and are not saved yet are
 * drafts: this instance alone shows them.
 */
import { VioletError } from "../../src/errors.ts";
import type { StoreCore } from "../../src/state/core.ts";
import { isNode, type Json } from "../../src/state/json.ts";
import type { Op, Path } from "../../src/state/ops.ts";
import { handleOf } from "../../src/state/self.ts";
import type { Bound, Place } from "../live/bound.ts";
import { isSame } from "./columns.ts";
import type { Condition } from "./model.ts";
import type { ColumnChange, Row, Viewer } from "./row.ts";
import type { Rows } from "./rows.ts";

export interface BindingOptions {
  /** What the row is found by. It stays so for as long as it is shown, and is not written. */
  readonly conditions: readonly Condition[];
  /** 0: with the call; a number: so long after it; false: by `save` alone. */
  readonly autosaveMs: number | false;
}

/** Columns of the row, where they are not NULL. */
type Columns = Readonly<Record<string, Json | undefined>>;

/** Those of an instance: it may show several rows. */
const bindings = new WeakMap<StoreCore, Binding[]>();

/** The binding of a row in the state of an instance, by its handle; undefined for anything else. */
export function bindingOf(row: unknown): Binding | undefined {
  const handle = handleOf(row);
  const all = handle && bindings.get(handle.core);
  return all?.find(({ path }) => isSame(path, handle?.path));
}

type Draft = Pick<ColumnChange, "base" | "adds">;

export class Binding implements Bound, Viewer {
  readonly #rows: Rows;
  readonly #row: Row;
  readonly #place: Place;
  readonly #options: BindingOptions;
  readonly #fixed: ReadonlySet<string>;
  /** The row as it is shown here, but for drafts. */
  #shown: Columns;
  readonly #drafts = new Map<string, Draft>();
  /** Columns whose save failed. If the call goes on nevertheless, what it does with them is its own affair. */
  #failed: readonly string[] = [];
  #saving: Promise<void> | undefined;
  /** Drafts are saved then: gives up to do so. */
  #cancel: (() => void) | undefined;
  #isDue = false;
  #isOut = false;
  #isOver = false;

  constructor(rows: Rows, row: Row, place: Place, options: BindingOptions) {
    const { key } = row.table.model;
    this.#rows = rows;
    this.#place = place;
    this.#options = options;
    this.#fixed = new Set([...key, ...options.conditions.map(([column]) => column)].map(({ name }) => name));
    this.#shown = this.#own;
    this.#row = rows.hold(row, this);
    bindings.set(place.core, [...(bindings.get(place.core) ?? []), this]);
    this.#follow();
  }

  get path(): Path {
    return this.#place.path;
  }

  get #own(): Columns {
    const { core, path } = this.#place;
    const value = core.tree.get(path);
    return isNode(value) ? (value as Columns) : {};
  }

  // What others save

  changed(): void {
    if (!this.#place.written) this.#follow();
  }

  #follow() {
    const { path } = this.#place;
    const { model } = this.#row.table;
    const trouble = this.#row.troubleOf(this.#options.conditions);
    const isNews = trouble && !this.#isOut;
    this.#isOut = trouble !== undefined;
    if (isNews) this.#place.failed(trouble);
    if (trouble) return;
    const own = this.#own;
    this.#shown = model.shown(this.#row.value);
    const ops = model.visible.flatMap(({ name }): Op[] => {
      const truth = this.#shown[name];
      if (this.#drafts.has(name) || isSame(own[name], truth)) return [];
      return [truth === undefined ? ["delete", [...path, name]] : ["set", [...path, name], truth]];
    });
    if (ops.length) this.#place.show(ops);
  }

  // What is written here

  keep(): Promise<void> | undefined {
    const { written = [] } = this.#place;
    const names = this.#touched(written);
    const error = this.#readOnly(names);
    if (error) return Promise.reject(error);
    if (this.#options.autosaveMs !== 0) return undefined;
    // What becomes of that one is somebody else's answer.
    if (this.#saving) return this.#saving.catch(() => {});
    return names.length ? this.#save(names, written) : undefined;
  }

  wrote(ops: readonly Op[]): void {
    for (const name of this.#touched(ops)) this.#drafts.set(name, this.#change(name, ops));
    const { autosaveMs } = this.#options;
    if (!this.#drafts.size || autosaveMs === false || this.#cancel) return;
    if (autosaveMs) this.#cancel = this.#place.after(autosaveMs, () => void this.#autosave());
    else void this.#autosave();
  }

  free(isRefused: boolean): void {
    if (isRefused) for (const name of this.#failed) this.#drafts.delete(name);
    this.#failed = [];
    this.#follow();
    if (this.#isDue) void this.#autosave();
    if (this.#isOver) this.#rows.release(this.#row, this);
  }

  end(): void {
    this.#isOver = true;
    if (this.#options.autosaveMs !== false) void this.#autosave();
    if (!this.#place.written) this.#rows.release(this.#row, this);
  }

  /** What is not saved yet is saved now. Rejects with what `Row.save` does, and E_READ_ONLY. */
  async save(): Promise<void> {
    await this.#saving?.catch(() => {});
    const { written = [] } = this.#place;
    const names = [...new Set([...this.#touched(written), ...this.#drafts.keys()])];
    try {
      await this.#save(names, written);
    } catch (error) {
      if (this.#place.written) this.#failed = names;
      else this.#rollBack(names);
      throw error;
    }
  }

  /** Nobody waits for it. */
  async #autosave(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    // What a call has written so far may yet be undone.
    this.#isDue = this.#place.written !== undefined;
    if (this.#isDue) return;
    await this.#saving?.catch(() => {});
    const names = [...this.#drafts.keys()];
    if (!names.length) return;
    try {
      await this.#save(names, []);
    } catch (error) {
      this.#rollBack(names);
      this.#place.failed(error);
    }
  }

  #rollBack(names: readonly string[]) {
    for (const name of names) this.#drafts.delete(name);
    this.changed();
  }

  async #save(names: readonly string[], written: readonly Op[]): Promise<void> {
    const error = this.#readOnly(names);
    if (error) throw error;
    const changes = new Map(names.map((name) => [name, this.#change(name, written)]));
    const saving = this.#row.save(changes, this.#options.conditions);
    this.#saving = saving;
    try {
      await saving;
    } catch (cause) {
      throw this.#placed(cause);
    } finally {
      this.#saving = undefined;
    }
    for (const [name, { value }] of changes) this.#saved(name, value);
    this.changed();
  }

  /** A column that is refused is a place in the state. */
  #placed(error: unknown): unknown {
    if (!(error instanceof VioletError) || error.field === undefined) return error;
    const { code, message, cause } = error;
    return new VioletError(code, {}, { field: [...this.path, error.field].join("."), message, cause });
  }

  /** It may have been written again meanwhile. */
  #saved(name: string, value: Json | undefined) {
    this.#shown = { ...this.#shown, [name]: value };
    if (!this.#drafts.has(name)) return;
    if (isSame(this.#own[name], value)) this.#drafts.delete(name);
    else this.#drafts.set(name, { base: value, adds: false });
  }

  /** The columns that these ops made another. */
  #touched(ops: readonly Op[]): string[] {
    const names = new Set(ops.flatMap((op) => this.#columnsOf(op)));
    const own = this.#own;
    return [...names].filter((name) => !isSame(own[name], this.#base(name)));
  }

  #columnsOf([, path]: Op): string[] {
    const { path: place } = this.#place;
    if (place.some((step, index) => index < path.length && path[index] !== step)) return [];
    const name = path[place.length];
    // The row as a whole, or what it is in.
    return name === undefined ? this.#row.table.model.visible.map((column) => column.name) : [String(name)];
  }

  #base(name: string): Json | undefined {
    return this.#drafts.has(name) ? this.#drafts.get(name)?.base : this.#shown[name];
  }

  #change(name: string, ops: readonly Op[]): ColumnChange {
    const base = this.#base(name);
    const value = this.#own[name];
    const isAdded = ops.every((op) => op[0] === "increment" || !this.#columnsOf(op).includes(name));
    const adds =
      typeof base === "number" &&
      typeof value === "number" &&
      isAdded &&
      this.#drafts.get(name)?.adds !== false;
    return { base, value, adds };
  }

  #readOnly(names: readonly string[]): VioletError | undefined {
    const name = names.find((each) => this.#fixed.has(each));
    if (name === undefined) return undefined;
    return new VioletError("E_READ_ONLY", {
      store: this.#row.table.model.table,
      path: [name],
      hint: "the row is found by it",
    });
  }
}
