import type { Redis } from "ioredis";
import { VioletError } from "../../../src/errors.ts";
import { within } from "../within.ts";
import type { Connection } from "./connection.ts";

/** A call is tried so often, within its time. */
const MAX_TRIES = 3;

/** What says that another server, or this one in a moment, does what was asked. */
const PASSING = /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN)\b/;
/** What says that it will not, however often it is asked. */
const isRefusal = (error: Error) => error.name === "ReplyError" && !PASSING.test(error.message);

export interface CallsOptions {
  /** The server's. */
  readonly name: string;
  readonly connection: Connection;
  /** A call with all its tries takes no longer. */
  readonly timeoutMs: number;
  /** A server that has not answered after so long is gone. */
  readonly silenceMs: number;
  /** A call is made again. */
  retried(): void;
}

/** Questions to Redis. What is asked must do no harm when it is done twice: a lost answer is asked for again. */
export class Calls {
  readonly #options: CallsOptions;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** Rejects with E_UNAVAILABLE where there is no answer in time. */
  async ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const { connection, timeoutMs, silenceMs, retried } = this.#options;
    const end = performance.now() + timeoutMs;
    for (let tries = 1; ; tries++) {
      const redis = connection.current ?? (await this.#connected(end));
      try {
        return await within(Math.min(silenceMs, end - performance.now()), question(redis));
      } catch (error) {
        if (error instanceof VioletError) throw error;
        if (isRefusal(error as Error)) throw this.#unavailable(error as Error);
        connection.drop(redis);
        if (tries === MAX_TRIES || performance.now() >= end) throw this.#unavailable(error as Error);
        retried();
      }
    }
  }

  async #connected(end: number): Promise<Redis> {
    const { connection } = this.#options;
    try {
      return await within(end - performance.now(), connection.ready());
    } catch (error) {
      throw error instanceof VioletError ? error : this.#unavailable(connection.failure ?? (error as Error));
    }
  }

  /** Like `ask`, but where Redis was not to be reached the last time, that is the answer. */
  async askNow<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const { failure } = this.#options.connection;
    if (failure) throw failure instanceof VioletError ? failure : this.#unavailable(failure);
    return this.ask(question);
  }

  /** Without the error itself: it has all that was sent, and goes to the log. */
  #unavailable({ message }: Error): VioletError {
    const { name } = this.#options;
    return new VioletError("E_UNAVAILABLE", {}, { message: `${name}: ${message}`, origin: "network" });
  }
}
