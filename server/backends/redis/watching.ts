import type { Redis } from "ioredis";
import type { Backend } from "../backend.ts";
import type { Calls } from "./calls.ts";
import type { Connection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { NOWHERE, type Positions } from "./positions.ts";

export interface WatchingOptions {
  /** Of its own: who listens on a connection asks nothing there. */
  readonly connection: Connection;
  readonly calls: Calls;
  readonly keys: Keys;
  readonly positions: Positions;
  /** All that is watched is looked at so often, whatever was heard. */
  readonly everyMs: number;
  now(): number;
  /** Something was heard that no commit says. */
  junk(): void;
}

type Changed = Parameters<NonNullable<Backend["watch"]>>[1];

/** What a commit says: the version that is stored now, and its epoch. */
const NEWS = /^(\d{1,16}) (.{1,192})$/su;

interface News {
  readonly version: number;
  readonly epoch: string;
}

/** So many states are asked for, or channels subscribed to, at once. */
const MANY = 500;

/**
 * Tells of other processes' commits. What is heard in a channel is a reason to look at what is stored, no more: it may be
 * late, doubled, a lie, or never come. All is looked at after each loss of a connection, and now and then.
 */
export class Watching {
  readonly #options: WatchingOptions;
  readonly #watched = new Map<string, Set<Changed>>();
  /** The states by their channels. */
  readonly #stores = new Map<string, string>();
  /** Channels that nobody has subscribed to yet. */
  #fresh: string[] = [];
  /** To be looked at. */
  readonly #due = new Set<string>();
  /** To be judged when this process's own commit is done; undefined: to be looked at. */
  readonly #held = new Map<string, News | undefined>();
  #redis: Redis | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(options: WatchingOptions) {
    this.#options = options;
  }

  watch(store: string, changed: Changed): () => void {
    const all = this.#watched.get(store) ?? this.#begin(store);
    all.add(changed);
    return () => {
      if (all.delete(changed) && !all.size) this.#end(store);
    };
  }

  #begin(store: string): Set<Changed> {
    const all = new Set<Changed>();
    const channel = this.#options.keys.state(store);
    this.#watched.set(store, all);
    this.#stores.set(channel, store);
    if (!this.#fresh.length) queueMicrotask(() => void this.#subscribeFresh());
    this.#fresh.push(channel);
    this.#timer ??= setInterval(() => this.#lookAgain(), this.#options.everyMs).unref();
    return all;
  }

  #end(store: string) {
    const channel = this.#options.keys.state(store);
    this.#watched.delete(store);
    this.#stores.delete(channel);
    this.#held.delete(store);
    this.#redis?.unsubscribe(channel).catch(() => {});
  }

  // Hearing

  /** The connection stands, for the first time or again: nobody knows what was said meanwhile. */
  connected(redis: Redis): void {
    this.#redis = redis;
    redis.on("message", (channel, text) => this.#heard(channel, text));
    void this.#subscribe(redis, [...this.#stores.keys()]);
  }

  async #subscribeFresh(): Promise<void> {
    const redis = await this.#options.connection.ready().catch(() => undefined);
    const channels = this.#fresh.filter((channel) => this.#stores.has(channel));
    this.#fresh = [];
    if (redis) await this.#subscribe(redis, channels);
  }

  /** Where that fails the connection is lost, and begins anew. */
  async #subscribe(redis: Redis, channels: readonly string[]): Promise<void> {
    try {
      for (let at = 0; at < channels.length; at += MANY)
        await redis.subscribe(...channels.slice(at, at + MANY));
    } catch {
      this.#options.connection.drop(redis);
    }
    this.look(channels.flatMap((channel) => this.#stores.get(channel) ?? []));
  }

  #heard(channel: string, text: string) {
    const store = this.#stores.get(channel);
    if (store === undefined) return;
    const [, version, epoch] = NEWS.exec(text) ?? [];
    if (epoch === undefined) this.#options.junk();
    else this.#judge(store, { version: Number(version), epoch });
  }

  #judge(store: string, news: News | undefined) {
    const { positions } = this.#options;
    const known = positions.get(store);
    if (positions.isCommitting(store)) this.#held.set(store, news);
    else if (!news || !known || known.epoch !== news.epoch || known.version < news.version)
      this.look([store]);
  }

  /** A commit of this process's own is done. */
  settled(store: string): void {
    if (!this.#held.has(store)) return;
    const news = this.#held.get(store);
    this.#held.delete(store);
    this.#judge(store, news);
  }

  // Looking

  #lookAgain() {
    void this.#options.connection.probe();
    this.lookAtAll();
  }

  lookAtAll(): void {
    this.look(this.#watched.keys());
  }

  look(stores: Iterable<string>): void {
    for (const store of stores) this.#due.add(store);
    if (!this.#isLooking) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isLooking = true;
    while (this.#due.size) {
      const stores = [...this.#due].slice(0, MANY);
      for (const store of stores) this.#due.delete(store);
      // What could not be looked at is looked at when there is a connection again.
      await this.#options.calls.ask((redis) => this.#compare(redis, stores)).catch(() => {});
    }
    this.#isLooking = false;
  }

  async #compare(redis: Redis, stores: readonly string[]): Promise<void> {
    const { keys } = this.#options;
    const asked = stores.map((store) =>
      redis.hmget(keys.state(store), "epoch", "version", "server", "until"),
    );
    const [info, ...answers] = await Promise.allSettled([redis.info("replication"), ...asked]);
    if (info.status === "rejected") throw info.reason;
    const server = /^master_replid:(\w+)/m.exec(info.value)?.[1];
    for (const [index, answer] of answers.entries()) {
      const row = answer.status === "fulfilled" ? answer.value : undefined;
      this.#found(stores[index] as string, row, server);
    }
  }

  #found(store: string, row: readonly (string | null)[] | undefined, server: string | undefined) {
    const { positions, now } = this.#options;
    if (positions.isCommitting(store)) return void this.#held.set(store, undefined);
    const [epoch, version, home, until] = row ?? [];
    const isThere = epoch && !(until && Number(until) <= now());
    const stored = isThere ? { epoch, version: Number(version) } : NOWHERE;
    const known = positions.get(store) ?? NOWHERE;
    const isOurs = !isThere || home === server;
    if (row && isOurs && known.epoch === stored.epoch && known.version === stored.version) return;
    // What is none, what is behind, and what another server wrote, is loaded to see what it is.
    const isNext = row && isThere && isOurs && !(known.epoch === epoch && known.version > stored.version);
    for (const changed of this.#watched.get(store) ?? []) changed(isNext ? stored : undefined);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#watched.clear();
    this.#stores.clear();
  }
}
