/** Who reads what. While somebody tracks, reads give snapshots, and the tracker learns of each. */
import type { StoreCore } from "./core.ts";
import { isActing } from "./resolver.ts";

/** That a store's snapshot has arrived, as a thing to read: no key of its state. */
export const arrival: unique symbol = Symbol();

/** What was read of a store: one top-level key, the whole state (undefined), or whether it is loaded. */
export type Read = string | typeof arrival | undefined;

/** Told of each read of a store, before it happens. */
export interface Tracker {
  read(core: StoreCore, key: Read): void;
  /**
   * What was read in the run before counts in this one too: a part of it is passed over. False where it must not be,
   * for something has changed since of which nobody is told yet.
   */
  keep?(): boolean;
}

let current: Tracker | undefined;

/** Runs `fn` with `tracker` current; with undefined, reads inside give handles and nobody learns of them. */
export function track<T>(tracker: Tracker | undefined, fn: () => T): T {
  const outer = current;
  current = tracker;
  try {
    return fn();
  } finally {
    current = outer;
  }
}

export const currentTracker = (): Tracker | undefined => current;

/** Tells the tracker of a read, and says whether it gets a snapshot. An action's reads get handles, always. */
export function observe(core: StoreCore, key: Read): boolean {
  if (isActing(core)) return false;
  current?.read(core, key);
  return core.snapshots || current !== undefined;
}

type Change = readonly [old: unknown, value: unknown];

interface Source {
  /** What was read, with the value that was seen; and in the run before. */
  seen: Map<Read, unknown>;
  before: Map<Read, unknown>;
  readonly stop: () => void;
}

/**
 * What one element, or whoever else depends on stores, has read. It subscribes to these stores, and calls
 * `onChange` with the old and the new values when values that were read have another identity.
 */
export class Reads implements Tracker {
  readonly #onChange: (changes: readonly Change[]) => void;
  readonly #sources = new Map<StoreCore, Source>();

  constructor(onChange: (changes: readonly Change[]) => void) {
    this.#onChange = onChange;
  }

  read(core: StoreCore, key: Read): void {
    const source = this.#sources.get(core) ?? this.#subscribe(core);
    source.seen.set(key, look(core, key));
  }

  keep(): boolean {
    let isSame = true;
    for (const [core, { seen, before }] of this.#sources)
      for (const [key, value] of before) {
        this.read(core, key);
        isSame &&= seen.get(key) === value;
      }
    return isSame;
  }

  #subscribe(core: StoreCore): Source {
    const stop = core.listen((ops) => {
      const { seen } = source;
      // Not to look costs nothing; a look makes the store copy what it changes next.
      if (ops && !seen.has(undefined) && !ops.some(([, path]) => seen.has(String(path[0])))) return;
      const changes: Change[] = [];
      for (const [key, old] of seen) {
        const value = look(core, key);
        if (value !== old) changes.push([old, value]);
        seen.set(key, value);
      }
      if (changes.length) this.#onChange(changes);
    });
    const source: Source = { seen: new Map(), before: new Map(), stop };
    this.#sources.set(core, source);
    return source;
  }

  /** Runs `fn` and depends on what it reads, and no longer on what was read before. */
  update<T>(fn: () => T): T {
    for (const source of this.#sources.values()) {
      source.before = source.seen;
      source.seen = new Map();
    }
    try {
      return track(this, fn);
    } finally {
      for (const [core, source] of this.#sources) {
        if (source.seen.size) continue;
        source.stop();
        this.#sources.delete(core);
      }
    }
  }

  /** Depends on nothing any more. It may be used again. */
  dispose(): void {
    this.update(() => {});
  }
}

const look = (core: StoreCore, key: Read): unknown =>
  key === arrival ? core.isLoaded : key === undefined ? core.snapshot() : core.snapshot()[key];
