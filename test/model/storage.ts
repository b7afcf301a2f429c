/**
 * Storage whose answers come when the schedule says so, or not at all. It outlives its servers, but may lose what it
 * has: all of it, the last commits, or the record of a writer.
 */
import assert from "node:assert/strict";
import type { Backend, Commit, StoredState, WriterRecord } from "../../server/backends/backend.ts";
import { memory } from "../../server/backends/memory.ts";
import { VioletError } from "../../src/errors.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { History } from "./history.ts";

interface Request {
  readonly commit: Commit;
  readonly done: PromiseWithResolvers<void>;
}

/** So many commits can be lost at once. */
export const MAX_ROLLBACK = 3;

/** So many versions can be sent to pages that come back to a server that has just loaded them. */
const MAX_LOG = 10;

export class SimStorage {
  readonly #history: History;
  readonly #isDelayed: boolean;
  /** The last states of each store, the newest at the end. */
  readonly #kept = new Map<string, StoredState[]>();
  #requests: Request[] = [];
  #epochs = 0;
  #failing = 0;
  /** Numbers the servers: of one that died nothing comes any more, whatever it was about to ask for. */
  #server = 0;

  constructor(history: History, isDelayed: boolean) {
    this.#history = history;
    this.#isDelayed = isDelayed;
  }

  /** For the server that starts now. */
  open(): Backend {
    const server = ++this.#server;
    const whileAlive = <T>(ask: () => Promise<T>): Promise<T> =>
      server === this.#server ? ask() : new Promise(() => {});
    return {
      ...memory(),
      durability: "process",
      load: (store) => whileAlive(() => this.#load(store)),
      commit: (commit) => whileAlive(() => this.#commit(commit)),
    };
  }

  get waiting(): number {
    return this.#requests.length;
  }

  async #load(store: string): Promise<StoredState | undefined> {
    if (this.#failing && this.#failing--) throw new VioletError("E_UNAVAILABLE");
    return this.#kept.get(store)?.at(-1);
  }

  async #commit(commit: Commit): Promise<void> {
    const value = commit.value();
    const asked = { ...commit, value: () => value };
    if (!this.#isDelayed) return this.#keep(asked);
    const request = { commit: asked, done: Promise.withResolvers<void>() };
    this.#requests.push(request);
    return request.done.promise;
  }

  #keep(commit: Commit) {
    const { store, epoch, version, schema, entries, forgotten } = commit;
    this.#history.add(commit);
    const kept = this.#kept.get(store) ?? [];
    const before = kept.at(-1);
    if (before && (epoch !== before.epoch || version !== before.version))
      assert.fail(`a commit on ${epoch} ${version}, not on ${before.epoch} ${before.version}`);
    const writers = new Map(before?.writers);
    for (const writer of forgotten) writers.delete(writer);
    for (const { writer, n, at, refusal } of entries)
      if (writer !== undefined && n !== undefined)
        writers.set(writer, { n, at, ...(refusal && { refusal }) });
    const made = entries.filter(({ ops }) => ops.length);
    const log = [...(before?.log ?? []), ...made].slice(-MAX_LOG);
    const value = commit.value() as JsonObject;
    kept.push({ epoch, version: version + made.length, schema, value, writers, log });
    this.#kept.set(store, kept.slice(-1 - MAX_ROLLBACK));
  }

  /** Answers the oldest request. */
  answer(): void {
    const request = this.#requests.shift();
    if (!request) return;
    this.#keep(request.commit);
    request.done.resolve();
  }

  /** Refuses the oldest request. */
  fail(): void {
    this.#requests.shift()?.done.reject(new VioletError("E_UNAVAILABLE"));
  }

  /** The next so many stores are not loaded. */
  failLoads(count: number): number {
    this.#failing = count;
    return count;
  }

  /** The server dies: what it asked for was done, or it was not; it will never know. */
  abandon(isDone: () => boolean): void {
    this.#server++;
    for (const { commit } of this.#requests.splice(0)) if (isDone()) this.#keep(commit);
  }

  /** All is gone. */
  wipe(): void {
    this.#kept.clear();
  }

  /** The last commits of each store are gone; what is left begins a new epoch. */
  rollBack(commits: number): void {
    for (const [store, kept] of this.#kept) {
      const last = kept.at(-1 - commits);
      if (last) {
        const epoch = `rolled back ${++this.#epochs}`;
        const state = this.#history.at(store, last.epoch, last.version) as JsonObject;
        this.#history.start(store, epoch, last.version, state);
        this.#kept.set(store, [{ ...last, epoch, log: [] }]);
      } else this.#kept.delete(store);
    }
  }

  /** The record of one of the writers that may be forgotten is gone, if there is one. */
  forget(mayForget: (store: string, writer: string) => boolean): boolean {
    for (const [store, kept] of this.#kept) {
      const last = kept.at(-1) as StoredState;
      const writer = [...last.writers.keys()].find((each) => mayForget(store, each));
      if (writer === undefined) continue;
      const writers = new Map<string, WriterRecord>(last.writers);
      writers.delete(writer);
      kept[kept.length - 1] = { ...last, writers };
      return true;
    }
    return false;
  }
}
