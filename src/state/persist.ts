/**
 * Where a local store's state outlives its tab. Loaded late, by those that ask for it.
 *
 * Stored is the JSON text `{ "version": 1, "value": <the state> }`, under `violet:<name>` in localStorage and
 * sessionStorage, and percent-encoded in the cookie `violet-<name>`.
 */
import { fail, VioletError } from "../errors.ts";
import type { StoreCore } from "./core.ts";
import type { Definition } from "./definition.ts";
import { type Json, type JsonObject, plain } from "./json.ts";
import { taken } from "./struct.ts";

/** What is used of a browser's window. */
export interface Page {
  readonly localStorage: Pick<Storage, "getItem" | "setItem">;
  readonly sessionStorage: Pick<Storage, "getItem" | "setItem">;
  readonly location: Pick<Location, "protocol">;
  readonly document: {
    cookie: string;
    readonly documentElement: { readonly dataset: Record<string, string | undefined> };
  };
}

const yearSeconds = 31_536_000;

const storageKey = (name: string): string => `violet:${name}`;
export const cookieName = (name: string): string => `violet-${encodeURIComponent(name)}`;

/**
 * A stored text's state: migrated to the definition's version and checked. Runs on the server too, for cookies.
 * Throws E_STATE_INVALID, also for what a later version stored; then the stored text must be left as it is.
 */
export function decode(definition: Definition, text: string): Json {
  const { name, version, migrate, struct } = definition;
  try {
    const stored = JSON.parse(text) as { version: number; value: unknown };
    if (!(stored.version <= version)) throw new RangeError(`version ${stored.version} is stored`);
    const isOld = stored.version < version;
    const value = plain(isOld && migrate ? migrate(stored.value, stored.version) : stored.value, name);
    return struct ? (taken(struct, value, { store: name, path: [], branch: [value] }) as Json) : value;
  } catch (cause) {
    return fail("E_STATE_INVALID", { store: name }, { cause });
  }
}

/** Keeps one store's state in the page's storage, and shows its reflected keys on `<html>`. */
export class Persistence {
  readonly #store: StoreCore;
  readonly #definition: Definition;
  readonly #page: Page;
  readonly #report: (error: VioletError) => void;
  /** The text that is stored. */
  #last: string | null = null;
  /** False where the store is only reflected, or what is stored must be left as it is. */
  #isKept = false;
  /** The storage does not take it, and that is told already. */
  #isFailing = false;

  constructor(store: StoreCore, page: Page, report: (error: VioletError) => void) {
    this.#store = store;
    this.#definition = store.definition;
    this.#page = page;
    this.#report = report;
  }

  /** Restores what is stored, and keeps it from then on. What was written since `first`, the first state, is newer. */
  start(first: JsonObject): void {
    const store = this.#store;
    store.close();
    const now = store.snapshot();
    const early = new Set(Object.keys(now).filter((key) => now[key] !== first[key]));
    if (this.#definition.persist) this.#attempt(() => this.#restore(early));
    this.#reflect();
    if (early.size) this.#keep();
    store.listen((ops) => {
      this.#reflect();
      if (ops) this.#keep();
    });
  }

  #restore(early: ReadonlySet<string>): void {
    this.#last = this.#read();
    const stored = this.#last === null ? undefined : decode(this.#definition, this.#last);
    this.#isKept = true;
    if (stored !== undefined) this.#store.transaction(() => this.#adopt(stored, early));
  }

  /** The stored value as a normal change: what differs is written. */
  #adopt(stored: Json, early: ReadonlySet<string>): void {
    const store = this.#store;
    const now = store.snapshot();
    const next = (store.boxed ? { value: stored } : stored) as JsonObject;
    const differs = (key: string) =>
      !early.has(key) && JSON.stringify(next[key]) !== JSON.stringify(now[key]);
    for (const key of Object.keys(next).filter(differs)) store.write(["set", [key], next[key] as Json]);
    // Without a struct nobody knows whether a key is missing because it was deleted, or because it is new.
    const missing = store.definition.struct
      ? Object.keys(now).filter((key) => !Object.hasOwn(next, key))
      : [];
    for (const key of missing.filter(differs)) store.write(["delete", [key]]);
  }

  #keep(): void {
    const { version } = this.#definition;
    const text = JSON.stringify({ version, value: this.#value });
    if (this.#isKept && text !== this.#last) this.#isFailing = !this.#attempt(() => this.#write(text));
  }

  /** False, and reported, when it throws. */
  #attempt(fn: () => void): boolean {
    try {
      fn();
      return true;
    } catch (cause) {
      const known = cause instanceof VioletError;
      if (!this.#isFailing)
        this.#report(known ? cause : new VioletError("E_STORAGE", { store: this.#store.name }, { cause }));
      return false;
    }
  }

  get #value(): Json {
    const { root } = this.#store.tree;
    return this.#store.boxed ? (root.value as Json) : root;
  }

  #reflect(): void {
    const { dataset } = this.#page.document.documentElement;
    for (const key of this.#definition.reflect) {
      const shown = this.#store.tree.root[key];
      if (typeof shown === "object" || shown === undefined) delete dataset[key];
      else dataset[key] = String(shown);
    }
  }

  #read(): string | null {
    const { name, persist } = this.#definition;
    if (persist !== "cookie") return this.#storage.getItem(storageKey(name));
    const start = `${cookieName(name)}=`;
    const found = this.#page.document.cookie.split("; ").find((cookie) => cookie.startsWith(start));
    return found === undefined ? null : decodeURIComponent(found.slice(start.length));
  }

  #write(text: string): void {
    const { name, persist } = this.#definition;
    if (persist === "cookie") this.#writeCookie(cookieName(name), text);
    else this.#storage.setItem(storageKey(name), text);
    // A cookie that is too long is dropped without a word.
    if (this.#read() !== text) fail("E_STORAGE", { store: name });
    this.#last = text;
  }

  #writeCookie(name: string, text: string): void {
    const { document, location } = this.#page;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${name}=${encodeURIComponent(text)}; path=/; max-age=${yearSeconds}; samesite=lax${secure}`;
  }

  get #storage(): Page["localStorage"] {
    return this.#definition.persist === "session" ? this.#page.sessionStorage : this.#page.localStorage;
  }
}
