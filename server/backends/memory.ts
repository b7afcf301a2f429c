import { fail } from "../../src/errors.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { Backend, Commit, StoredState, WriterRecord } from "./backend.ts";

export interface MemoryOptions {
  /** Answers after so many milliseconds, as a database would. For tests. Default 0: in the next microtask. */
  readonly delayMs?: number;
}

interface Kept extends StoredState {
  readonly writers: Map<string, WriterRecord>;
}

/**
 * The default backend: state lives in this process and ends with it. Connected pages bring back what they wrote
 * in the last minute. Runs on the server.
 */
export function memory({ delayMs = 0 }: MemoryOptions = {}): Backend {
  const stores = new Map<string, Kept>();
  const answer = () => (delayMs ? new Promise<void>((done) => setTimeout(done, delayMs)) : Promise.resolve());
  return {
    durability: "volatile",
    async load(store) {
      await answer();
      return stores.get(store);
    },
    async commit(commit) {
      const value = commit.value() as JsonObject;
      await answer();
      stores.set(commit.store, keep(stores.get(commit.store), commit, value));
    },
    async close() {
      await answer();
    },
  };
}

function keep(
  before: Kept | undefined,
  { store, epoch, version, schema, entries, forgotten }: Commit,
  value: JsonObject,
): Kept {
  if (before && (before.epoch !== epoch || before.version !== version)) fail("E_UNAVAILABLE", { store });
  const writers = before?.writers ?? new Map<string, WriterRecord>();
  for (const writer of forgotten) writers.delete(writer);
  for (const { writer, n, at, refusal } of entries)
    if (writer !== undefined && n !== undefined) writers.set(writer, { n, at, ...(refusal && { refusal }) });
  const made = entries.filter(({ ops }) => ops.length).length;
  return { epoch, version: version + made, schema, value, writers };
}
