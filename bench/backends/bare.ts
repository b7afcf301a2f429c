/** The same rows as `sqlite(file)` writes, by `node:sqlite` alone: what a program would do that has nothing else to do. */
import { DatabaseSync } from "node:sqlite";
import type { Candidate } from "../backends.ts";

/** As often as `sqlite(file)` writes the whole of a small state. */
const CHECKPOINT = 100;

export function bare(file: string): Candidate {
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE file (commits INTEGER NOT NULL);
    INSERT INTO file VALUES (0);
    CREATE TABLE states (id INTEGER PRIMARY KEY, name TEXT UNIQUE, epoch TEXT, version INTEGER);
    CREATE TABLE checkpoints (state INTEGER PRIMARY KEY, version INTEGER, value TEXT);
    CREATE TABLE entries (state INTEGER, version INTEGER, ops TEXT, writer TEXT, n INTEGER, at INTEGER,
      PRIMARY KEY (state, version)) WITHOUT ROWID;
    CREATE TABLE writers (state INTEGER, writer TEXT, n INTEGER, at INTEGER, PRIMARY KEY (state, writer)) WITHOUT ROWID;`);
  const commits = database.prepare("UPDATE file SET commits = commits + 1");
  const add = database.prepare(
    "INSERT INTO states (name, epoch, version) VALUES (?, ?, 0) ON CONFLICT DO NOTHING",
  );
  const find = database.prepare("SELECT id, version FROM states WHERE name = ?");
  const log = database.prepare("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)");
  const record = database.prepare(
    "INSERT INTO writers VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = excluded.n, at = excluded.at",
  );
  const advance = database.prepare("UPDATE states SET version = ? WHERE id = ?");
  const checkpoint = database.prepare("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)");
  return {
    async commit(group) {
      database.exec("BEGIN IMMEDIATE");
      commits.run();
      for (const { store, epoch, version, entries, value } of group) {
        if (!version) add.run(store, epoch);
        const { id } = find.get(store) as { id: number };
        for (const { ops, writer = "", n = 0, at } of entries) {
          log.run(id, version + 1, JSON.stringify(ops), writer, n, at);
          record.run(id, writer, n, at);
        }
        advance.run(version + 1, id);
        if (version % CHECKPOINT === 0) checkpoint.run(id, version + 1, JSON.stringify(value()));
      }
      database.exec("COMMIT");
    },
    close: async () => database.close(),
  };
}
