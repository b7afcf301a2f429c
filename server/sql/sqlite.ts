/** SQLite, by Node's own module, in a thread of its own: who waits for the disk is not the event loop. */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteDialect,
  type TransactionSettings,
} from "kysely";
import type { Dialect, Fault, Refused } from "./dialect.ts";
import type { Answer, Question, SqliteError } from "./sqlite-worker.ts";

export const sqlite = (file: string): Dialect => ({
  name: "sqlite",
  title: `sqlite ${file}`,
  pollMs: 1000,
  open: () => new ThreadDialect(file),
  faultOf,
  // Of all other connections, and of this one.
  changes: "select data_version || ' ' || total_changes() as seen from pragma_data_version",
});

/** A `.ts` among the sources, a `.js` in lib/. */
const extension = extname(import.meta.url);
const entry = new URL(`./sqlite-worker${extension}`, import.meta.url);
/** Sources need the flags of this process (undefined) to be read; for a built file they may be wrong. */
const flags = extension === ".ts" ? undefined : [];

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

class ThreadConnection implements DatabaseConnection {
  readonly #file: string;
  readonly #asked = new Map<number, PromiseWithResolvers<QueryResult<never>>>();
  #worker: Worker | undefined;
  #next = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** What the thread answers. While it is asked nothing it keeps no process alive. */
  executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    this.#worker ??= this.#start();
    const asked = Promise.withResolvers<QueryResult<never>>();
    const id = ++this.#next;
    this.#asked.set(id, asked);
    this.#worker.ref();
    this.#worker.postMessage({ id, sql, parameters } satisfies Question);
    return asked.promise;
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  #start(): Worker {
    const worker = new Worker(entry, { workerData: this.#file, execArgv: flags, name: "violet-rows" });
    worker.on("message", (answer: Answer) => this.#answered(answer));
    worker.on("error", (error) => this.#fail(error));
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
      this.#fail(new Error("the thread has ended"));
    });
    return worker;
  }

  #answered({ id, result, error }: Answer) {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error) asked?.reject(Object.assign(new Error(error.message), error));
    else asked?.resolve(result as QueryResult<never>);
    if (!this.#asked.size) this.#worker?.unref();
  }

  #fail(cause: Error) {
    const error = Object.assign(new Error(`${this.#file}: ${cause.message}`, { cause }), { errcode: IO });
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    worker.ref();
    worker.postMessage(undefined);
    await ended;
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
