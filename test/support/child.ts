/** Processes of a run: the server and the load each are one of their own. They are asked and answer over IPC. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

type Commands = Readonly<Record<string, (argument: never) => unknown>>;

interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A process that was started here; `C` is the table of what it answers. */
export class Child<C extends Commands> {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #next = 0;

  private constructor(name: string, options: object, bundled: URL | undefined) {
    this.#name = name;
    this.#process = fork(bundled ?? new URL(`../${name}.ts`, import.meta.url), [JSON.stringify(options)], {
      execArgv: bundled ? [] : [...process.execArgv, "--expose-gc"],
    });
    running.add(this.#process);
    this.#process.on("message", ({ id, answer, error }: Answer) => {
      const asked = this.#asked.get(id);
      if (error === undefined) asked?.resolve(answer);
      else asked?.reject(new Error(`${name}: ${error}`));
      this.#asked.delete(id);
    });
    this.#process.on("exit", (code, signal) => this.#gone(`it ended with ${signal ?? code}`));
  }

  /** Starts test/`name`.ts, or what was bundled of it; resolves when it answers. */
  static async start<C extends Commands>(name: string, options: object, bundled?: URL): Promise<Child<C>> {
    const child = new Child<C>(name, options, bundled);
    await child.ask("ready");
    return child;
  }

  /** Rejects where the process throws, and where it is gone: nothing goes on without one of its parts. */
  ask<K extends keyof C & string>(
    command: K | "ready",
    argument?: Parameters<C[K]>[0],
  ): Promise<Awaited<ReturnType<C[K]>>> {
    const asked = Promise.withResolvers<unknown>();
    this.#asked.set(++this.#next, asked);
    if (this.#process.connected) this.#process.send({ id: this.#next, command, argument });
    else this.#gone("it is not there");
    return asked.promise as Promise<Awaited<ReturnType<C[K]>>>;
  }

  #gone(why: string) {
    running.delete(this.#process);
    for (const { reject } of this.#asked.values()) reject(new Error(`${this.#name}: ${why}`));
    this.#asked.clear();
  }

  /** As a crash would: no goodbyes. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.ended();
  }

  /** Resolves when it is gone, whoever ended it. */
  async ended(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    await once(this.#process, "exit");
  }

  /** It reads nothing, and no timer of it runs. */
  freeze(): void {
    this.#process.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process.kill("SIGCONT");
  }

  /** What it holds in memory now. */
  get rssBytes(): number {
    const [, kibibytes] =
      /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#process.pid}/status`, "utf8")) ?? [];
    return Number(kibibytes) * 1024;
  }
}

/** The options that this process was started with. */
export const given = <T>(): T => JSON.parse(process.argv[2] ?? "{}") as T;

interface Question {
  readonly id: number;
  readonly command: string;
  readonly argument: never;
}

/** In the started process: answers what is asked. It ends with the process that started it. */
export function answer(commands: Commands): void {
  const take = async ({ id, command, argument }: Question) => {
    try {
      const answer = await commands[command]?.(argument);
      process.send?.({ id, answer } satisfies Answer);
    } catch (error) {
      process.send?.({ id, error: String((error as Error).stack) } satisfies Answer);
    }
  };
  process.on("message", (question: Question) => void take(question));
  process.on("disconnect", () => process.exit());
}

/** Throws where this process may not open so many sockets. */
export function needDescriptors(count: number): void {
  const [, limit] =
    /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8").replace("unlimited", "1e9")) ??
    [];
  // Besides sockets: modules, pipes, standard streams.
  const needed = count + 100;
  if (Number(limit) < needed)
    throw new Error(`${needed} descriptors are needed, and ${limit} are allowed: ulimit -n ${needed}`);
}
