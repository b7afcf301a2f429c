import { fail } from "../../src/errors.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { Backend, Commit, Entry, Revocation, StoredState, WriterRecord } from "./backend.ts";
import { replay } from "./replay.ts";

export interface MemoryOptions {
  /** Answers after so many milliseconds, as a database would. For tests. Default 0: in the next microtask. */
  readonly delayMs?: number;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
}

/**
 * After so many ops the whole state is taken. Not each time: a look at a state makes its store copy what it changes
 * next.
 */
const CHECKPOINT_OPS = 100;

interface Kept extends StoredState {
  readonly writers: Map<string, WriterRecord>;
  /** What came after `value`. */
  readonly log: Entry[];
  /** How many ops are in it. */
  readonly ops: number;
  readonly until: number;
}

/**
 * The default backend: state lives in this process and ends with it. Connected pages bring back what they wrote
 * in the last minute. Runs on the server.
 */
export function memory({ delayMs = 0, now = Date.now }: MemoryOptions = {}): Backend {
  const stores = new Map<string, Kept>();
  const revocations = new Map<string, Revocation>();
  const answer = () => (delayMs ? new Promise<void>((done) => setTimeout(done, delayMs)) : Promise.resolve());
  const find = (store: string) => {
    const kept = stores.get(store);
    if (!kept || kept.until > now()) return kept;
    stores.delete(store);
    return undefined;
  };
  return {
    name: "memory",
    durability: "volatile",
    async load(store) {
      await answer();
      const kept = find(store);
      return kept && { ...kept, value: replay(kept.value, kept.log), log: [...kept.log] };
    },
    async commit(commit) {
      const known = find(commit.store);
      const isDue = !known || known.ops >= CHECKPOINT_OPS || known.schema !== commit.schema;
      const value = isDue ? (commit.value() as JsonObject) : undefined;
      await answer();
      stores.set(commit.store, keep(find(commit.store), commit, value));
    },
    async extend(names, until) {
      await answer();
      for (const name of names) {
        const kept = find(name);
        if (kept && kept.until < Infinity) stores.set(name, { ...kept, until });
      }
    },
    async delete(names) {
      await answer();
      for (const name of names) stores.delete(name);
    },
    async revoke(revocation) {
      await answer();
      revocations.set(revocation.session, revocation);
    },
    async revoked() {
      await answer();
      for (const { session, until } of revocations.values()) if (until <= now()) revocations.delete(session);
      return [...revocations.values()];
    },
    check: answer,
    close: answer,
  };
}

function keep(before: Kept | undefined, commit: Commit, value: JsonObject | undefined): Kept {
  const { store, epoch, version, schema, entries, forgotten, until = Infinity } = commit;
  const isNext = before ? before.epoch === epoch && before.version === version : version === 0;
  if (!isNext) fail("E_RESYNC", { store });
  const writers = before?.writers ?? new Map<string, WriterRecord>();
  for (const writer of forgotten) writers.delete(writer);
  for (const { writer, n, at, refusal } of entries)
    if (writer !== undefined && n !== undefined) writers.set(writer, { n, at, ...(refusal && { refusal }) });
  const made = entries.filter(({ ops }) => ops.length);
  const kept = { epoch, version: version + made.length, schema, writers, until };
  if (value || !before) return { ...kept, value: value as JsonObject, log: [], ops: 0 };
  before.log.push(...made);
  const ops = made.reduce((sum, entry) => sum + entry.ops.length, before.ops);
  return { ...kept, value: before.value, log: before.log, ops };
}
