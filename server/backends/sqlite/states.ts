/** What is in an open file. Runs in the file's thread, and waits for the disk. */
import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Revocation, WriterRecord } from "../backend.ts";
import type { Calls, CommitRow, EntryRow, FileOptions, LoadedState, Outcome, Write } from "./calls.ts";
import { openFile, prepareFile } from "./file.ts";
import { RunFile } from "./run-file.ts";

/** Of each state the newest ops are kept, so many or so many letters: as many as a server sends to pages that were away. */
const LOG_OPS = 1000;
const LOG_LETTERS = 1024 * 1024;
/** So many states that are over go at once. */
const SWEEP = 100;
/** A commit of some size finds room where this does. */
const PROBE_BYTES = 16_384;

interface StateRow {
  readonly id: number;
  readonly epoch: string;
  readonly version: number;
  readonly schema: number;
  readonly until: number | null;
}

interface WriterRow {
  readonly writer: string;
  readonly n: number;
  readonly at: number;
  readonly refusal: string | null;
}

interface LoggedRow {
  readonly ops: string;
  readonly count: number;
  readonly writer: string | null;
  readonly n: number | null;
  readonly at: number;
}

export class States implements Calls {
  readonly #database: DatabaseSync;
  readonly #run: RunFile;
  readonly #sql: ReturnType<typeof statements>;
  #commits: number;

  /** Opens a file, or makes it. Throws E_OPTION, E_UNAVAILABLE, and SQLite's errors. */
  constructor({ path, maxBytes }: FileOptions) {
    this.#database = openFile(path);
    try {
      this.#run = new RunFile(`${path}.run`);
    } catch (error) {
      this.#database.close();
      throw error;
    }
    try {
      prepareFile(this.#database, maxBytes);
      this.#sql = statements(this.#database);
      this.#commits = this.#recover();
      this.#run.start(this.#commits);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** How many commits there were. A file that had more at the end of the last run was put back: its states begin epochs. */
  #recover(): number {
    const { commits } = this.#sql.commits.get() as { commits: number };
    const before = this.#run.commits;
    if (before === undefined ? commits === 0 : commits >= before) return commits;
    const after = Math.max(commits, before ?? 0) + 1;
    this.#transaction(() => {
      this.#sql.begin.run(randomBytes(6).toString("base64url"));
      this.#sql.reached.run(after);
    });
    return after;
  }

  load({ store, now }: Parameters<Calls["load"]>[0]): LoadedState | undefined {
    const state = this.#find(store);
    if (!state || isOver(state, now)) return undefined;
    const { id, epoch, version, schema } = state;
    const { value, checkpoint } = this.#sql.checkpoint.get(id) as { value: string; checkpoint: number };
    const writers = (this.#sql.writers.all(id) as unknown as WriterRow[]).map(recordOf);
    const entries = (this.#sql.entries.all(id) as unknown as LoggedRow[]).map(entryOf);
    return { epoch, version, schema, value, checkpoint, writers, entries };
  }

  write({ writes, now }: Parameters<Calls["write"]>[0]): readonly Outcome[] {
    const after = this.#commits + 1;
    const outcomes = this.#transaction(() => {
      this.#sql.reached.run(after);
      return writes.map((write) => this.#write(write, now));
    });
    this.#commits = after;
    this.#run.reached(after);
    return outcomes;
  }

  #write(write: Write, now: number): Outcome {
    if (write.kind === "commit") return this.#commit(write, now);
    if (write.kind === "revoke") {
      this.#sql.revoke.run(JSON.stringify(write.session), write.at, write.until);
      return "stored";
    }
    for (const store of write.stores)
      if (write.kind === "extend") this.#sql.extend.run(write.until, JSON.stringify(store), now);
      else this.#sql.deleteNamed.run(JSON.stringify(store));
    return "stored";
  }

  #commit(commit: CommitRow, now: number): Outcome {
    const { store, epoch, schema, until = null, value } = commit;
    const state = this.#current(store, now);
    const isNext = state ? state.epoch === epoch && state.version === commit.version : commit.version === 0;
    if (!isNext) return "conflict";
    const id = state?.id ?? Number(this.#sql.add.run(JSON.stringify(store), epoch, schema).lastInsertRowid);
    for (const writer of commit.forgotten) this.#sql.forgetWriter.run(id, JSON.stringify(writer));
    const version = this.#log(id, commit);
    this.#sql.advance.run(version, schema, until, id);
    if (value !== undefined) {
      this.#sql.setCheckpoint.run(id, version, value);
      // Of a state in another shape nobody goes on from an older version.
      if (state && state.schema !== schema) this.#sql.forgetEntries.run(id);
      else this.#sql.trim.run(id, id, LOG_OPS, LOG_LETTERS);
    }
    return "stored";
  }

