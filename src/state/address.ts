/**
 * Raw ops name list elements by index, which means nothing once the log that led to it is gone. `address` says
 * what an op meant (this element, behind that one, at the end), `locate` finds the same place in another state:
 * by `id`, else by `key`. What cannot be found is undecided, and never hits a neighbour.
 */
import { MAX_KEY_LETTERS } from "../wire/protocol.ts";
import type { Json } from "./json.ts";
import type { NamedOp, Op, OpOf, Path, Step } from "./ops.ts";

type Id = string;
type List = readonly Json[];
/** A gap of a list: behind an element, at the start (null), at the end (true), or behind one without id. */
type Gap = Id | null | true | undefined;

export interface Addressed {
  readonly op: Op;
  /** For each step of the path the id of the list element that it names; undefined: it is a key, or has no id. */
  readonly ids: readonly (Id | undefined)[];
  /** The elements that a splice removes. */
  readonly removed: readonly (Id | undefined)[];
  /** Where a splice inserts, or a move ends. */
  readonly gap: Gap;
}

/** What identifies a list's element over versions: its `id`, else its `key`, where that may be a step of a path. */
export function idOf(element: unknown): Id | undefined {
  const { id, key } = (element ?? {}) as { id?: unknown; key?: unknown };
  const found = id ?? key;
  const name = typeof found === "string" || typeof found === "number" ? String(found) : undefined;
  return name && name.length > MAX_KEY_LETTERS ? undefined : name;
}

export function address(op: Op, root: Json): Addressed {
  const [kind, path] = op;
  let node: Json | undefined = root;
  let holder: Json | undefined;
  const ids = path.map((step) => {
    holder = node;
    node = child(node, step);
    return Array.isArray(holder) ? idOf(node) : undefined;
  });
  // Where there is no list, the op does not apply either.
  if ((kind !== "splice" && kind !== "move") || !Array.isArray(holder))
    return { op, ids, removed: [], gap: undefined };
  const list: List = holder;
  const at = path.at(-1) as number;
  if (kind === "splice")
    return { op, ids, removed: list.slice(at, at + op[2]).map(idOf), gap: gapAt(list, at) };
  // The target is counted without the element that moves.
  return { op, ids, removed: [], gap: gapAt(list, op[2] < at ? op[2] : op[2] + 1) };
}

const gapAt = (list: List, index: number): Gap =>
  index === list.length || (index === 0 ? null : idOf(list[index - 1]));

/** The op by the names of its elements; where one has none, the op as it is. */
export function named({ op, ids, removed, gap }: Addressed): Op | NamedOp {
  const [kind, path] = op;
  const way = path.map((step, depth) => ids[depth] ?? step);
  if (kind !== "splice" && kind !== "move") return [kind, way, ...op.slice(2)] as unknown as Op;
  if (gap === undefined || removed.includes(undefined)) return op;
  const place = gap === true ? "" : (gap ?? 0);
  if (kind === "move") return [kind, way, place];
  return [kind, way.with(-1, place), removed, ...op.slice(3)] as unknown as NamedOp;
}

/** The same change in another state, or undefined when its place cannot be found there. */
export function locate({ op, ids, removed, gap }: Addressed, root: Json): Op[] | undefined {
  const path: Step[] = [];
  let node: Json | undefined = root;
  for (const [depth, step] of op[1].entries()) {
    const isInside = depth < ids.length - 1;
    if (op[0] === "splice" && !isInside) return locateSplice(op, { path, list: node, removed, gap });
    const found = Array.isArray(node) ? indexOf(node, ids[depth]) : step;
    // What was to be deleted is gone.
    if (found === -1) return op[0] === "delete" ? [] : undefined;
    if (op[0] === "move" && !isInside) return locateMove(path, node, found as number, gap);
    path.push(found);
    node = child(node, found);
  }
  return [[op[0], path, ...op.slice(2)] as unknown as Op];
}

interface SplicePlace extends Pick<Addressed, "removed" | "gap"> {
  readonly path: Path;
  readonly list: Json | undefined;
}

/** Removes the elements one by one, from the end, then inserts; those that are gone already are not missed. */
function locateSplice(op: OpOf<"splice">, { path, list, removed, gap }: SplicePlace): Op[] | undefined {
  if (!Array.isArray(list) || removed.includes(undefined)) return undefined;
  const places = placesOf(list);
  const gone = removed
    .map((id) => places.get(id) ?? -1)
    .filter((index) => index >= 0)
    .sort((a, b) => b - a);
  const ops = gone.map((index): Op => ["splice", [...path, index], 1]);
  if (!op[3]?.length) return ops;
  // Who inserts something wants to see it: where its neighbour is gone, the old index is better than nothing.
  const at = indexOfGap(list, gap) ?? Math.min(op[1].at(-1) as number, list.length);
  const left = at - gone.filter((index) => index < at).length;
  return [...ops, ["splice", [...path, left], 0, op[3]]];
}

function locateMove(path: Path, list: Json | undefined, from: number, gap: Gap): Op[] | undefined {
  const at = Array.isArray(list) ? indexOfGap(list, gap) : undefined;
  if (at === undefined) return undefined;
  const to = at > from ? at - 1 : at;
  return to === from ? [] : [["move", [...path, from], to]];
}

/** Where the elements are, by their ids; -1: several have this one, and nobody can tell which is meant. */
function placesOf(list: List): Map<Id | undefined, number> {
  const places = new Map<Id | undefined, number>([[undefined, -1]]);
  for (const [index, each] of list.entries()) {
    const id = idOf(each);
    places.set(id, places.has(id) ? -1 : index);
  }
  return places;
}

/** The same of one: without a map of all. */
function indexOf(list: List, id: Id | undefined): number {
  const is = (each: Json) => idOf(each) === id;
  const index = id === undefined ? -1 : list.findIndex(is);
  return list.findLastIndex(is) === index ? index : -1;
}

function indexOfGap(list: List, gap: Gap): number | undefined {
  if (gap === true) return list.length;
  const after = indexOf(list, gap ?? undefined);
  return gap === null ? 0 : after < 0 ? undefined : after + 1;
}

const child = (node: Json | undefined, step: Step): Json | undefined =>
  typeof node === "object" && node !== null && Object.hasOwn(node, step)
    ? (node as Record<Step, Json>)[step]
    : undefined;
