/** What development builds check of lists. */
import type { TemplateResult } from "lit";
import { isTemplateResult } from "lit/directive-helpers.js";
import { fail } from "../src/errors.ts";

let hasWarned = false;

export class EachChecks {
  /** What the row of each item showed last. */
  readonly #shown = new WeakMap<object, TemplateResult>();

  checkKeys(list: readonly unknown[], key: (item: unknown) => unknown): void {
    const seen = new Set<unknown>();
    for (const item of list) {
      const own = key(item);
      if (seen.has(own)) fail("E_DUPLICATE_KEY", { name: String(own) });
      seen.add(own);
    }
  }

  /** The row function, which from now on is watched. */
  watch(row: (item: unknown) => unknown): (item: unknown) => unknown {
    return (item) => {
      const template = row(item);
      if (isObject(item) && isTemplateResult(template)) this.#shown.set(item, template as TemplateResult);
      return template;
    };
  }

  /** A row that is passed over because its item is the same must still show the same: the last one at the start. */
  checkPassedOver(
    before: readonly unknown[],
    list: readonly unknown[],
    row: (item: unknown) => unknown,
  ): void {
    const end = list.findIndex((item, index) => item !== before[index]);
    const item = list.at(end < 0 ? -1 : end - 1);
    if (end === 0 || !list.length) return;
    const old = isObject(item) ? this.#shown.get(item) : undefined;
    const now = row(item);
    if (hasWarned || !old || !isTemplateResult(now)) return;
    if (now.values.every((value, index) => isSame(value, old.values[index]))) return;
    hasWarned = true;
    console.warn(
      "violet: a row of each() shows something that is computed from its list. It is not updated when only the " +
        "list changes. Take it from the item, show it outside the list, or use repeat().",
    );
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** What is made anew each time (templates, handlers) says nothing. */
const isSame = (value: unknown, old: unknown) =>
  isObject(value) || typeof value === "function" || Object.is(value, old);
