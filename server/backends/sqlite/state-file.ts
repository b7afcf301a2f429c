import { VioletError } from "../../../src/errors.ts";
import { Thread } from "../../threads/thread.ts";
import { within } from "../within.ts";
import type { Calls, FileFault, FileOptions, Outcome, Write } from "./calls.ts";
import { Groups } from "./groups.ts";

export interface StateFileOptions {
  readonly path: string;
  readonly timeoutMs: number;
  readonly maxBytes: number | undefined;
  readonly now: () => number;
}

/** States that are over are looked for so often. */
const SWEEP_MS = 60_000;

type FileThread = Thread<Calls, FileFault>;

/** A file of states as the event loop has it: asked by messages, and given up where it does not answer in time. */
export class StateFile {
  readonly #options: StateFileOptions;
  readonly #groups = new Groups((writes) => this.#running().ask("write", { writes, now: this.#now() }));
  #thread: FileThread | undefined;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(options: StateFileOptions) {
    this.#options = options;
  }

  #now(): number {
    return this.#options.now();
  }

  /** Opens the file where it is not open. Rejects with E_OPTION and E_UNAVAILABLE. */
  ask<C extends "load" | "revoked" | "check">(
    call: C,
    argument: Omit<NonNullable<Parameters<Calls[C]>[0]>, "now">,
  ): Promise<ReturnType<Calls[C]>> {
    const asked = { ...argument, now: this.#now() } as Parameters<Calls[C]>[0];
    return this.#inTime(this.#running().ask(call, asked));
  }

  /** Rejects with E_UNAVAILABLE: then it is stored only if it was under way. */
  write(write: Write): Promise<Outcome> {
    const { stored, cancel } = this.#groups.add(write);
    return this.#inTime(stored, cancel);
  }

  #inTime<T>(answer: Promise<T>, late = () => {}): Promise<T> {
    const { path, timeoutMs } = this.#options;
    return within(timeoutMs, answer, () => {
      late();
      const message = `${path}: no answer within ${timeoutMs} ms`;
      return new VioletError("E_UNAVAILABLE", {}, { message, origin: "network" });
    });
  }

  #running(): FileThread {
    return (this.#thread ??= this.#start());
  }

  #start(): FileThread {
    const { path, maxBytes } = this.#options;
    const thread: FileThread = new Thread({
      program: new URL("./worker", import.meta.url),
      name: "violet-sqlite",
      workerData: { path, maxBytes } satisfies FileOptions,
      errorOf: (fault) => {
        const { code, message } =
          typeof fault === "string"
            ? { code: "E_UNAVAILABLE" as const, message: `${path}: ${fault}` }
            : fault;
        return new VioletError(code, {}, { message, origin: "network" });
      },
      ended: () => this.#ended(thread),
    });
    const sweep = () => void this.#sweep(thread);
    this.#sweeping = setInterval(sweep, SWEEP_MS).unref();
    queueMicrotask(sweep);
    return thread;
  }

  /** Other calls come between its steps. That nothing can be written is told to those who want to write. */
  async #sweep(thread: FileThread): Promise<void> {
    let hasMore = true;
    while (hasMore && this.#thread === thread)
      hasMore = await thread.ask("sweep", { now: this.#now() }).catch(() => false);
  }

  #ended(thread: FileThread) {
    if (this.#thread !== thread) return;
    clearInterval(this.#sweeping);
    this.#thread = undefined;
  }

  /** The next call opens it again. */
  async close(): Promise<void> {
    await this.#groups.settled();
    const thread = this.#thread;
    if (!thread) return;
    this.#ended(thread);
    await thread.close();
  }
}
