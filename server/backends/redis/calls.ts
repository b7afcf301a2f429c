import type { Redis } from "ioredis";
import { VioletError } from "../../../src/errors.ts";
import type { Connection } from "./connection.ts";

/** A call is tried so often, within its time. */
const MAX_TRIES = 3;

/** What says that another server, or this one in a moment, does what was asked. */
const PASSING = /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN)\b/;
/** What says that it will not, however often it is asked. */
const isAnswer = (error: Error) => error.name === "ReplyError";

/** Questions to Redis. What is asked must do no harm when it is done twice: a lost answer is asked for again. */
export class Calls {
  readonly #name: string;
  readonly #timeoutMs: number;
  readonly #connection: Connection;
  readonly #retried: () => void;

  constructor(name: string, timeoutMs: number, connection: Connection, retried: () => void) {
    this.#name = name;
    this.#timeoutMs = timeoutMs;
    this.#connection = connection;
    this.#retried = retried;
  }

  /** Rejects with E_UNAVAILABLE where there is no answer in time. */
  async ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    late.promise.catch(() => {});
    const timer = setTimeout(() => late.reject(this.#tooLate()), this.#timeoutMs);
    try {
      return await this.#try(question, late.promise);
    } catch (error) {
      throw error instanceof VioletError ? error : this.#unavailable(error as Error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #try<T>(question: (redis: Redis) => Promise<T>, late: Promise<never>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const redis = await Promise.race([this.#connection.ready(), late]);
      try {
        return await Promise.race([question(redis), late]);
      } catch (error) {
        this.#judge(redis, error as Error, tries);
        this.#retried();
      }
    }
  }

  /** Throws what is not worth another try. */
  #judge(redis: Redis, error: Error, tries: number) {
    if (error instanceof VioletError || (isAnswer(error) && !PASSING.test(error.message))) throw error;
    this.#connection.drop(redis);
    if (tries === MAX_TRIES) throw error;
  }

  /** Like `ask`, but where Redis was not to be reached the last time, that is the answer. */
  async askNow<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const { failure } = this.#connection;
    if (failure) throw failure instanceof VioletError ? failure : this.#unavailable(failure);
    return this.ask(question);
  }

  #tooLate(): VioletError {
    const { failure } = this.#connection;
    return this.#unavailable(failure ?? new Error(`no answer within ${this.#timeoutMs} ms`));
  }

  /** Without the error itself: it has all that was sent, and goes to the log. */
  #unavailable({ message }: Error): VioletError {
    return new VioletError("E_UNAVAILABLE", {}, { message: `${this.#name}: ${message}`, origin: "network" });
  }
}
