/** What one page wrote to one store, and what it was told about that. */
import assert from "node:assert/strict";
import type { Call } from "../../src/state/core.ts";
import type { Op } from "../../src/state/ops.ts";
import { pages, uncounted } from "./stores.ts";

/** Ids of the model's writes: "c2-17". Each is written once, as an item, a part, a mark or a text. */
const isId = (value: unknown): value is string =>
  typeof value === "string" && value[0] === "c" && /^c\d-\d+/.test(value);

/** All ids that stand in a value. */
export function idsIn(value: unknown): string[] {
  const ids: string[] = [];
  collect(value, ids);
  return ids;
}

function collect(value: unknown, ids: string[]) {
  if (isId(value)) ids.push(value);
  else if (Array.isArray(value)) for (const item of value) collect(item, ids);
  else if (typeof value === "object") for (const key in value) collect(value[key as never], ids);
}

/** By how many batches a write counts: an action or the ops of a batch, or a part of them. */
const ticksIn = (write: Call | readonly Op[], isBoxed: boolean): number => {
  if ("action" in write) return Number(!uncounted.has(write.action));
  if (isBoxed) return write.filter(([kind]) => kind === "splice").length;
  return write.filter(([kind, [key]]) => kind === "increment" && pages.some((page) => page === key)).length;
};

/** What a batch may be refused with: all others would be the engine's own fault. */
const refusals: ReadonlySet<string> = new Set(["E_FORBIDDEN", "E_INTERNAL", "E_STORE_FULL", "E_VALIDATION"]);

export class Account {
  readonly #name: string;
  readonly #isBoxed: boolean;
  /** Batches that were written. */
  written = 0;
  /** Those of them that are told to be refused or lost. */
  dropped = 0;
  /** Those of them that may nevertheless have been taken. */
  #undecided = 0;
  /** The server has lost what this page no longer kept: some, nobody knows how many. */
  #isForgotten = false;
  /** What is told to be lost: each id once. */
  readonly lost = new Set<string>();
  readonly reasons = new Map<string, number>();

  constructor(name: string, isBoxed: boolean) {
    this.#name = name;
    this.#isBoxed = isBoxed;
  }

  refuse(code: string): void {
    assert(refusals.has(code), `${this.#name}: refused with ${code}`);
    this.#tell(code);
    // The action that throws is `spend`, which does not count.
    if (code !== "E_INTERNAL") this.dropped++;
  }

  lose(write: Call | readonly Op[], reason: string): void {
    this.#tell(reason);
    const ticks = ticksIn(write, this.#isBoxed);
    this.dropped += ticks;
    if (reason === "E_CLIENT_EXPIRED") this.#undecided += ticks;
    else if (reason === "E_FORGOTTEN") this.#isForgotten = true;
    else assert.equal(ticks, 0, `${this.#name}: ${reason} for what has its place everywhere`);
    if (reason === "E_CLIENT_EXPIRED") return;
    for (const id of idsIn(write)) {
      assert(!this.lost.has(id), `${this.#name}: ${id} is lost twice`);
      this.lost.add(id);
    }
  }

  #tell(code: string) {
    this.reasons.set(code, (this.reasons.get(code) ?? 0) + 1);
  }

  /** What is shown has to be what was written, less what is told to be dropped. */
  check(shown: number): void {
    const missing = this.written - shown;
    if (missing === this.dropped && !this.#isForgotten) {
      this.#undecided = 0;
      return;
    }
    const least = this.dropped - this.#undecided;
    const most = this.#isForgotten ? this.written : this.dropped;
    if (missing < least || missing > most)
      assert.fail(
        `${this.#name} shows ${shown} of ${this.written} batches; ${this.dropped} are told to be dropped, ` +
          `${this.#undecided} of them undecided`,
      );
    this.dropped = missing;
    this.#undecided = 0;
    this.#isForgotten = false;
  }
}
