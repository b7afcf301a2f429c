import type { Json } from "./json.ts";

export type Step = string | number;
export type Path = readonly Step[];

/**
 * One change of a store's state: `[kind, path, ...arguments]`. The path's last step is always the key inside
 * the container that changes, so apply, inverse and transform have one shape for all kinds.
 */
export type Op =
  | readonly ["set", Path, Json]
  | readonly ["delete", Path]
  | readonly ["increment", Path, number]
  /** At the path's index: remove so many, then insert these. */
  | readonly ["splice", Path, number, (readonly Json[])?]
  /** From the path's index to this one, counted after the removal. */
  | readonly ["move", Path, number];

/**
 * An op as it is sent to a store with a view, where the same element has another index on each side. In place of an
 * index stands the element's id. What a splice inserts, and what a move puts elsewhere, goes behind the element of this
 * id; 0 is the start, and "" the end.
 */
export type NamedOp =
  | Exclude<Op, readonly ["splice" | "move", ...unknown[]]>
  /** The last step is the place. Removes the elements of these ids, then inserts. */
  | readonly ["splice", Path, readonly string[], (readonly Json[])?]
  /** From the path's element to this place. */
  | readonly ["move", Path, Step];

/** The ops of one kind. */
type OpKind = Op[0];

export type OpOf<Kind extends OpKind> = Extract<Op, readonly [Kind, ...unknown[]]>;
