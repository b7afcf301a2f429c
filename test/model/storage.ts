/** Storage whose answers come when the schedule says so, or not at all; it also remembers every version. */
import assert from "node:assert/strict";
import type { Backend, Commit } from "../../server/backends/backend.ts";
import { memory } from "../../server/backends/memory.ts";
import { VioletError } from "../../src/errors.ts";
import type { Json, JsonObject } from "../../src/state/json.ts";
import { applyNaively } from "./naive.ts";
import type { State } from "./stores.ts";

/** Every state that was ever committed, by epoch and version. */
export class History {
  readonly #states = new Map<string, JsonObject>();

  start(store: string, epoch: string, value: JsonObject): void {
    this.#states.set(`${store} ${epoch} 0`, value);
  }

  at(store: string, epoch: string, version: number): JsonObject | undefined {
    return this.#states.get(`${store} ${epoch} ${version}`);
  }

  add({ store, epoch, version, entries }: Commit): void {
    let v = version;
    for (const { ops } of entries) {
      if (!ops.length) continue;
      const before = this.at(store, epoch, v) as Json;
      const state = ops.reduce(applyNaively, before) as JsonObject;
      checkState(store, state as unknown as State);
      this.#states.set(`${store} ${epoch} ${++v}`, state);
    }
  }
}

/** Nothing is applied twice, and transactions are whole. */
function checkState(store: string, { log, items, sum }: State) {
  for (const list of [log, items])
    assert(new Set(list.map(({ id }) => id)).size === list.length, `${store}: something was applied twice`);
  assert(log.reduce((all, { by }) => all + by, 0) === sum, `${store}: a transaction was torn`);
}

interface Request {
  readonly commit: Commit;
  readonly done: PromiseWithResolvers<void>;
}

export class SimStorage implements Backend {
  readonly durability = "volatile";
  readonly #inner = memory();
  readonly #history: History;
  readonly #isDelayed: boolean;
  #requests: Request[] = [];

  constructor(history: History, isDelayed: boolean) {
    this.#history = history;
    this.#isDelayed = isDelayed;
  }

  get waiting(): number {
    return this.#requests.length;
  }

  load(store: string) {
    return this.#inner.load(store);
  }

  async commit(commit: Commit): Promise<void> {
    const value = commit.value();
    const asked = { ...commit, value: () => value };
    if (!this.#isDelayed) return this.#keep(asked);
    const request = { commit: asked, done: Promise.withResolvers<void>() };
    this.#requests.push(request);
    return request.done.promise;
  }

  async #keep(commit: Commit): Promise<void> {
    this.#history.add(commit);
    await this.#inner.commit(commit);
  }

  /** Answers the oldest request. */
  async answer(): Promise<void> {
    const request = this.#requests.shift();
    if (request) await this.#keep(request.commit).then(request.done.resolve, request.done.reject);
  }

  /** Refuses the oldest request. */
  fail(): void {
    this.#requests.shift()?.done.reject(new VioletError("E_UNAVAILABLE"));
  }

  /** The server dies: what it asked for was done, or it was not; it will never know. */
  async abandon(isDone: () => boolean): Promise<void> {
    for (const { commit } of this.#requests.splice(0)) if (isDone()) await this.#keep(commit);
  }

  async close(): Promise<void> {}
}
