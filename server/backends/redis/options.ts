import type { RedisOptions as Target } from "ioredis";
import { fail } from "../../../src/errors.ts";
import type { RedisOptions } from "../redis.ts";

/** The options with their defaults. */
export interface Given extends Required<Omit<RedisOptions, "durability">> {
  readonly durability: RedisOptions["durability"] | undefined;
  readonly server: string | Target;
  /** What the log calls it: no credentials. */
  readonly name: string;
}

const MAX_MS = 3_600_000;

/** Throws E_OPTION. */
export function given(server: string | Target, options: RedisOptions): Given {
  const { prefix = "violet", volatile = false, durability, replicas = 0 } = options;
  const { timeoutMs = 5000, lookMs = 20_000, now = Date.now } = options;
  // Braces say where Redis Cluster has a key.
  must("prefix", /^[^{}]{1,64}$/s.test(prefix), "a text of up to 64 letters without braces");
  must("volatile", typeof volatile === "boolean", "true or false");
  must("durability", [undefined, "process", "power"].includes(durability), '"process" or "power"');
  must("volatile", !(volatile && durability), "false where durability is asked for");
  must("replicas", isWhole(replicas, 0, 100), "a whole number to 100");
  for (const [name, ms] of Object.entries({ timeoutMs, lookMs }))
    must(name, isWhole(ms, 1, MAX_MS), "a whole number of milliseconds to 3,600,000");
  return {
    ...{ server, name: nameOf(server), prefix, volatile, durability, replicas },
    ...{ timeoutMs, lookMs, now },
  };
}

function must(name: string, fact: boolean, expected: string) {
  if (!fact) fail("E_OPTION", { name: `redis.${name}`, expected });
}

const isWhole = (value: unknown, least: number, most: number) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

function nameOf(server: string | Target): string {
  const name = typeof server === "string" ? nameOfUrl(server) : nameOfTarget(server);
  return name ?? fail("E_OPTION", { name: "redis(server)", expected: EXPECTED });
}

const EXPECTED = "a URL like redis://127.0.0.1:6379, or ioredis's options without keyPrefix";

function nameOfUrl(url: string): string | undefined {
  const { protocol, hostname, port, pathname } = URL.parse(url) ?? {};
  if (!(protocol === "redis:" || protocol === "rediss:") || !hostname) return undefined;
  return `redis ${hostname}:${port || 6379}${pathname === "/" ? "" : pathname}`;
}

function nameOfTarget(target: Target | undefined): string | undefined {
  if (typeof target !== "object" || !target || target.keyPrefix) return undefined;
  const { sentinels, name, path, host = "127.0.0.1", port = 6379, db } = target;
  return `redis ${sentinels ? name : (path ?? `${host}:${port}`)}${db ? `/${db}` : ""}`;
}
