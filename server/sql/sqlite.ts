/** SQLite, by Node's own module, in a thread of its own: who waits for the disk is not the event loop. */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteDialect,
  type TransactionSettings,
} from "kysely";
import { Thread } from "../threads/thread.ts";
import type { Dialect, Fault, Refused } from "./dialect.ts";
import type { Calls, SqliteError } from "./sqlite-worker.ts";

export const sqlite = (file: string): Dialect => ({
  name: "sqlite",
  title: `sqlite ${file}`,
  pollMs: 1000,
  open: () => new ThreadDialect(file),
  faultOf,
  // Of all other connections, and of this one.
  changes: "select data_version || ' ' || total_changes() as seen from pragma_data_version",
});

class ThreadDialect extends SqliteDialect {
  readonly #file: string;

  constructor(file: string) {
    super({ database: () => Promise.reject(new Error("the thread has it")) });
    this.#file = file;
  }

  override createDriver(): Driver {
    return new ThreadDriver(this.#file);
  }
}

class ThreadDriver implements Driver {
  readonly #connection: ThreadConnection;

  constructor(file: string) {
    this.#connection = new ThreadConnection(file);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  /** Who begins to write later may find that somebody else has written since, and has to begin again. */
  async beginTransaction(connection: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    await run(connection, accessMode === "read only" ? "begin" : "begin immediate");
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await run(connection, "commit");
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await run(connection, "rollback");
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#connection.close();
  }
}

const run = (connection: DatabaseConnection, text: string) =>
  connection.executeQuery(CompiledQuery.raw(text));

/** A thread that ended is begun anew by the next statement. */
class ThreadConnection implements DatabaseConnection {
  readonly #file: string;
  #thread: Thread<Calls, SqliteError> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    this.#thread ??= this.#start();
    return (await this.#thread.ask("run", { sql, parameters })) as QueryResult<R>;
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  #start(): Thread<Calls, SqliteError> {
    const thread: Thread<Calls, SqliteError> = new Thread({
      program: new URL("./sqlite-worker", import.meta.url),
      name: "violet-rows",
      workerData: this.#file,
      errorOf: (fault) =>
        typeof fault === "string"
          ? Object.assign(new Error(`${this.#file}: ${fault}`), { errcode: IO })
          : Object.assign(new Error(fault.message), fault),
      ended: () => {
        if (this.#thread === thread) this.#thread = undefined;
      },
    });
    return thread;
  }

  async close(): Promise<void> {
    await this.#thread?.close();
  }
}

/** By SQLite's result codes: the lowest eight bits, and all of them. */
const BUSY = new Set([5, 6, 8, 11, 13, 14, 26]);
const IO = 10;
const TOO_BIG = 18;
const CONSTRAINT = 19;
const WHY: Readonly<Record<number, Refused>> = {
  787: "unknown",
  1299: "missing",
  1555: "taken",
  2067: "taken",
};

function faultOf(error: unknown): Fault | undefined {
  const { errcode, message = "" } = error as Partial<SqliteError>;
  if (errcode === undefined) return undefined;
  const code = errcode & 0xff;
  if (BUSY.has(code)) return { kind: "busy" };
  if (code === IO) return { kind: "lost" };
  if (code !== CONSTRAINT && code !== TOO_BIG) return undefined;
  // "UNIQUE constraint failed: profiles.email, profiles.tenant"
  const columns = WHY[errcode]
    ? Array.from(message.matchAll(/\.([^.,]+)(?=,|$)/g), ([, name = ""]) => name)
    : [];
  return { kind: "refused", why: WHY[errcode] ?? "wrong", columns };
}
