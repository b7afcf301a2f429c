import type { AnyStruct } from "../state/struct.ts";

/**
 * What may be bound to an event. A mark is kept beside the function, never on it: data that looks like a
 * function's mark cannot exist.
 */
export interface Mark {
  /** A plain callback gets the event last; the others get their arguments alone. */
  readonly kind: "callback" | "action" | "live" | "stub";
  /** The declared arguments; undefined: none are declared. */
  readonly structs?: readonly AnyStruct[] | undefined;
  /** How many it takes, where the structs themselves are the server's. */
  readonly takes?: number | undefined;
  /** Nothing comes of calling it any more. */
  readonly isOver?: boolean;
  /** Of a live callback: its call as that of the form that an event submits. */
  readonly submitted?: (event: Event, call: () => void) => () => void;
  /** Of a live callback: its instance's wire name, and its own. */
  readonly target?: () => readonly [instance: string, callback: string];
}

declare const marked: unique symbol;

/** The type of a function that `@event` accepts. */
export interface Marked {
  readonly [marked]?: true;
}

const marks = new WeakMap<object, Mark>();

export function mark<F extends object>(fn: F, how: Mark): F & Marked {
  marks.set(fn, how);
  return fn as F & Marked;
}

export const markOf = (fn: unknown): Mark | undefined =>
  typeof fn === "function" ? marks.get(fn) : undefined;
