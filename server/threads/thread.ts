import { extname } from "node:path";
import { Worker } from "node:worker_threads";

export interface Question {
  readonly id: number;
  readonly call: string;
  readonly argument: unknown;
}

export interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly fault?: unknown;
}

/** What a thread is asked, each call with one argument; `close` is the last one. */
export type Calls<C> = { readonly [K in keyof C | "close"]: (argument: never) => unknown };

export interface ThreadOptions<Fault> {
  /** What runs in it: the URL of its file without the extension. */
  readonly program: URL;
  /** As debuggers call it. */
  readonly name: string;
  readonly workerData: unknown;
  /** What a call is rejected with, by what the thread told of an error, or by why it ended. */
  errorOf(fault: Fault | string): Error;
  /** It is gone, whoever brought that about. */
  ended(): void;
}

/** A `.ts` among the sources, a `.js` in lib/. */
const extension = extname(import.meta.url);
/** Sources need the flags of this process (undefined) to be read; for a built file they may be wrong. */
const flags = extension === ".ts" ? undefined : [];

/** A thread that is asked by messages: who waits for the disk is not the event loop. `answering` is its other end. */
export class Thread<C extends Calls<C>, Fault> {
  readonly #options: ThreadOptions<Fault>;
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #next = 0;

  constructor(options: ThreadOptions<Fault>) {
    const { program, name, workerData } = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#options = options;
    this.#worker = new Worker(new URL(program.href + extension), { workerData, execArgv: flags, name });
    this.#worker.on("message", (answer: Answer) => this.#answered(answer));
    this.#worker.on("error", ({ message }) => this.#fail(message));
    this.#worker.on("exit", () => {
      this.#fail("its thread has ended");
      options.ended();
      resolve();
    });
    this.#ended = promise;
  }

  /** What the thread answers, whenever that is. While it is asked nothing it keeps no process alive. */
  ask<K extends keyof C & string>(call: K, argument?: Parameters<C[K]>[0]): Promise<ReturnType<C[K]>> {
    const asked = Promise.withResolvers<unknown>();
    const id = ++this.#next;
    this.#asked.set(id, asked);
    this.#worker.ref();
    this.#worker.postMessage({ id, call, argument } satisfies Question);
    return asked.promise as Promise<ReturnType<C[K]>>;
  }

  /** After all that was asked before; resolves when it is gone. */
  async close(): Promise<void> {
    await this.ask("close");
    this.#worker.ref();
    await this.#ended;
  }

  #answered({ id, answer, fault }: Answer) {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (fault === undefined) asked?.resolve(answer);
    else asked?.reject(this.#options.errorOf(fault as Fault));
    if (!this.#asked.size) this.#worker.unref();
  }

  #fail(why: string) {
    const error = this.#options.errorOf(why);
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}
