import type { Op } from "../src/state/ops.ts";

/** Rows that follow one another, now as before, and whose items are the same. */
export interface Stretch {
  /** Where the first of them was, and where it is. */
  readonly old: number;
  readonly now: number;
  readonly count: number;
}

/** The rows of a list of this length that none of its ops touches, in their order. */
export function staying(ops: readonly Op[], length: number): Stretch[] {
  let rows: Stretch[] = [{ old: 0, now: 0, count: length }];
  const replace = (at: number, removed: number, added: number) => {
    rows = rows.flatMap(({ old, now, count }) => {
      const cut = (index: number) => Math.min(Math.max(index - now, 0), count);
      const end = cut(at + removed);
      return [
        { old, now, count: cut(at) },
        { old: old + end, now: now + end + added - removed, count: count - end },
      ].filter(({ count }) => count);
    });
  };
  for (const op of ops) {
    const [, index, inside] = op[1];
    // The list itself was replaced.
    if (typeof index !== "number") return [];
    if (op[0] === "splice" && inside === undefined) replace(index, op[2], op[3]?.length ?? 0);
    else {
      replace(index, 1, 0);
      replace(op[0] === "move" && inside === undefined ? op[2] : index, 0, 1);
    }
  }
  return rows;
}
