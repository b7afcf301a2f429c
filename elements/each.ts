/**
 * A keyed list that touches only the rows that changed. The ops that made of the list before the list now say which
 * rows stay as they are, and nobody looks at those. Where the ops are not known (the list is new, or made of another)
 * rows are compared: by identity first, for snapshots keep that of what is the same, then by key.
 *
 * When an element updates because of this very list and nothing else, a row whose item is the same is not even
 * asked for again. In any other update all rows are, for what they show besides their items may be new. As few rows
 * as possible are moved: a row that stays keeps its focus, its scroll position and its frames.
 */

import { noChange } from "lit";
import { type ChildPart, Directive, type DirectiveResult, directive } from "lit/directive.js";
import { getCommittedValue, setChildPartValue } from "lit/directive-helpers.js";
import { DEV } from "#dev";
import { renderable } from "../src/events/renderable.ts";
import type { Op } from "../src/state/ops.ts";
import { rawOf } from "../src/state/self.ts";
import { currentTracker } from "../src/state/tracking.ts";
import { follow } from "../src/state/tree.ts";
import type { Snapshot } from "../src/state/types.ts";
import { isOnlyCause } from "./causes.ts";
import { EachChecks } from "./each-checks.ts";
import { reconcile } from "./each-reconcile.ts";
import { staying } from "./each-staying.ts";

type List = readonly unknown[];
type KeyOf = (item: unknown) => unknown;
type RowOf = (item: unknown) => unknown;

class Each extends Directive {
  /** The items that the rows show. */
  #before: List = [];
  /** The ops of their list, and how many they were. */
  #ops: readonly Op[] = [];
  #seen = 0;
  readonly #checks = DEV ? new EachChecks() : undefined;

  override render(list: List, key: KeyOf, row: RowOf): unknown {
    if (DEV) this.#checks?.checkKeys(list, key);
    this.#before = [...list];
    return list.map((item) => renderable(row(item)));
  }

  override update(part: ChildPart, [list, key, rowOf]: [List, KeyOf, RowOf]): unknown {
    const row = DEV ? (this.#checks?.watch(rowOf) ?? rowOf) : rowOf;
    const rows = getCommittedValue(part);
    const before = this.#before;
    const ops = follow(rawOf(list) as List);
    const news = ops === this.#ops ? ops.slice(this.#seen) : undefined;
    this.#ops = ops;
    this.#seen = ops.length;
    // The first time Lit makes the rows' parts, or adopts the server's.
    if (!Array.isArray(rows) || rows.length !== before.length) return this.render(list, key, row);
    // What the rows that are passed over have read still counts.
    const isPartial = isOnlyCause(part.options?.host, list) && currentTracker()?.keep?.() !== false;
    if (DEV) this.#checks?.checkKeys(list, key);
    if (DEV && isPartial) this.#checks?.checkPassedOver(before, list, row);
    const shown = reconcile({
      part,
      rows,
      before,
      list,
      staying: isPartial && news ? staying(news, before.length) : [],
      key,
      isPartial,
    });
    // A store's list never changes; any other may be changed in place.
    this.#before = isPartial ? list : [...list];
    for (const [part, item] of shown) setChildPartValue(part, renderable(row(item)));
    return noChange;
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
) => DirectiveResult;
