import { Redis, type RedisOptions } from "ioredis";
import { VioletError } from "../../../src/errors.ts";
import { within } from "../within.ts";

/** Of a server that went away one asks so often whether it is back: after a random time, at most the second one. */
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1000;
/** Who says goodbye waits for the other end's for so long. */
const GOODBYE_MS = 50;

export interface ConnectionOptions {
  readonly server: string | RedisOptions;
  /** What `CLIENT LIST` calls it. */
  readonly title: string;
  /** A server that has not answered after so long is gone. */
  readonly silenceMs: number;
  /** Asks a server that was reached whether it is one to have. */
  greet(redis: Redis): Promise<void>;
  /** There is one, or there is one again. */
  connected?(redis: Redis): void;
}

/**
 * A connection that comes back when it is lost. Nothing waits in it for the next one, and nothing is sent again by it: who
 * asked knows what may be.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #redis: Redis | undefined;
  #opening: Redis | undefined;
  #waiting: PromiseWithResolvers<Redis> | undefined;
  #failure: Error | undefined;
  #running: Promise<void> | undefined;
  #endPause: (() => void) | undefined;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Undefined while there is none. */
  get current(): Redis | undefined {
    return this.#redis;
  }

  /** Why there is none; undefined where there is, or nobody knows yet. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves when there is one, however long that takes; rejects with E_OPTION where the server is not one to have. */
  ready(): Promise<Redis> {
    if (this.#redis) return Promise.resolve(this.#redis);
    if (this.#isClosed) return Promise.reject(closed());
    this.#running ??= this.#run();
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** This server is not one to have any more: another one may be, under the same name. */
  drop(redis: Redis): void {
    if (this.#redis === redis) this.#redis = undefined;
    redis.disconnect();
  }

  /** Finds out that it is dead at the other end alone. */
  async probe(): Promise<void> {
    const redis = this.#redis;
    if (redis) await within(this.#options.silenceMs, redis.ping()).catch(() => this.drop(redis));
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isClosed; ) {
      const error = await this.#live();
      failures = error ? failures + 1 : 0;
      if (error) this.#failed(error);
      if (!this.#isClosed) await this.#pause(failures);
    }
  }

  /** One life of it, to its end; gives what it failed by, where it never stood. */
  async #live(): Promise<Error | undefined> {
    try {
      const redis = await this.#open();
      this.#redis = redis;
      this.#failure = undefined;
      this.#waiting?.resolve(redis);
      this.#waiting = undefined;
      this.#options.connected?.(redis);
      await ended(redis);
      this.#redis = undefined;
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  async #open(): Promise<Redis> {
    const { server, title, silenceMs, greet } = this.#options;
    const options = {
      connectionName: title,
      lazyConnect: true,
      retryStrategy: () => null,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      connectTimeout: silenceMs,
      disconnectTimeout: GOODBYE_MS,
    };
    const redis =
      typeof server === "string" ? new Redis(server, options) : new Redis({ ...server, ...options });
    // The end of a connection does not say why.
    let reason: Error | undefined;
    redis.on("error", (error: Error) => (reason ??= error));
    this.#opening = redis;
    try {
      await within(silenceMs, redis.connect());
      await within(silenceMs, greet(redis));
      return redis;
    } catch (error) {
      redis.disconnect();
      throw reason ?? error;
    } finally {
      this.#opening = undefined;
    }
  }

  #failed(error: Error) {
    this.#failure = error;
    if (!(error instanceof VioletError)) return;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  #pause(failures: number): Promise<void> {
    const mostMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, mostMs * (0.5 + Math.random() / 2)).unref();
    this.#endPause = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failed(closed());
    (this.#redis ?? this.#opening)?.disconnect();
    this.#endPause?.();
    await this.#running;
  }
}

const closed = () =>
  new VioletError("E_UNAVAILABLE", {}, { message: "The connection to Redis is closed.", origin: "network" });

const ended = (redis: Redis): Promise<void> =>
  new Promise((resolve) => {
    if (redis.status === "end") resolve();
    else redis.once("end", resolve);
  });
