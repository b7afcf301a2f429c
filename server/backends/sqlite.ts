import { resolve } from "node:path";
import { fail } from "../../src/errors.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { Op } from "../../src/state/ops.ts";
import type { Backend, Entry, StoredState } from "./backend.ts";
import { Checkpoints } from "./checkpoints.ts";
import { replay } from "./replay.ts";
import type { EntryRow, LoadedState } from "./sqlite/calls.ts";
import { StateFile } from "./sqlite/state-file.ts";

export interface SqliteOptions {
  /** The longest that a call waits for the disk, in milliseconds; then it rejects with E_UNAVAILABLE. Default 10,000. */
  readonly timeoutMs?: number;
  /** The file grows to so many bytes; then commits reject with E_UNAVAILABLE. Default: as far as the disk goes. */
  readonly maxBytes?: number;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
}

/** There has to be room for tables. */
const MIN_BYTES = 256 * 1024;

/**
 * States in one file of this server, by SQLite: what is acknowledged outlives the process and a loss of power. The file
 * is made where there is none, by the first call, and is one process's alone until `close`; beside it are FILE.run,
 * FILE-wal and FILE-shm. How to back it up is said in docs/backends.md. Runs on the server. Throws E_OPTION; calls reject
 * with E_OPTION where the file is not one of Violet's, or of a newer one.
 *
 *     violet({ backend: sqlite("data/states.db") });
 */
export function sqlite(file: string, options: SqliteOptions = {}): Backend {
  const { timeoutMs = 10_000, maxBytes, now = Date.now } = options;
  check(file, timeoutMs, maxBytes);
  const states = new StateFile({ path: resolve(file), timeoutMs, maxBytes, now });
  const checkpoints = new Checkpoints();
  return {
    name: `sqlite ${file}`,
    durability: "power",
    async load(store) {
      const loaded = await states.ask("load", { store });
      if (loaded) checkpoints.loaded(store, loaded);
      else checkpoints.forget(store);
      return loaded && storedOf(loaded);
    },
    async commit(commit) {
      const { store, epoch, version, schema, forgotten, until } = commit;
      const entries = commit.entries.map(rowOf);
      const value = checkpoints.due(commit, entries);
      try {
        const outcome = await states.write({
          kind: "commit",
          ...{ store, epoch, version, schema, forgotten, until },
          ...{ entries, value },
        });
        if (outcome === "conflict") fail("E_RESYNC", { store });
      } catch (error) {
        checkpoints.forget(store);
        throw error;
      }
    },
    async extend(stores, until) {
      await states.write({ kind: "extend", stores, until });
    },
    async delete(stores) {
      for (const store of stores) checkpoints.forget(store);
      await states.write({ kind: "delete", stores });
    },
    async revoke({ session, at, until }) {
      await states.write({ kind: "revoke", session, at, until });
    },
    revoked: () => states.ask("revoked", {}),
    check: () => states.ask("check", {}),
    close: () => states.close(),
  };
}

function check(file: string, timeoutMs: number, maxBytes = MIN_BYTES) {
  if (typeof file !== "string" || !file || file === ":memory:")
    fail("E_OPTION", { name: "sqlite(file)", expected: "the path of a file" });
  if (!(Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= 3_600_000))
    fail("E_OPTION", { name: "sqlite.timeoutMs", expected: "a whole number of milliseconds to 3,600,000" });
  if (!(Number.isInteger(maxBytes) && maxBytes >= MIN_BYTES))
    fail("E_OPTION", { name: "sqlite.maxBytes", expected: `a whole number of bytes from ${MIN_BYTES}` });
}

const rowOf = ({ ops, writer, n, refusal, at }: Entry): EntryRow => ({
  ops: JSON.stringify(ops),
  count: ops.length,
  ...{ writer, n, refusal, at },
});

const entryOf = ({ ops, writer, n, at }: EntryRow): Entry => ({
  ops: JSON.parse(ops) as Op[],
  writer,
  n,
  at,
});

function storedOf({ epoch, version, schema, value, checkpoint, writers, entries }: LoadedState): StoredState {
  const log = entries.map(entryOf);
  const later = log.slice(log.length - (version - checkpoint));
  return {
    ...{ epoch, version, schema, log },
    value: replay(JSON.parse(value) as JsonObject, later),
    writers: new Map(writers),
  };
}