  /** The version after the entries. */
  #log(id: number, { version, entries }: CommitRow): number {
    for (const { ops, count, writer, n = null, refusal, at } of entries) {
      const name = writer === undefined ? null : JSON.stringify(writer);
      if (count) this.#sql.log.run(id, ++version, ops, count, name, n, at);
      if (name !== null && n !== null)
        this.#sql.setWriter.run(id, name, n, at, refusal ? JSON.stringify(refusal) : null);
    }
    return version;
  }

  #find(store: string): StateRow | undefined {
    return this.#sql.find.get(JSON.stringify(store)) as StateRow | undefined;
  }

  /** One that is over makes room. */
  #current(store: string, now: number): StateRow | undefined {
    const state = this.#find(store);
    if (!state || !isOver(state, now)) return state;
    this.#sql.delete.run(state.id);
    return undefined;
  }

  revoked({ now }: Parameters<Calls["revoked"]>[0]): readonly Revocation[] {
    const rows = this.#sql.revoked.all(now) as unknown as Revocation[];
    return rows.map(({ session, at, until }) => ({ session: JSON.parse(session), at, until }));
  }

  check(): void {
    this.#transaction(() => {
      this.#sql.addProbe.run();
      this.#sql.deleteProbe.run();
    });
  }

  sweep({ now }: Parameters<Calls["sweep"]>[0]): boolean {
    return this.#transaction(() => {
      this.#sql.sweepRevocations.run(now);
      return this.#sql.sweep.run(now, SWEEP).changes === SWEEP;
    });
  }

  /** What `write` gives is stored when this is done, and nothing where it throws. */
  #transaction<T>(write: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = write();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      // SQLite may have done so already.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#database.close();
    this.#run.close();
  }
}

const isOver = ({ until }: StateRow, now: number) => until !== null && until <= now;

const recordOf = ({ writer, n, at, refusal }: WriterRow): readonly [string, WriterRecord] => [
  JSON.parse(writer),
  refusal === null ? { n, at } : { n, at, refusal: JSON.parse(refusal) },
];

const entryOf = ({ ops, count, writer, n, at }: LoggedRow): EntryRow =>
  writer === null ? { ops, count, at } : { ops, count, writer: JSON.parse(writer), n: n as number, at };

const statements = (database: DatabaseSync) => ({
  commits: database.prepare("SELECT commits FROM file"),
  reached: database.prepare("UPDATE file SET commits = ?"),
  begin: database.prepare("UPDATE states SET epoch = ?"),

  find: database.prepare("SELECT id, epoch, version, schema, until FROM states WHERE name = ?"),
  add: database.prepare("INSERT INTO states (name, epoch, version, schema) VALUES (?, ?, 0, ?)"),
  advance: database.prepare("UPDATE states SET version = ?, schema = ?, until = ? WHERE id = ?"),
  extend: database.prepare("UPDATE states SET until = ? WHERE name = ? AND until > ?"),
  delete: database.prepare("DELETE FROM states WHERE id = ?"),
  deleteNamed: database.prepare("DELETE FROM states WHERE name = ?"),
  sweep: database.prepare(
    "DELETE FROM states WHERE id IN (SELECT id FROM states WHERE until <= ? ORDER BY until LIMIT ?)",
  ),

  checkpoint: database.prepare("SELECT version AS checkpoint, value FROM checkpoints WHERE state = ?"),
  setCheckpoint: database.prepare(
    `INSERT INTO checkpoints (state, version, value) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version, value = excluded.value`,
  ),

  entries: database.prepare("SELECT ops, count, writer, n, at FROM entries WHERE state = ? ORDER BY version"),
  log: database.prepare(
    "INSERT INTO entries (state, version, ops, count, writer, n, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
  ),
  forgetEntries: database.prepare("DELETE FROM entries WHERE state = ?"),
  trim: database.prepare(
    `DELETE FROM entries WHERE state = ? AND version <= (
       SELECT max(version) FROM (
         SELECT version, sum(count) OVER newer AS ops, sum(length(ops)) OVER newer AS letters
         FROM entries WHERE state = ? WINDOW newer AS (ORDER BY version DESC)
       ) WHERE ops > ? OR letters > ?
     )`,
  ),

  writers: database.prepare("SELECT writer, n, at, refusal FROM writers WHERE state = ?"),
  setWriter: database.prepare(
    `INSERT INTO writers (state, writer, n, at, refusal) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET n = excluded.n, at = excluded.at, refusal = excluded.refusal`,
  ),
  forgetWriter: database.prepare("DELETE FROM writers WHERE state = ? AND writer = ?"),

  revoke: database.prepare("INSERT OR REPLACE INTO revocations (session, at, until) VALUES (?, ?, ?)"),
  revoked: database.prepare("SELECT session, at, until FROM revocations WHERE until > ?"),
  sweepRevocations: database.prepare("DELETE FROM revocations WHERE until <= ?"),

  addProbe: database.prepare(`INSERT INTO probe VALUES (zeroblob(${PROBE_BYTES}))`),
  deleteProbe: database.prepare("DELETE FROM probe"),
});
