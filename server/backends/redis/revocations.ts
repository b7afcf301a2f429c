import type { Redis } from "ioredis";
import type { Revocation } from "../backend.ts";

/** Of what is over so much is kept, for processes whose clocks go after. */
const LEEWAY_MS = 60_000;
/** More than an app ever looks at. */
const MAX_READ = 200_000;

/** Sessions that were ended, in a sorted set by the time until which that matters. */
export class Revocations {
  readonly #key: string;
  readonly #now: () => number;

  constructor(key: string, now: () => number) {
    this.#key = key;
    this.#now = now;
  }

  async add(redis: Redis, { session, at, until }: Revocation): Promise<void> {
    await redis.zadd(this.#key, until, JSON.stringify([session, at]));
    await redis.zremrangebyscore(this.#key, "-inf", this.#now() - LEEWAY_MS);
  }

  /** Undefined stands for what is none. */
  async all(redis: Redis): Promise<readonly (Revocation | undefined)[]> {
    const range = [`(${this.#now()}`, "+inf", "WITHSCORES", "LIMIT", 0, MAX_READ] as const;
    const found = await redis.zrangebyscore(this.#key, ...range);
    const pairs = Array.from({ length: found.length / 2 }, (_, at) => found.slice(2 * at, 2 * at + 2));
    return pairs.map(([member, until]) => revocationOf(member as string, Number(until)));
  }
}

function revocationOf(member: string, until: number): Revocation | undefined {
  try {
    const [session, at] = JSON.parse(member);
    return typeof session === "string" && Number.isFinite(at) ? { session, at, until } : undefined;
  } catch {
    return undefined;
  }
}
