import type { Redis } from "ioredis";
import { VioletError } from "../../../src/errors.ts";

export interface ReplicasOptions {
  readonly count: number;
  readonly timeoutMs: number;
  /** A key to write: Redis waits for what the same connection wrote last. */
  readonly probe: string;
}

/** Waits until replicas have what is stored. One wait is for all that was stored before it. */
export class Replicas {
  readonly #options: ReplicasOptions;
  readonly #waits = new WeakMap<Redis, Promise<number>>();

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  /** Rejects with E_UNAVAILABLE where too few have it in time: it may be lost with this server. */
  async have(redis: Redis): Promise<void> {
    const { count, timeoutMs } = this.#options;
    if (!count) return;
    const had = await (this.#waits.get(redis) ?? this.#wait(redis));
    if (had >= count) return;
    const message = `redis: ${had} of ${count} replicas have it after ${timeoutMs} ms`;
    throw new VioletError("E_UNAVAILABLE", {}, { message, origin: "network" });
  }

  #wait(redis: Redis): Promise<number> {
    const { count, timeoutMs, probe } = this.#options;
    // At the end of this turn: for all that was answered in it.
    const wait = Promise.resolve().then(async () => {
      this.#waits.delete(redis);
      const [, had] = await Promise.all([redis.set(probe, 1), redis.wait(count, timeoutMs)]);
      return had;
    });
    this.#waits.set(redis, wait);
    return wait;
  }
}
