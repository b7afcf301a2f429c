import type { ChildPart } from "lit/directive.js";
import { insertPart, removePart } from "lit/directive-helpers.js";
import { increasing } from "../src/state/increasing.ts";
import type { Stretch } from "./each-staying.ts";

type List = readonly unknown[];

interface Change {
  readonly part: ChildPart;
  /** They show the items of `before`, and then are those of `list`. */
  readonly rows: ChildPart[];
  readonly before: List;
  readonly list: List;
  /** What need not be looked at. */
  readonly staying: readonly Stretch[];
  readonly key: (item: unknown) => unknown;
  /** A row whose item is the same shows the same. */
  readonly isPartial: boolean;
}

/**
 * Brings the rows into the list's order, and gives those that are to be shown anew, with their items.
 *
 * Between the stretches that stay are gaps. In a gap the rows are told apart by their keys: what is alike at both
 * ends stays too, what is left may have come from another gap. As few rows of a gap as possible are moved.
 */
export function reconcile({ part, rows, before, list, staying, key, isPartial }: Change) {
  const shown: [row: ChildPart, item: unknown][] = [];
  const show = (row: ChildPart, old: number, now: number) => {
    if (!isPartial || before[old] !== list[now]) shown.push([row, list[now]]);
  };
  /** The old rows in gaps: by key where they were, and those that nobody has taken up. */
  const places = new Map<unknown, number>();
  const left = new Map<number, ChildPart>();
  let oldStart = 0;
  let start = 0;
  const gaps = [...staying, { old: before.length, now: list.length, count: 0 }].map((stretch) => {
    let old = oldStart;
    let now = start;
    let { old: oldEnd, now: end } = stretch;
    oldStart = oldEnd + stretch.count;
    start = end + stretch.count;
    const isSame = (was: number, is: number) =>
      old < oldEnd && now < end && (before[was] === list[is] || key(before[was]) === key(list[is]));
    const stay = (was: number, is: number) => show(rows[was] as ChildPart, was, is);
    while (isSame(old, now)) stay(old++, now++);
    while (isSame(oldEnd - 1, end - 1)) stay(--oldEnd, --end);
    for (let at = old; at < oldEnd; at++) {
      places.set(key(before[at]), at);
      left.set(at, rows[at] as ChildPart);
    }
    const keys = list.slice(now, end).map(key);
    return () => {
      const origins = keys.map((key) => places.get(key) ?? -1);
      const own = origins.filter((origin) => origin >= old && origin < oldEnd);
      const unmoved = new Set([...increasing(own)].map((rank) => own[rank]));
      let next = rows[oldEnd];
      const made: ChildPart[] = [];
      for (let index = keys.length; index--; ) {
        const origin = origins[index] as number;
        const row = left.get(origin);
        left.delete(origin);
        if (row && !unmoved.has(origin)) move(row, next?.startNode ?? part.endNode);
        made[index] = next = row ?? insertPart(part, next);
        show(next, row ? origin : -1, now + index);
      }
      rows.splice(old, oldEnd - old, ...made);
    };
  });
  // From the end, for then the old indices still hold.
  for (const arrange of gaps.reverse()) arrange();
  for (const row of left.values()) removePart(row);
  return shown;
}

function move({ startNode, endNode }: ChildPart, next: Node | null) {
  const parent = startNode?.parentNode as ParentNode & Node;
  // The newer way to move keeps focus and state even of what is moved.
  const how = parent.isConnected && "moveBefore" in parent ? "moveBefore" : "insertBefore";
  for (let node = startNode, following = node; node; node = node === endNode ? null : following) {
    following = node.nextSibling;
    parent[how](node, next);
  }
}
