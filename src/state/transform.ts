/**
 * Two sides changed one state S at the same time, each by a batch of ops, and the server has put `theirs` before
 * `mine`. `cross` carries each batch over the other, so that
 *
 *     S · theirs · mine2  =  S · mine · theirs2                                     (TP1)
 *
 * The server crosses what arrives (mine) with what it applied since the sender's version (theirs); the browser
 * crosses what is not answered yet (mine) with what comes from the server (theirs). It is one function, so a
 * preview and the truth agree. What people meant is kept by these rules:
 *
 * - An op follows its element wherever that goes, and is dropped when it is gone or was replaced.
 * - Lists are changed at *elements*, which are removed or moved, and at *gaps* between them, where something is
 *   inserted or moved to. A splice is the removal of elements, which the other side may have drawn
 *   apart, and one insertion. It never removes what it had not seen. In one and the same gap theirs stands first.
 * - Where both want the same, the later wins: two sets of one place, two moves of one element.
 * - Increments add up, and also count on top of a number that was set before them.
 *
 * Ops of different containers meet in one way only: the deeper path passes through an element of the container
 * that the other op changes. Batches are crossed op by op; that this fits together rests on TP1 for every pair,
 * ties included. Where two ops nearly agree, the ops that come after them hit the neighbours.
 */
import { type Json, sum } from "./json.ts";
import type { Op, OpOf } from "./ops.ts";
import { carry, growth, startAlike, stepAfter } from "./positions.ts";

export { carry } from "./positions.ts";

type Ops = readonly Op[];

/**
 * Carries two concurrent batches over each other; `theirs` comes before `mine`. An op that did not have to change
 * is given back as the same object. Paths are not empty; else any ops will do: what does not apply, the tree refuses.
 */
export function cross(mine: Ops, theirs: Ops): [mine: Op[], theirs: Op[]] {
  const keys = new Set(theirs.map(topKey));
  if (!mine.some((op) => keys.has(topKey(op)))) return [[...mine], [...theirs]];
  let over: Ops = theirs;
  const carried = mine.flatMap((op) => {
    const [first, second] = crossOne(op, over);
    over = second;
    return first;
  });
  return [carried, [...over]];
}

const topKey = (op: Op) => op[1][0];

/** One op of mine over a row of theirs. */
function crossOne(op: Op, theirs: Ops): [Op[], Op[]] {
  let mine = [op];
  const over = theirs.flatMap((their) => {
    const [first, second] = mine.length === 1 ? crossPair(mine[0] as Op, their) : cross(mine, [their]);
    mine = first;
    return second;
  });
  return [mine, over];
}

function crossPair(mine: Op, their: Op): [Op[], Op[]] {
  const depth = mine[1].length - their[1].length;
  if (!startAlike(mine[1], their[1], Math.min(mine[1].length, their[1].length) - 1)) return [[mine], [their]];
  if (depth > 0) return [inside(mine, their), [their]];
  if (depth < 0) return [[mine], inside(their, mine)];
  if (isIdle(mine)) return [[], [their]];
  if (isIdle(their)) return [[mine], []];
  return [beside(mine, their, true), beside(their, mine, false)];
}

/** Changes nothing (a move to where the element is), and would only break ties. */
const isIdle = (op: Op) =>
  op[0] === "move" ? op[1].at(-1) === op[2] : op[0] === "splice" && !op[2] && !op[3]?.length;

/** `op` happens inside an element (or beside it, or elsewhere) of the container that `outer` changes. */
function inside(op: Op, outer: Op): Op[] {
  const path = carry(op[1], outer);
  if (!path) return [];
  return path === op[1] ? [op] : [[op[0], path, ...op.slice(2)] as unknown as Op];
}

/** `op` after `other` of the same container; `later`: op is the later one. */
function beside(op: Op, other: Op, later: boolean): Op[] {
  const shifts = other[0] === "splice" || other[0] === "move";
  if (op[0] === "splice") return shifts ? spliceAfter(op, other, later) : [op];
  if (op[0] === "move") return shifts ? moveAfter(op, other, later) : [op];
  if (!shifts && op[1].at(-1) === other[1].at(-1))
    return later ? laterWrite(op, other) : earlierWrite(op, other);
  return inside(op, other);
}

