/**
 * Parts of an instance's state whose truth is elsewhere: database rows. What a part is bound to says what may be written
 * there, keeps it, and shows what others write. It waits with that while a call is under way, which sees nothing change
 * below its hands.
 */
import type { StoreCore } from "../../src/state/core.ts";
import { isNode, type JsonObject } from "../../src/state/json.ts";
import type { Op, Path } from "../../src/state/ops.ts";

/** An object in what `initial` gives that has this key is bound. The key is enumerable: a copy by spreading is bound, too. */
export const source: unique symbol = Symbol("source");

/** Where parts of states come from. */
export interface Source {
  /** Once for each instance whose state has it. */
  bind(place: Place): Bound;
}

/** Where a part stands, in an instance. */
export interface Place {
  /** The instance, and where in its state. */
  readonly core: StoreCore;
  readonly path: Path;
  /** What the running call wrote since its last `render()`; undefined while none is under way. */
  readonly written: readonly Op[] | undefined;
  /** What is written there from elsewhere. Not while a call is under way. */
  show(ops: readonly Op[]): void;
  /** What nobody waits for has failed. */
  failed(error: unknown): void;
  after(ms: number, fn: () => void): () => void;
}

export interface Bound {
  /**
   * Keeps what the running call wrote, before anybody is told; undefined: there is nothing to wait for. Rejects with why it
   * may not, or cannot, be kept.
   */
  keep(): Promise<void> | undefined;
  /** These ops belong to the state from now on. */
  wrote(ops: readonly Op[]): void;
  /** The call is over; `isRefused`: what it wrote is undone. */
  free(isRefused: boolean): void;
  end(): void;
}

/** A part of a state, and what it is bound to. */
export interface Placed {
  readonly path: Path;
  readonly source: Source;
}

const NONE: readonly Placed[] = [];

/** The bound parts of a state as `initial` gave it: the state itself, or objects in it. Throws a TypeError for one in a list. */
export function placedIn(value: unknown, path: Path = []): readonly Placed[] {
  if (!isNode(value)) return NONE;
  const own = (value as { [source]?: Source })[source];
  if (own && path.some((step) => typeof step === "number"))
    throw new TypeError(
      `"${path.join(".")}" is a row in a list, where it cannot be bound. Give each an element of its own.`,
    );
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value as JsonObject);
  const all = inner.flatMap(([step, each]) => placedIn(each, [...path, step]));
  if (own) all.unshift({ path, source: own });
  return all.length ? all : NONE;
}

/** All those of an instance. */
export class Bounds {
  readonly #all: readonly Bound[];

  constructor(all: readonly Bound[]) {
    this.#all = all;
  }

  /**
   * After `check`, which throws where the state as a whole does not fit. Waits for all, whatever becomes of one: who is
   * told of a failure knows that nothing is under way any more.
   */
  keep(check: () => void): Promise<void> | undefined {
    if (this.#all.length) check();
    const keeping = this.#all.map((bound) => bound.keep()).filter((promise) => promise !== undefined);
    return keeping.length ? allOf(keeping) : undefined;
  }

  wrote(ops: readonly Op[]): void {
    if (ops.length) for (const bound of this.#all) bound.wrote(ops);
  }

  free(isRefused: boolean): void {
    for (const bound of this.#all) bound.free(isRefused);
  }

  end(): void {
    for (const bound of this.#all) bound.end();
  }
}

/** Of those that have none. */
export const UNBOUND = new Bounds([]);

async function allOf(keeping: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(keeping)).find(({ status }) => status === "rejected");
  if (failed) throw (failed as PromiseRejectedResult).reason;
}
