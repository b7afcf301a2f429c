import type { Op } from "../../src/state/ops.ts";

/** How many letters of JSON a batch adds to a state, roughly: what its ops put in, less what their inverses put back. */
export const growth = (ops: readonly Op[], undo: readonly Op[]): number => weight(ops) - weight(undo);

const weight = (ops: readonly Op[]) => ops.reduce((sum, op) => sum + weightOf(op), 0);

function weightOf([kind, path, ...rest]: Op): number {
  const key = path.at(-1);
  const name = typeof key === "string" ? key.length + 4 : 1;
  if (kind === "set") return JSON.stringify(rest[0]).length + name;
  return kind === "splice" && rest[1]?.length ? JSON.stringify(rest[1]).length - 1 : 0;
}
