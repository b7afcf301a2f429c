import { fail } from "../../src/errors.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { Op } from "../../src/state/ops.ts";
import { Tree } from "../../src/state/tree.ts";
import type { Backend, Commit, StoredState, WriterRecord } from "./backend.ts";

export interface MemoryOptions {
  /** Answers after so many milliseconds, as a database would. For tests. Default 0: in the next microtask. */
  readonly delayMs?: number;
}

/**
 * After so many ops the whole state is taken. Not each time: a look at a state makes its store copy what it changes
 * next.
 */
const CHECKPOINT_OPS = 100;

interface Kept extends StoredState {
  readonly writers: Map<string, WriterRecord>;
  /** What came after `value`. */
  readonly ops: Op[];
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
      const kept = stores.get(store);
      return kept && { ...kept, value: replayed(kept) };
    },
    async commit(commit) {
      const known = stores.get(commit.store);
      const isDue = !known || known.ops.length >= CHECKPOINT_OPS || known.schema !== commit.schema;
      const value = isDue ? (commit.value() as JsonObject) : undefined;
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
  value: JsonObject | undefined,
): Kept {
  if (before && (before.epoch !== epoch || before.version !== version)) fail("E_UNAVAILABLE", { store });
  const writers = before?.writers ?? new Map<string, WriterRecord>();
  for (const writer of forgotten) writers.delete(writer);
  for (const { writer, n, at, refusal } of entries)
    if (writer !== undefined && n !== undefined) writers.set(writer, { n, at, ...(refusal && { refusal }) });
  const made = entries.filter(({ ops }) => ops.length);
  const kept = { epoch, version: version + made.length, schema, writers };
  if (value || !before) return { ...kept, value: value as JsonObject, ops: [] };
  for (const { ops } of made) for (const op of ops) before.ops.push(op);
  return { ...kept, value: before.value, ops: before.ops };
}

function replayed({ value, ops }: Kept): JsonObject {
  const tree = new Tree(value);
  for (const op of ops) tree.apply(op);
  return tree.snapshot();
}
