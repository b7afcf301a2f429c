import type { Redis } from "ioredis";
import { fail } from "../../../src/errors.ts";
import type { Durability } from "../backend.ts";

export interface Terms {
  /** What Redis may lose is lost. */
  readonly volatile: boolean;
  /** What an acknowledgement has to survive. */
  readonly asked: Durability | undefined;
}

type Settings = ReadonlyMap<string, string>;

const NAMES = ["appendonly", "appendfsync", "maxmemory", "maxmemory-policy"];
const classes: readonly Durability[] = ["volatile", "process", "power"];

/**
 * What an acknowledgement of this server survives. Rejects with E_OPTION where that is less than what is asked for; with
 * any other error where the server takes no commits now.
 */
export async function agreed(redis: Redis, { volatile, asked }: Terms): Promise<Durability> {
  const info = await redis.info();
  if (!/^role:master\b/m.test(info)) throw new Error("READONLY It is a replica.");
  if (/^loading:1\b/m.test(info)) throw new Error("LOADING It reads its files.");
  const settings = await settingsOf(redis);
  if (!settings)
    return volatile ? "volatile" : (asked ?? refuse('{ durability: "process" } or "power"', HIDDEN));
  const durability = classOf(settings);
  if (volatile) return durability;
  const isEnough = classes.indexOf(durability) >= classes.indexOf(asked ?? "process");
  if (!isEnough && asked === "power") refuse("a server with appendfsync always", UNSYNCED);
  if (!isEnough) refuse("a server with appendonly yes", UNLOGGED);
  if (settings.get("maxmemory") !== "0" && settings.get("maxmemory-policy") !== "noeviction")
    refuse("a server with maxmemory-policy noeviction", EVICTING);
  return durability;
}

const refuse = (expected: string, hint: string) =>
  fail("E_OPTION", { name: "redis(server)", expected, hint });

const HIDDEN = "It does not tell its settings (CONFIG is forbidden): say what its files survive.";
const UNLOGGED =
  "What is acknowledged would be lost with the Redis server. Set appendonly yes there, or accept it by { volatile: true }.";
const UNSYNCED = "What was acknowledged within the last second or two would be lost with the server's power.";
const EVICTING =
  "It would throw states away when it is full, where it has to refuse writes. Accept it by { volatile: true }.";

/** Undefined where it does not tell. */
async function settingsOf(redis: Redis): Promise<Settings | undefined> {
  try {
    // One by one: old servers are not asked for several.
    const told = await Promise.all(NAMES.map((name) => redis.config("GET", name) as Promise<string[]>));
    return told.every(([, value]) => value !== undefined) ? new Map(told as [string, string][]) : undefined;
  } catch (error) {
    if (/^(NOPERM|ERR)\b/.test((error as Error).message)) return undefined;
    throw error;
  }
}

const classOf = (settings: Settings): Durability => {
  if (settings.get("appendonly") !== "yes") return "volatile";
  return settings.get("appendfsync") === "always" ? "power" : "process";
};
