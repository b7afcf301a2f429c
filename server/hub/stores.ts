import { randomBytes } from "node:crypto";
import { refusalOfKey } from "../../src/dev/refusals.ts";
import { fail, VioletError } from "../../src/errors.ts";
import {
  type Client,
  type Definition,
  definitions,
  KEY_FIELD,
  wireName,
} from "../../src/state/definition.ts";
import type { Backend } from "../backends/backend.ts";
import { inTime } from "../deadline.ts";
import type { Limits } from "../limits.ts";
import type { Facts } from "../logger.ts";
import { Authority, type AuthorityHost } from "./authority.ts";
import { checkState, migrated } from "./stored.ts";
import type { HubTime } from "./time.ts";

export interface StoresOptions {
  readonly backend: Backend;
  readonly limits: Limits;
  readonly time: HubTime;
  nextId(): number;
  self?(): Client | undefined;
  report(error: unknown, facts?: Facts): void;
}

const SERVER: Client = { id: "server" };

/** A room that nobody ever wrote to is kept so long for those who come back. */
const UNTOUCHED_MS = 5000;

/** The stores of an app that are loaded. */
export class Stores {
  readonly #options: StoresOptions;
  readonly #host: AuthorityHost;
  readonly #all = new Map<string, Authority>();
  readonly #loading = new Map<string, Promise<Authority>>();
  readonly #watching = new Map<Authority, () => void>();

  constructor(options: StoresOptions) {
    this.#options = options;
    const { time, self } = options;
    this.#host = {
      ...options,
      now: () => time.now(),
      self: () => self?.() ?? SERVER,
      lost: (authority) => this.#reload(authority),
    };
  }

  [Symbol.iterator](): Iterator<Authority> {
    return this.#all.values();
  }

  find(definition: Definition, key: string | undefined): Authority | undefined {
    const authority = this.#all.get(wireName(definition, key));
    if (authority) authority.usedAt = this.#options.time.now();
    return authority;
  }

  /** Is a store of this name loaded, and nobody subscribes to it? */
  isUnused(name: string): boolean {
    return this.#all.get(name)?.subscriptions.size === 0;
  }

  /** The store, loaded once, however many ask. Rejects with E_STATE_INVALID and E_UNAVAILABLE; then the next one tries again. */
  async open(definition: Definition, key: string | undefined): Promise<Authority> {
    const known = this.find(definition, key);
    if (known) return known;
    return this.#loadOnce(definition, key);
  }

  #loadOnce(definition: Definition, key: string | undefined): Promise<Authority> {
    const name = wireName(definition, key);
    const loading =
      this.#loading.get(name) ?? this.#load(definition, key).finally(() => this.#loading.delete(name));
    this.#loading.set(name, loading);
    return loading;
  }

  /**
   * In storage is another state than this one says: it is loaded, and the pages come back to it. Until then they see what
   * they saw, and nothing more is taken.
   */
  #reload(lost: Authority): void {
    const { definition, key, name, subscriptions } = lost;
    if (this.#all.get(name) !== lost || this.#loading.has(name)) return;
    this.#loadOnce(definition, key).then(
      () => {
        this.#unwatch(lost);
        for (const subscription of subscriptions) subscription.refused(new VioletError("E_RESYNC"));
      },
      (error: unknown) => this.#options.report(error, { store: definition.name, key }),
    );
  }

  #watch(authority: Authority) {
    const stop = this.#options.backend.watch?.(authority.name, (stored) => {
      if (stored?.epoch !== authority.storedEpoch || stored.version > authority.version)
        this.#reload(authority);
    });
    if (stop) this.#watching.set(authority, stop);
  }

  #unwatch(authority: Authority) {
    this.#watching.get(authority)?.();
    this.#watching.delete(authority);
  }

  async #load(definition: Definition, key: string | undefined): Promise<Authority> {
    const { backend, limits, time, nextId, report } = this.#options;
    const { handlerMs } = limits;
    const name = wireName(definition, key);
    const found = await inTime(backend.load(name), {
      what: `Loading "${name}"`,
      handlerMs,
      time,
      report,
    });
    const stored = found && migrated(definition, key, found);
    // Of what was lost pages know versions that are going to be made again: never in the same epoch.
    const beginning = { stored, id: nextId(), epoch: randomBytes(6).toString("base64url") };
    const authority = new Authority(definition, key, this.#host, beginning);
    checkState(authority, stored);
    this.#all.set(name, authority);
    this.#watch(authority);
    return authority;
  }

  /** Loads all plain shared stores. */
  async ready(): Promise<void> {
    const plain = [...definitions.values()].filter(({ scope, keys }) => scope === "shared" && !keys);
    await Promise.all(plain.map((definition) => this.open(definition, undefined)));
  }

  /** Rooms that nobody uses go; what was written to them stays with the backend. */
  dropIdle(): void {
    for (const [name, authority] of this.#all)
      if (this.#isIdle(authority)) {
        this.#unwatch(authority);
        this.#all.delete(name);
      }
  }

  #isIdle({ key, subscriptions, pending, usedAt, isWatched, version }: Authority) {
    const { time, limits } = this.#options;
    const isUsed = key === undefined || subscriptions.size > 0 || pending > 0 || isWatched;
    // Nothing was written to it: it is there again at no cost, and anybody may ask for one after another.
    const idleMs = version ? limits.idleRoomMs : Math.min(limits.idleRoomMs, UNTOUCHED_MS);
    return !isUsed && time.now() - usedAt > idleMs;
  }

  /** Waits for what is being committed. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#all.values()].map((authority) => authority.settled()));
  }
}

export interface StoreName {
  readonly definition: Definition;
  readonly key: string | undefined;
}

/** Of a family there is a store of each key that its struct takes; any other definition is one store, without a key. */
const isThere = ({ keys }: Definition, key: string | undefined): boolean =>
  keys ? keys.is(key) : key === undefined;

/**
 * Throws E_VALIDATION where a page of the app's own names a store that is not there. Its field says that the key is not
 * allowed: that may have come with an address. A name that no address makes right is the app's mistake.
 */
export function mustBeThere(definition: Definition, key: string | undefined): void {
  if (isThere(definition, key)) return;
  const { name: store, keys } = definition;
  const details = { store, path: [KEY_FIELD] };
  if (keys && key !== undefined)
    fail("E_VALIDATION", { ...details, ...refusalOfKey(keys, key) }, { field: KEY_FIELD });
  const expected = keys
    ? `a key: "${store}" is a family, its stores are "${store}/KEY"`
    : "none: this is no family";
  fail("E_VALIDATION", { ...details, expected });
}

/** The definition and the key in a wire name. Throws E_FORBIDDEN where there is no such store: it is as one that is forbidden. */
export function parseName(name: string): StoreName {
  const slash = name.indexOf("/");
  const definition = definitions.get(slash < 0 ? name : name.slice(0, slash));
  const key = slash < 0 ? undefined : name.slice(slash + 1);
  if (definition?.scope === "shared" && isThere(definition, key)) return { definition, key };
  return fail("E_FORBIDDEN", { store: name }, { origin: "peer" });
}
