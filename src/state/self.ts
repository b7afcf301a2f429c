import { DEV } from "#dev";
import { unwrap } from "../dev/read-only.ts";
import type { Handle } from "./handle.ts";

/** Reading this of a proxy gives its Handle. Data cannot have it: state is JSON. */
export const self: unique symbol = Symbol();

/** The handle behind a proxy or a store; undefined for any other value. */
export const handleOf = (value: unknown): Handle | undefined =>
  (value as { [self]?: Handle } | null | undefined)?.[self];

/** What a handle shows, as the tree has it; of one that is gone the last that it showed. Any other value is itself. */
export function rawOf(value: unknown): unknown {
  const handle = handleOf(value);
  if (handle) return handle.last;
  return DEV ? unwrap(value) : value;
}
