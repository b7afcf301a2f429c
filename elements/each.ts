/**
 * A keyed list that touches only the rows that changed. Snapshots keep the identity of what is the same: rows are
 * compared by identity first, by key where that differs, and what is the same at both ends is passed over.
 *
 * When an element updates because of this very list and nothing else, a row whose item is the same is not even
 * asked for again. In any other update all rows are, for what they show besides their items may be new. As few rows
 * as possible are moved: a row that stays keeps its focus, its scroll position and its frames.
 */

import { noChange } from "lit";
import { type ChildPart, Directive, type DirectiveResult, directive } from "lit/directive.js";
import { getCommittedValue, insertPart, removePart, setChildPartValue } from "lit/directive-helpers.js";
import { DEV } from "#dev";
import { increasing } from "../src/state/increasing.ts";
import { currentTracker } from "../src/state/tracking.ts";
import type { Snapshot } from "../src/state/types.ts";
import { isOnlyCause } from "./causes.ts";
import { EachChecks } from "./each-checks.ts";

type List = readonly unknown[];
type KeyOf = (item: unknown) => unknown;
type RowOf = (item: unknown) => unknown;

class Each extends Directive {
  /** The items that the rows show. */
  #before: List = [];
  readonly #checks = DEV ? new EachChecks() : undefined;

  override render(list: List, key: KeyOf, row: RowOf): unknown {
    if (DEV) this.#checks?.checkKeys(list, key);
    this.#before = [...list];
    return list.map((item) => row(item));
  }

  override update(part: ChildPart, [list, key, rowOf]: [List, KeyOf, RowOf]): unknown {
    const row = DEV ? (this.#checks?.watch(rowOf) ?? rowOf) : rowOf;
    const rows = getCommittedValue(part);
    // The first time Lit makes the rows' parts, or adopts the server's.
    if (!Array.isArray(rows)) return this.render(list, key, row);
    const before = this.#before;
    const isPartial = isOnlyCause(part.options?.host, list);
    if (DEV) this.#checks?.checkKeys(list, key);
    if (DEV && isPartial) this.#checks?.checkPassedOver(before, list, row);
    // What the rows that are passed over have read still counts.
    if (isPartial) currentTracker()?.keep?.();
    const template = (old: number, now: number) =>
      isPartial && old >= 0 && before[old] === list[now] ? noChange : row(list[now]);
    reconcile({ part, rows, before, list, key, template });
    // A store's list never changes; any other may be changed in place.
    this.#before = isPartial ? list : [...list];
    return noChange;
  }
}

interface Change {
  readonly part: ChildPart;
  /** They show the items of `before`, and then those of `list`. */
  readonly rows: ChildPart[];
  readonly before: List;
  readonly list: List;
  readonly key: KeyOf;
  /** What the row of an item is to show: noChange where the old row does. `old` is -1 where there is none. */
  readonly template: (old: number, now: number) => unknown;
}

function reconcile({ part, rows, before, list, key, template }: Change) {
  let start = 0;
  let oldEnd = before.length;
  let end = list.length;
  const isSame = (old: number, now: number) =>
    start < oldEnd && start < end && (before[old] === list[now] || key(before[old]) === key(list[now]));
  const show = (old: number, now: number) => setChildPartValue(rows[old] as ChildPart, template(old, now));
  while (isSame(start, start)) show(start, start++);
  while (isSame(oldEnd - 1, end - 1)) show(--oldEnd, --end);

  // Between the ends that are alike: for each item the old row of its key, or -1.
  const places = new Map<unknown, number>();
  for (let old = start; old < oldEnd; old++) places.set(key(before[old]), old);
  const origins = list.slice(start, end).map((item) => {
    const old = places.get(key(item)) ?? -1;
    places.delete(key(item));
    return old;
  });
  // First, for it is the app's code and may throw.
  const templates = origins.map((old, index) => template(old, start + index));
  const known = origins.filter((old) => old >= 0);
  const moving = new Set(known);
  for (let old = start; old < oldEnd; old++) if (!moving.has(old)) removePart(rows[old] as ChildPart);
  for (const rank of increasing(known)) moving.delete(known[rank] as number);
  const made: ChildPart[] = [];
  let next = rows[oldEnd];
  for (let index = origins.length; index--; ) {
    const old = origins[index] as number;
    const row = rows[old] ?? insertPart(part, next);
    if (moving.has(old)) move(row, next?.startNode ?? part.endNode);
    made[index] = next = setChildPartValue(row, templates[index]);
  }
  rows.splice(start, oldEnd - start, ...made);
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

/**
 * Renders a list row by row. `key` tells rows apart (usually an id) and must be unique in the list; `row` gets a
 * snapshot of its item and is asked again only when that changed, or when the element updates for another reason
 * than this list: a row shows its item, and what else the element reads, but nothing computed from the list.
 * Runs on the server too. Development builds throw E_DUPLICATE_KEY.
 *
 * @example `${each(this.messages, (message) => message.id, (message) => html`<li>${message.text}</li>`)}`
 */
export const each = directive(Each) as <T>(
  list: readonly T[],
  key: (item: Snapshot<T>) => string | number,
  row: (item: Snapshot<T>) => unknown,
) => DirectiveResult<typeof Each>;
