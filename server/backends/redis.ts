import type { RedisOptions as Target } from "ioredis";
import type { Backend } from "./backend.ts";
import { given } from "./redis/options.ts";
import { States } from "./redis/states.ts";

export interface RedisOptions {
  /** What the names of keys begin with; one for each app that shares a Redis. Default "violet". */
  readonly prefix?: string;
  /**
   * Takes a Redis that loses what is acknowledged: one without append-only file, or that throws states away when it is
   * full. Default false: that is refused.
   */
  readonly volatile?: boolean;
  /**
   * What an acknowledgement has to survive: the end of this process ("process", appendonly yes), or that of the Redis server
   * and a loss of its power as well ("power", appendfsync always). A server that does not tell its settings is believed to be so. Default
   * "process", of a server that tells.
   */
  readonly durability?: "process" | "power";
  /** So many replicas have a commit before it is acknowledged (WAIT). Default 0. */
  readonly replicas?: number;
  /** The longest that a call takes, in milliseconds; then it rejects with E_UNAVAILABLE. Default 5,000. */
  readonly timeoutMs?: number;
  /** Other processes' commits are looked for so often, besides being told, in milliseconds. Default 20,000. */
  readonly lookMs?: number;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
}

/** What happened since the start. Plain numbers: to look at, and to export as metrics. */
export interface RedisCounters {
  /** Connections that stood: two for each process, and what came after they were lost. */
  readonly connections: number;
  /** Calls that were made again, for their answer was lost. */
  readonly retries: number;
  /** States that began a new epoch here: they may lack what was acknowledged. */
  readonly epochs: number;
  /** What other programs wrote or said under Violet's names, and was left out. */
  readonly junk: number;
}

export interface RedisBackend extends Backend {
  readonly counters: RedisCounters;
}

/**
 * States in Redis, for many processes. `server` is a URL, `redis://` or `rediss://`, or ioredis's options, those of Sentinel
 * among them. It has to keep an append-only file, and to refuse writes when it is full: calls reject with E_OPTION where the
 * server's settings are not what is asked for. How to set it up is said in docs/backends.md. Needs the package `ioredis`.
 * Runs on the server. Throws E_OPTION.
 *
 *     violet({ backend: redis("redis://127.0.0.1:6379") });
 */
export function redis(server: string | Target, options: RedisOptions = {}): RedisBackend {
  return new States(given(server, options));
}
