/** Paths: what a binding names. `votes`, `!open`, `user.name`, `$index`: steps by own keys, never an expression. */
import type { Row } from "../../src/events/row.ts";
import { isNode } from "../../src/state/json.ts";
import { isTrue } from "./values.ts";

export interface Path {
  readonly isNegated: boolean;
  readonly steps: readonly [string, ...string[]];
}

/** What a path's first step means: in the rows and the stores around. Undefined where nobody has it. */
export type Names = (name: string) => unknown;

const STEP = /^[$\p{ID_Continue}-]+$/u;

/** Undefined where the text is no path. */
export function readPath(text: string): Path | undefined {
  const path = text.trim();
  const isNegated = path.startsWith("!");
  const steps = path.slice(+isNegated).split(".") as [string, ...string[]];
  return steps.every((step) => STEP.test(step)) ? { isNegated, steps } : undefined;
}

/** What is at a path; undefined where a step is missing. */
export function valueAt({ isNegated, steps: [first, ...rest] }: Path, names: Names): unknown {
  let value = names(first);
  for (const step of rest)
    value = value != null && Object.hasOwn(value, step) ? Reflect.get(Object(value), step) : undefined;
  return isNegated ? !isTrue(value) : value;
}

/** Whether the name is one of the row's own keys. */
export const isIn = ({ value }: Row, name: string): boolean =>
  isNode(value) && !Array.isArray(value) && Object.hasOwn(value, name);

/** The names in a row: its item's keys, `$index`, `$value` (the item itself), and then what is outside. */
export const namesIn =
  (row: Row, outer: Names): Names =>
  (name) => {
    if (name === "$index") return row.index;
    if (name === "$value") return row.value;
    return isIn(row, name) ? Reflect.get(Object(row.value), name) : outer(name);
  };
