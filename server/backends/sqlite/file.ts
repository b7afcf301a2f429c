/** A file of states: whose it is, what is in it, and how safely it is written. */
import { DatabaseSync } from "node:sqlite";
import { fail } from "../../../src/errors.ts";

/** "Viol", in the header of each of our files. */
const APPLICATION_ID = 0x56_69_6f_6c;
const FORMAT = 1;

/**
 * Names of stores, of writers and of sessions are JSON: two texts that are not the same would be one in UTF-8, where they
 * have halves of a letter. Times may have fractions.
 */
const SCHEMA = `
  CREATE TABLE file (commits INTEGER NOT NULL) STRICT;
  INSERT INTO file VALUES (0);
  CREATE TABLE states (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    version INTEGER NOT NULL,
    schema INTEGER NOT NULL,
    until REAL
  ) STRICT;
  CREATE INDEX ends ON states (until) WHERE until IS NOT NULL;
  CREATE TABLE checkpoints (
    state INTEGER PRIMARY KEY REFERENCES states ON DELETE CASCADE,
    version INTEGER NOT NULL,
    value TEXT NOT NULL
  ) STRICT;
  CREATE TABLE entries (
    state INTEGER NOT NULL REFERENCES states ON DELETE CASCADE,
    version INTEGER NOT NULL,
    ops TEXT NOT NULL,
    count INTEGER NOT NULL,
    writer TEXT,
    n INTEGER,
    at REAL NOT NULL,
    PRIMARY KEY (state, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE writers (
    state INTEGER NOT NULL REFERENCES states ON DELETE CASCADE,
    writer TEXT NOT NULL,
    n INTEGER NOT NULL,
    at REAL NOT NULL,
    refusal TEXT,
    PRIMARY KEY (state, writer)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE revocations (
    session TEXT PRIMARY KEY,
    at REAL NOT NULL,
    until REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE probe (bytes BLOB NOT NULL) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};`;

/** After more than this was written at once the log of SQLite's own gives the room back, in bytes. */
const JOURNAL_BYTES = 16 * 1024 * 1024;

/** A lock that another program has is waited for so long. Nobody else is served meanwhile, and who writes comes again. */
const BUSY_MS = 1000;

/** Opens a file that is ours or new; nothing is written yet. Throws E_OPTION for any other. */
export function openFile(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    checkOwner(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkOwner(database: DatabaseSync, path: string) {
  const expected = "a file of Violet's, or a new one";
  const { owner, format, tables } =
    headOf(database) ?? fail("E_OPTION", wrong(path, expected, "another file"));
  if (owner !== APPLICATION_ID && (owner || tables))
    fail("E_OPTION", wrong(path, expected, "another program's database"));
  if (format > FORMAT)
    fail("E_OPTION", {
      ...wrong(path, `a file of format ${FORMAT}`, `format ${format}`),
      hint: "A newer Violet wrote it: use that one.",
    });
}

const wrong = (path: string, expected: string, got: string) => ({ name: `sqlite("${path}")`, expected, got });

const NOT_A_DATABASE = 26;

/** Undefined where it is no database. */
function headOf(database: DatabaseSync) {
  try {
    return {
      owner: numberOf(database, "PRAGMA application_id"),
      format: numberOf(database, "PRAGMA user_version"),
      tables: numberOf(database, "SELECT count(*) FROM sqlite_schema"),
    };
  } catch (error) {
    if ((error as { errcode?: number }).errcode === NOT_A_DATABASE) return undefined;
    throw error;
  }
}

const numberOf = (database: DatabaseSync, sql: string) =>
  Object.values(database.prepare(sql).get() as object)[0] as number;

/** What is committed from now on outlives a loss of power; a new file gets its tables. */
export function prepareFile(database: DatabaseSync, maxBytes: number | undefined): void {
  // EXTRA is FULL: each commit syncs the log. It holds, too, where a file system cannot have one. On macOS only F_FULLFSYNC
  // is a sync.
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = EXTRA;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA journal_size_limit = ${JOURNAL_BYTES};`);
  const pageBytes = numberOf(database, "PRAGMA page_size");
  if (maxBytes !== undefined) database.exec(`PRAGMA max_page_count = ${Math.floor(maxBytes / pageBytes)}`);
  if (headOf(database)?.owner !== APPLICATION_ID) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
}
