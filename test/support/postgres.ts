/** A PostgreSQL of the tests' own: in a folder that is removed, on a free port, gone with the process that started it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { freePort } from "./ports.ts";

export interface PostgresOptions {
  /** What it commits survives the loss of power, which takes its time. Default false. */
  readonly isDurable?: boolean;
}

/** It runs for as long as somebody holds the other end of its input. */
const WHILE_HELD = '"$@" & server=$!; read _; kill -QUIT $server; wait $server';
const QUICK = ["fsync=off", "full_page_writes=off", "synchronous_commit=off"];

export class PostgresServer {
  readonly #folder: string;
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;
  #port = 0;
  #databases = 0;

  private constructor(folder: string, settings: readonly string[]) {
    this.#folder = folder;
    this.#settings = settings;
  }

  static async start({ isDurable = false }: PostgresOptions = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), "violet-postgres-"));
    const { uid, gid } = owner;
    if (uid !== undefined) chownSync(folder, uid, gid as number);
    execFileSync(
      join(dirname(program()), "initdb"),
      ["-D", folder, "-U", "violet", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
      { ...owner, stdio: ["ignore", "ignore", "pipe"] },
    );
    const server = new PostgresServer(folder, isDurable ? [] : QUICK);
    server.#port = await freePort();
    await server.run();
    return server;
  }

  /** Starts it again where it was. */
  async run(): Promise<void> {
    const settings = [...this.#settings, "listen_addresses=127.0.0.1", "max_connections=100"];
    const args = ["-D", this.#folder, "-k", this.#folder, "-p", String(this.#port)];
    const all = [program(), ...args, ...settings.flatMap((setting) => ["-c", setting])];
    const child = spawn("sh", ["-c", WHILE_HELD, "postgres", ...all], {
      ...owner,
      stdio: ["pipe", "ignore", "pipe"],
    });
    this.#process = child;
    let said = "";
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-5000);
      if (/ready to accept connections/.test(said)) resolve();
    });
    child.once("exit", () => reject(new Error(`PostgreSQL ended:\n${said}`)));
    await promise;
  }

  /** The address of a new database. */
  async database(): Promise<string> {
    const name = `test_${++this.#databases}`;
    await this.query("postgres", `create database ${name}`);
    return this.url(name);
  }

  url(database: string): string {
    return `postgres://violet@127.0.0.1:${this.#port}/${database}`;
  }

  async query(database: string, text: string): Promise<Record<string, unknown>[]> {
    const client = new Client(this.url(database));
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** At once, with the connections to it; what is committed stays. */
  async halt(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.stdin?.end();
    await gone;
  }

  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.#folder, { recursive: true });
  }
}

const tools: { findTool(name: string): string } = await import(
  new URL("../../scripts/tools.mjs", import.meta.url).href
);
const program = (): string => realpathSync(tools.findTool("postgres"));

/** It refuses to be root's. */
const owner = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};

function idOf(flag: string): number {
  return Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
}
