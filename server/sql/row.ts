/**
 * One row that states of this process are bound to: its truth as it was last seen, and its saves, one after another. A
 * save says for each column what it was made on. Where the row is another by then, somebody else has saved: what they did
 * not touch is saved all the same, numbers that were only added to are added to theirs, and all else is a conflict.
 */
import { fail, VioletError } from "../../src/errors.ts";
import { type Json, type JsonObject, sum } from "../../src/state/json.ts";
import { isSame } from "./columns.ts";
import type { Condition } from "./model.ts";
import type { Found, Table } from "./table.ts";

/** What becomes of a column. */
export interface ColumnChange {
  /** What it was when it was changed; undefined: nothing. */
  readonly base: Json | undefined;
  readonly value: Json | undefined;
  /** It was only added to. */
  readonly adds: boolean;
}

export type Changes = ReadonlyMap<string, ColumnChange>;

/** Who shows the row. */
export interface Viewer {
  /** The row is another, or in trouble, or out of it. */
  changed(): void;
}

/** When others are quicker so often, something else is wrong. */
const MAX_CONFLICTS = 10;

export class Row {
  readonly table: Table;
  readonly key: readonly Json[];
  readonly viewers = new Set<Viewer>();
  #value: JsonObject;
  #version: number;
  /** Why it is neither shown nor written: it is gone, or its struct refuses what somebody else wrote. */
  #trouble: VioletError | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #jobs = 0;
  #reading: Promise<void> | undefined;

  constructor(table: Table, { value, version }: Found) {
    this.table = table;
    this.key = table.model.keyOf(value);
    this.#value = value;
    this.#version = version;
  }

  /** All its columns, the hidden ones too. */
  get value(): JsonObject {
    return this.#value;
  }

  get version(): number {
    return this.#version;
  }

  /** Why it is not to be shown, and not to be written, as the one that these conditions find. */
  troubleOf(conditions: readonly Condition[]): VioletError | undefined {
    if (this.#trouble) return this.#trouble;
    const isIt = conditions.every(([{ name }, wanted]) => isSame(this.#value[name], wanted));
    return isIt ? undefined : this.#gone();
  }

  #gone() {
    return new VioletError("E_NOT_FOUND", { store: this.table.model.table });
  }

  get isBusy(): boolean {
    return this.#jobs > 0;
  }

  /** What was asked for so far is done. */
  async settled(): Promise<void> {
    await this.#last.catch(() => {});
  }

  #next<T>(job: () => Promise<T>): Promise<T> {
    this.#jobs++;
    const done = this.#last.then(job).finally(() => this.#jobs--);
    this.#last = done.catch(() => {});
    return done;
  }

  /**
   * Somebody may have written it; `version`: what it is known to be by now. Rejects with E_UNAVAILABLE, and then it is to
   * be asked again.
   */
  refresh(version?: number): Promise<void> {
    const isKnown = () => version === this.#version && !this.#trouble;
    if (isKnown()) return Promise.resolve();
    // One that waits will see what is there when its turn comes.
    return (this.#reading ??= this.#next(async () => {
      this.#reading = undefined;
      if (!isKnown()) await this.#read();
    }));
  }

  async #read(): Promise<void> {
    try {
      const found = await this.table.tried(() => this.table.read(this.key));
      if (found) this.#take(found);
      else this.#fail(this.#gone());
    } catch (error) {
      if (!(error instanceof VioletError) || error.code !== "E_STATE_INVALID") throw error;
      this.#fail(error);
    }
  }

  #take({ value, version }: Found): void {
    const isNew = this.#trouble || version !== this.#version || !isSame(value, this.#value);
    this.#trouble = undefined;
    this.#value = value;
    this.#version = version;
    if (isNew) this.#tell();
  }

  #fail(error: VioletError) {
    const isNew = this.#trouble?.code !== error.code;
    this.#trouble = error;
    if (isNew) this.#tell();
  }

  #tell() {
    for (const viewer of this.viewers) viewer.changed();
  }

  /**
   * Resolves when the changes are committed, all or none, and to a row that is as the conditions say. Rejects with
   * E_CONFLICT, E_VALIDATION (its struct or a constraint refuses it), E_NOT_FOUND, E_STATE_INVALID, E_UNAVAILABLE, and
   * E_UNDECIDED.
   */
  save(changes: Changes, conditions: readonly Condition[]): Promise<void> {
    return this.#next(async () => {
      for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
        const trouble = this.troubleOf(conditions);
        if (trouble) throw trouble;
        const set = this.#merged(changes);
        if (!set) return;
        const saved = await this.#write(set, changes);
        if (saved) return this.#take(saved);
        await this.#read();
      }
      fail("E_CONFLICT", { store: this.table.model.table });
    });
  }

  /** What is to be written; undefined: it is so already. Throws E_CONFLICT, E_VALIDATION. */
  #merged(changes: Changes): JsonObject | undefined {
    const set = [...changes].flatMap(([name, change]) => {
      const now = this.#value[name];
      const value = merged(now, change, { store: this.table.model.table, path: [name] });
      return isSame(value, now) ? [] : [[name, value] as const];
    });
    if (!set.length) return undefined;
    const given = set.filter((each): each is [string, Json] => each[1] !== undefined);
    const missing = new Set(set.map(([name]) => name).filter((name) => !given.some(([own]) => own === name)));
    const rest = Object.entries(this.#value).filter(([name]) => !missing.has(name));
    this.table.model.check({ ...Object.fromEntries(rest), ...Object.fromEntries(given) });
    return Object.fromEntries(set) as JsonObject;
  }

  /** Undefined: somebody else has written the row. */
  #write(set: JsonObject, changes: Changes): Promise<Found | undefined> {
    let isLost = false;
    return this.table.tried(async () => {
      try {
        const saved = await this.table.update(this.key, this.#version, set);
        return saved ?? (isLost ? await this.#found(set, changes) : undefined);
      } catch (error) {
        isLost ||= this.table.faultOf(error)?.kind === "lost";
        throw error;
      }
    });
  }

  /**
   * After a connection that ended before it answered, when the row is of another version: what it is, if this save made it
   * so. That is not to be asked sooner: what was lost may still wait for a lock. Columns that were added to show their old
   * value no more when others have written since: what is not known is not done again.
   */
  async #found(set: JsonObject, changes: Changes): Promise<Found | undefined> {
    const found = await this.table.read(this.key);
    if (!found) return undefined;
    const isOwn = Object.entries(set).every(([name, value]) => isSame(found.value[name], value));
    if (isOwn && found.version === this.#version + 1) return found;
    if ([...changes.values()].some(({ adds }) => adds)) fail("E_UNDECIDED");
    return undefined;
  }
}

function merged(
  now: Json | undefined,
  { base, value, adds }: ColumnChange,
  where: { readonly store: string; readonly path: readonly string[] },
): Json | undefined {
  if (adds) return sum(now, (value as number) - (base as number)) ?? fail("E_CONFLICT", where);
  if (isSame(now, base) || isSame(now, value)) return value;
  return fail("E_CONFLICT", where);
}
