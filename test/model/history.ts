/** Every state that was ever committed, by epoch and version, as the ops alone make it. */
import assert from "node:assert/strict";
import type { Commit, Entry } from "../../server/backends/backend.ts";
import type { Json, JsonObject } from "../../src/state/json.ts";
import type { Op } from "../../src/state/ops.ts";
import { applyNaively, isSame } from "./naive.ts";
import { isBoxed, logOf, type Mark, pages, type State, ticksOf } from "./stores.ts";

export class History {
  /** By store, epoch and version. */
  readonly #states = new Map<string, Map<string, JsonObject[]>>();
  /** The ops that made a state. */
  readonly #ops = new WeakMap<JsonObject, readonly Op[]>();
  readonly #initial: ReadonlyMap<string, JsonObject>;

  /** `initial`: what each store begins with. */
  constructor(initial: ReadonlyMap<string, JsonObject>) {
    this.#initial = initial;
  }

  /** An epoch begins with what is left of the one before it. */
  start(store: string, epoch: string, version: number, value: JsonObject): void {
    this.#of(store, epoch)[version] = value;
  }

  #of(store: string, epoch: string): JsonObject[] {
    let epochs = this.#states.get(store);
    if (!epochs) this.#states.set(store, (epochs = new Map()));
    let states = epochs.get(epoch);
    if (!states) epochs.set(epoch, (states = []));
    return states;
  }

  at(store: string, epoch: string, version: number): JsonObject | undefined {
    const state = this.#states.get(store)?.get(epoch)?.[version];
    return state ?? (version ? undefined : this.#initial.get(store));
  }

  /** What made a version of the one before it. */
  opsOf(state: JsonObject): readonly Op[] {
    return this.#ops.get(state) ?? [];
  }

  /** Takes a commit; what is stored has to be what its ops say. */
  add({ store, epoch, version, entries, value }: Commit): void {
    const states = this.#of(store, epoch);
    let v = version;
    let state = this.at(store, epoch, v) as JsonObject;
    if (!state) assert.fail(`${store}: a commit on version ${version}, which there never was`);
    for (const entry of entries) {
      const { ops } = entry;
      if (!ops.length) continue;
      const before = state;
      state = ops.reduce<Json>(applyNaively, before) as JsonObject;
      checkEntry(store, entry, before, state);
      states[++v] = state;
      this.#ops.set(state, ops);
    }
    if (!isSame(value(), state)) assert.fail(`${store}: what is stored is not what was written`);
  }
}

/** Nothing is applied twice, nothing comes out of order, and batches are whole. */
function checkEntry(store: string, entry: Entry, before: JsonObject, after: JsonObject) {
  const author = entry.writer?.split(".")[0];
  for (const page of pages) {
    const added = ticksOf(after, page) - ticksOf(before, page);
    if (added && !(added === 1 && page === author))
      assert.fail(`${store}: a batch of ${author} added ${added} for ${page}`);
  }
  checkLog(store, entry.ops, logOf(before), logOf(after));
  if (!isBoxed(after)) checkParts(store, before as unknown as State, after as unknown as State);
}

/** The log is only appended to, by each page in its order. */
function checkLog(store: string, ops: readonly Op[], before: readonly Mark[], after: readonly Mark[]) {
  if (before === after) return;
  if (!before.every(({ id }, index) => after[index]?.id === id))
    assert.fail(`${store}: the log lost something by ${JSON.stringify(ops)}`);
  for (const { id } of after.slice(before.length)) {
    const [page, n] = id.split("-");
    const last = before.findLast((mark) => mark.id.startsWith(`${page}-`));
    if (last && !(Number(last.id.split("-")[1]) < Number(n)))
      assert.fail(`${store}: ${id} comes after ${last.id}`);
  }
}

function checkParts(store: string, before: State, { log, items, sum }: State) {
  if (items !== before.items)
    if (items.some(({ id }, index) => items.findIndex((item) => item.id === id) !== index))
      assert.fail(`${store}: an item is there twice`);
  if (log === before.log && sum === before.sum) return;
  assert(log.reduce((all, { by }) => all + by, 0) === sum, `${store}: a batch was torn`);
}