/** A write of the same place as `first`, after it. */
function laterWrite(op: Op, first: Op): Op[] {
  if (op[0] === "set" || first[0] === "increment") return [op];
  if (first[0] === "delete") return [];
  return op[0] === "delete" || sum(first[2], op[2]) !== undefined ? [op] : [];
}

/** What is left of a write where `last`, which comes after it, is done already. */
function earlierWrite(op: Op, last: Op): Op[] {
  if (last[0] !== "increment") return [];
  const value = op[0] === "set" ? sum(op[2], last[2]) : undefined;
  return value === undefined ? [op] : [["set", op[1], value]];
}

/** Where a gap of the list is after an op; `first`: what the op puts into this very gap stands before it. */
function gapAfter(gap: number, op: OpOf<"splice" | "move">, first: boolean): number {
  const at = op[1].at(-1) as number;
  if (op[0] === "splice")
    return gap < at || (gap === at && !first) ? gap : Math.max(gap, at + op[2]) + growth(op);
  const closed = gap > at ? gap - 1 : gap;
  return closed < op[2] || (closed === op[2] && !first) ? closed : closed + 1;
}

function moveAfter(op: OpOf<"move">, other: OpOf<"splice" | "move">, later: boolean): Op[] {
  const [, path, to] = op;
  const from = path.at(-1) as number;
  if (!later && other[0] === "move" && other[1].at(-1) === from) return [];
  const now = stepAfter(from, other) as number | undefined;
  if (now === undefined) return [];
  // The target as a gap of the list that still has the element, and back.
  const gap = gapAfter(to < from ? to : to + 1, other, later);
  const target = gap > now ? gap - 1 : gap;
  if (now === from && target === to) return [op];
  return now === target ? [] : [["move", path.with(-1, now), target]];
}

/** A removal and an insertion at one place of a list. */
interface Edit {
  readonly at: number;
  readonly count: number;
  readonly items?: readonly Json[] | undefined;
}

function spliceAfter(op: OpOf<"splice">, other: OpOf<"splice" | "move">, later: boolean): Op[] {
  const [, path, count, items] = op;
  const at = path.at(-1) as number;
  const edits: Edit[] = count ? removalsAfter(at, count, other) : [];
  if (items?.length) edits.push({ at: gapAfter(at, other, later), count: 0, items });
  const joined = join(edits);
  if (joined.length === 1 && joined[0]?.at === at && joined[0].count === count) return [op];
  return joined.map(({ at, count, items }): Op => {
    const place = path.with(-1, at);
    return items ? ["splice", place, count, items] : ["splice", place, count];
  });
}

/** Where the removed elements are after `other`: in a few stretches, for each stays together between the cuts. */
function removalsAfter(at: number, count: number, other: OpOf<"splice" | "move">): Edit[] {
  const [kind, path, number] = other;
  const place = path.at(-1) as number;
  const cuts = kind === "splice" ? [place + number] : [place + 1, number < place ? number : number + 1];
  const end = at + count;
  const starts = [at, place, ...cuts].filter((start) => start >= at && start < end).sort((a, b) => a - b);
  return starts.flatMap((start, index): Edit[] => {
    const now = stepAfter(start, other) as number | undefined;
    return now === undefined ? [] : [{ at: now, count: (starts[index + 1] ?? end) - start }];
  });
}

/**
 * The last one first, so that none shifts the others, and neighbours as one, or clearing a long list under conflict
 * would be an op for each row.
 */
function join(edits: Edit[]): Edit[] {
  const joined: Edit[] = [];
  for (const edit of edits.sort((a, b) => b.at - a.at)) {
    const last = joined.at(-1);
    if (last && edit.at + edit.count >= last.at)
      joined[joined.length - 1] = {
        at: edit.at,
        count: edit.count + last.count,
        items: edit.items ?? last.items,
      };
    else joined.push(edit);
  }
  return joined;
}
