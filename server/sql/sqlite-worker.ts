/** The thread of one file of rows: one statement after another. */
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import { answering } from "../threads/answering.ts";

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface Calls {
  /** What kysely calls a `QueryResult`. */
  run(statement: Statement): object;
  close(): void;
}

/** As `node:sqlite` throws it. */
export interface SqliteError {
  readonly message: string;
  readonly code?: string | undefined;
  readonly errcode?: number | undefined;
}

/** A commit is on the disk when it is answered. Readers do not wait for writers. */
const PRAGMAS = "pragma journal_mode = wal; pragma synchronous = full;";
/** So long it waits for a lock that another program has. */
const BUSY_MS = 200;
/** So many statements are kept as they were prepared; the one that was made first goes first. */
const MAX_STATEMENTS = 200;
const CANNOT_OPEN = 14;

const statements = new Map<string, StatementSync>();
let database: DatabaseSync | undefined;

function open(): DatabaseSync {
  const opened = new DatabaseSync(workerData as string, { timeout: BUSY_MS });
  opened.exec(PRAGMAS);
  return opened;
}

function prepared(sql: string): StatementSync {
  database ??= open();
  const statement = statements.get(sql) ?? database.prepare(sql);
  statement.setReadBigInts(true);
  statements.set(sql, statement);
  const [oldest = ""] = statements.keys();
  if (statements.size > MAX_STATEMENTS) statements.delete(oldest);
  return statement;
}

/** A number that JavaScript's cannot hold stays a BigInt: an error here would come when the statement has been done. */
function withNumbers(row: Record<string, SQLOutputValue>): object {
  for (const [name, value] of Object.entries(row))
    if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) row[name] = Number(value);
  return row;
}

function run({ sql, parameters }: Statement): object {
  const statement = prepared(sql);
  const values = parameters as readonly SQLInputValue[];
  if (statement.columns().length) return { rows: statement.all(...values).map(withNumbers) };
  const { changes, lastInsertRowid } = statement.run(...values);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

function faultOf(error: unknown): SqliteError {
  const { message, code, errcode } = error as SqliteError;
  const cure = errcode === CANNOT_OPEN ? " (its folder has to be there, and writable)" : "";
  return { message: message + cure, code, errcode };
}

answering<Calls>({
  answer: (call, statement) => (call === "close" ? database?.close() : run(statement as Statement)),
  faultOf,
});
