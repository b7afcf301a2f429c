import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const flags = ["--import=./scripts/ts.mjs", "--conditions=violet-source", "--enable-source-maps"];

type Environment = Readonly<Record<string, string>>;

/** The demo site in a process of its own, which a test may kill and start again at the same address. */
export class Site implements AsyncDisposable {
  readonly url: string;
  readonly #environment: Environment;
  #process: ChildProcess;

  private constructor(started: { url: string; process: ChildProcess }, environment: Environment) {
    this.url = started.url;
    this.#process = started.process;
    this.#environment = environment;
  }

  /** Starts it on a free port, with these variables besides ours: `{ VIOLET_DB: file }`. */
  static async start(environment: Environment = {}): Promise<Site> {
    return new Site(await run("0", environment), environment);
  }

  /** Ends it as a crash does: nothing is drained or said. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Ends it as `npm start` is ended; gives the exit code. */
  async stop(): Promise<number | null> {
    await this.#end("SIGTERM");
    return this.#process.exitCode;
  }

  /** Starts it again, after `kill` or `stop`. */
  async restart(): Promise<void> {
    ({ process: this.#process } = await run(new URL(this.url).port, this.#environment));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    const exit = once(this.#process, "exit");
    this.#process.kill(signal);
    await exit;
  }
}

async function run(port: string, environment: Environment) {
  const env = { ...process.env, ...environment, PORT: port, HOST: "127.0.0.1" };
  const child = spawn(process.execPath, [...flags, "demo/server.ts"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (!url) continue;
    child.stdout.resume();
    return { url, process: child };
  }
  throw new Error("the demo site ended before it listened");
}
