/**
 * The small file beside a file of states, FILE.run. As long as one process has it locked no other opens FILE. And it
 * knows how many commits FILE has had: if FILE has fewer it was put back from a backup, and pages may have seen versions
 * that will be made a second time.
 *
 * It is written after each commit and before the answer, and synced only at the start. A process that is killed leaves it
 * right, or one commit behind that nobody has heard of; after a loss of power it may be further behind, never ahead.
 */
import { rmSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { VioletError } from "../../../src/errors.ts";

const BUSY = 5;
/** CORRUPT, NOTADB */
const SPOILED = new Set([11, 26]);

export class RunFile {
  /** How many commits the other file had at the end of the last run; undefined: nobody knows. */
  readonly commits: number | undefined;
  readonly #database: DatabaseSync;
  readonly #set: StatementSync;

  /** Throws E_UNAVAILABLE where another process has it. */
  constructor(path: string) {
    this.#database = lock(path);
    const { commits } = this.#database.prepare("SELECT commits FROM run").get() as { commits: number | null };
    this.commits = commits ?? undefined;
    this.#set = this.#database.prepare("UPDATE run SET commits = ?");
  }

  start(commits: number): void {
    this.reached(commits);
    this.#database.exec("PRAGMA synchronous = OFF");
  }

  reached(commits: number): void {
    this.#set.run(commits);
  }

  close(): void {
    this.#database.close();
  }
}

function lock(path: string): DatabaseSync {
  try {
    return tryLock(path);
  } catch (error) {
    const { errcode = 0 } = error as { readonly errcode?: number };
    if (errcode === BUSY)
      throw new VioletError(
        "E_UNAVAILABLE",
        {},
        {
          message: `${path} is locked: another process has the file open. One at a time can have it.`,
        },
      );
    if (!SPOILED.has(errcode)) throw error;
    // A loss of power spoiled it: what it knew is gone.
    rmSync(path);
    return tryLock(path);
  }
}

function tryLock(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // In this mode a lock is kept until the end.
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = MEMORY;
      BEGIN EXCLUSIVE;
      CREATE TABLE IF NOT EXISTS run (commits INTEGER) STRICT;
      INSERT INTO run SELECT NULL WHERE NOT EXISTS (SELECT 1 FROM run);
      COMMIT`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
