import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { VioletError } from "../../../src/errors.ts";
import type { Answer, Calls, FileOptions, Question } from "./calls.ts";

/** A `.ts` among the sources, a `.js` in lib/. */
const extension = extname(import.meta.url);
const entry = new URL(`./worker${extension}`, import.meta.url);
/** Sources need the flags of this process (undefined) to be read; for a built file they may be wrong. */
const flags = extension === ".ts" ? undefined : [];

/** The thread in which a file is read and written: whoever waits for the disk is not the event loop. */
export class Thread {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly #path: string;
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #next = 0;

  /** `ended` is called at its end, whoever brought it about. */
  constructor(options: FileOptions, ended: () => void) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#path = options.path;
    this.#worker = new Worker(entry, { workerData: options, execArgv: flags, name: "violet-sqlite" });
    this.#worker.on("message", (answer: Answer) => this.#answered(answer));
    this.#worker.on("error", ({ message }) => this.#fail(message));
    this.#worker.on("exit", () => {
      this.#fail("its thread has ended");
      ended();
      resolve();
    });
    this.#ended = promise;
  }

  /** What the thread answers, whenever that is. While it is asked nothing it keeps no process alive. */
  ask<C extends keyof Calls>(call: C, argument?: Parameters<Calls[C]>[0]): Promise<ReturnType<Calls[C]>> {
    const asked = Promise.withResolvers<unknown>();
    const id = ++this.#next;
    this.#asked.set(id, asked);
    this.#worker.ref();
    this.#worker.postMessage({ id, call, argument: argument as never } satisfies Question);
    return asked.promise as Promise<ReturnType<Calls[C]>>;
  }

  /** Closes the file, and waits until others may have it. */
  async close(): Promise<void> {
    await this.ask("close");
    this.#worker.ref();
    await this.#ended;
  }

  #answered({ id, answer, error }: Answer) {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error) asked?.reject(new VioletError(error.code, {}, { ...error, origin: "network" }));
    else asked?.resolve(answer);
    if (!this.#asked.size) this.#worker.unref();
  }

  #fail(why: string) {
    const message = `${this.#path}: ${why}`;
    const error = new VioletError("E_UNAVAILABLE", {}, { message, origin: "network" });
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}
