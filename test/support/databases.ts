/** The databases that rows are kept in, for suites that run with each of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { PostgresServer } from "./postgres.ts";

export interface DatabaseKind {
  readonly name: "SQLite" | "PostgreSQL";
  start(): Promise<void>;
  /** The address of a new database. */
  fresh(): Promise<string>;
  /** What another program does. */
  query(address: string, text: string): Promise<readonly Record<string, unknown>[]>;
  /** From now on nobody can write; gives the function that ends it. */
  block(address: string): Promise<() => Promise<void>>;
  /** The error of a statement that was in another one's way. */
  busy(address: string): Promise<unknown>;
  stop(): Promise<void>;
}

class SqliteFiles implements DatabaseKind {
  readonly name = "SQLite";
  #folder = "";
  #count = 0;

  async start(): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), "violet-rows-"));
  }

  async fresh(): Promise<string> {
    return join(this.#folder, `${++this.#count}.db`);
  }

  async query(address: string, text: string): Promise<Record<string, unknown>[]> {
    const database = new DatabaseSync(address, { timeout: 5000 });
    try {
      return database
        .prepare(text)
        .all()
        .map((row) => ({ ...row }));
    } finally {
      database.close();
    }
  }

  async block(address: string): Promise<() => Promise<void>> {
    const database = new DatabaseSync(address, { timeout: 5000 });
    database.exec("begin immediate");
    return async () => database.close();
  }

  async busy(address: string): Promise<unknown> {
    const unblock = await this.block(address);
    const database = new DatabaseSync(address, { timeout: 0 });
    try {
      return database.exec("begin immediate");
    } catch (error) {
      return error;
    } finally {
      database.close();
      await unblock();
    }
  }

  async stop(): Promise<void> {
    rmSync(this.#folder, { recursive: true });
  }
}

class Postgres implements DatabaseKind {
  readonly name = "PostgreSQL";
  #server!: PostgresServer;

  async start(): Promise<void> {
    this.#server = await PostgresServer.start();
  }

  fresh(): Promise<string> {
    return this.#server.database();
  }

  query(address: string, text: string): Promise<Record<string, unknown>[]> {
    return this.#server.query(new URL(address).pathname.slice(1), text);
  }

  /** Its connections are lost, too. */
  async block(): Promise<() => Promise<void>> {
    await this.#server.halt();
    return () => this.#server.run();
  }

  busy(address: string): Promise<unknown> {
    const failing = "do $$ begin raise exception 'in the way' using errcode = '40001'; end $$";
    return this.query(address, failing).catch((error: unknown) => error);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}

export const databaseKinds: readonly DatabaseKind[] = [new SqliteFiles(), new Postgres()];
