/** A Redis server of the test's own: on a free port of loopback, with a folder of its own, for as long as the test runs. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { newFolder } from "./folder.ts";
import { freePort } from "./ports.ts";

type Settings = Readonly<Record<string, string>>;

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const server of running) server.kill("SIGKILL");
});

export class RedisServer {
  readonly port: number;
  /** For what other programs do to it. */
  readonly admin: Redis;
  readonly #settings: Settings;
  readonly #folder = newFolder();
  #process: ChildProcess | undefined;

  private constructor(port: number, settings: Settings) {
    this.port = port;
    this.#settings = settings;
    this.admin = new Redis({ port, host: "127.0.0.1", lazyConnect: true, retryStrategy: () => 20 });
    this.admin.on("error", () => {});
  }

  static async start(settings: Settings = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings);
    await server.begin();
    return server;
  }

  /** A socket of the file system, where it can be reached too. */
  get socket(): string {
    return `${this.#folder}/redis.sock`;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** With what is in its folder. */
  async begin(): Promise<void> {
    const given = { save: "", appendonly: "yes", "repl-diskless-sync-delay": "0", ...this.#settings };
    const args = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);
    const server = spawn(
      process.env.REDIS_SERVER ?? "redis-server",
      [
        ...["--port", `${this.port}`, "--bind", "127.0.0.1", "--unixsocket", this.socket],
        ...["--dir", this.#folder, ...args],
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    this.#process = server;
    running.add(server);
    server.once("exit", () => running.delete(server));
    const said: string[] = [];
    for await (const line of createInterface(server.stdout)) {
      said.push(line);
      if (line.includes("Ready to accept connections")) return void server.stdout.resume();
    }
    throw new Error(`redis-server ended: ${said.join("\n")}`);
  }

  /** As a loss of power of the process: no goodbyes, nothing is saved. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: NodeJS.Signals) {
    const server = this.#process;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, "exit");
    server.kill(signal);
    await gone;
  }

  /** It answers nothing; the system goes on to take what is sent to it. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Becomes a replica of another, and has all that it has. */
  async follow({ port }: RedisServer): Promise<void> {
    await this.admin.replicaof("127.0.0.1", port);
    while (!/master_link_status:up/.test(await this.admin.info("replication"))) await sleep(5);
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await this.kill();
  }
}
