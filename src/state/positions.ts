import type { Op, OpOf, Path, Step } from "./ops.ts";

/** Where things are after an op: the transform, the validation and whoever follows a path ask. */

/** Where an element of the op's container stands after it; undefined: it is gone. */
export function stepAfter(step: Step, op: Op): Step | undefined {
  const at = op[1].at(-1) as Step;
  if (op[0] === "splice") {
    if (step < at) return step;
    return (step as number) < (at as number) + op[2] ? undefined : (step as number) + growth(op);
  }
  if (op[0] === "move") {
    if (step === at) return op[2];
    const closed = (step as number) - (step > at ? 1 : 0);
    return closed < op[2] ? closed : closed + 1;
  }
  return step === at && op[0] !== "increment" ? undefined : step;
}

/** By how much a splice makes its list longer. */
export const growth = ([, , removed, inserted]: OpOf<"splice">) => (inserted?.length ?? 0) - removed;

/**
 * Where the place that `path` names is after `op`, the same array when it did not move; undefined: it is gone. A
 * `set` keeps its own place, but nothing that was inside.
 */
export function carry(path: Path, op: Op): Path | undefined {
  const depth = op[1].length - 1;
  if (path.length <= depth || !startAlike(path, op[1], depth)) return path;
  if (op[0] === "set" && path.length === depth + 1) return path;
  const step = path[depth] as Step;
  const after = stepAfter(step, op);
  if (after === step) return path;
  return after === undefined ? undefined : path.with(depth, after);
}

/** Whether the first `count` steps of two paths are the same. */
export function startAlike(a: Path, b: Path, count: number): boolean {
  for (let index = 0; index < count; index++) if (a[index] !== b[index]) return false;
  return true;
}
