/** What people do to a store, at random. */

import { VioletError } from "../../src/errors.ts";
import type { StoreCore } from "../../src/state/core.ts";
import { increment, move, transaction } from "../../src/state/helpers.ts";
import type { State } from "./stores.ts";

/** What was written to one store and may never be lost: entries of its log, and additions to its total. */
export class Ledger {
  readonly marks: string[] = [];
  total = 0;
  /** Calls that nobody may make: each is refused once. */
  forbidden = 0;
  writes = 0;
  /** Writes that were refused where they were made. */
  thrown = 0;
}

export interface Dice {
  /** From 0 to 1. */
  random(): number;
  /** A whole number below. */
  below(limit: number): number;
}

type Write = (state: State, dice: Dice, id: string) => void;

/** Changes that may get in each other's way. */
const contested: readonly Write[] = [
  (state, dice, id) =>
    state.items.splice(dice.below(state.items.length + 1), 0, { id, text: id, n: 0, sub: [] }),
  (state, _, id) => state.items.push({ id, text: id, n: 0, sub: [{ id: `${id}s` }] }),
  (state, dice) => state.items.splice(dice.below(state.items.length + 1), 1 + dice.below(3)),
  (state) => state.items.shift(),
  (state, dice) => {
    const { length } = state.items;
    if (length > 1) move(state.items, dice.below(length), dice.below(length));
  },
  (state, dice, id) => {
    const item = state.items[dice.below(state.items.length)];
    if (item) item.text = id;
  },
  (state, dice) => {
    const item = state.items[dice.below(state.items.length)];
    if (item) increment(item, "n", 1 + dice.below(3));
  },
  (state, dice, id) => state.items[dice.below(state.items.length)]?.sub.unshift({ id }),
  (state, dice) => state.items[dice.below(state.items.length)]?.sub.pop(),
  (state, dice, id) => {
    const index = dice.below(state.items.length);
    if (state.items[index]) state.items[index] = { id, text: "new", n: 0, sub: [] };
  },
  (state) => state.items.reverse(),
  (state) => state.items.sort((a, b) => a.n - b.n),
  (state, dice, id) => state.tags.splice(dice.below(state.tags.length + 1), dice.below(2), id),
  (state, _, id) => {
    state.tags[0] = id;
  },
  (state, _, id) => {
    state.title = id;
  },
  (state, dice) => {
    state.flags[`f${dice.below(3)}`] = dice.below(9);
  },
  (state, dice) => {
    delete state.flags[`f${dice.below(3)}`];
  },
  (state, dice) => increment(state.flags, "x", dice.below(5)),
];

export class Writer {
  readonly core: StoreCore;
  readonly #name: string;
  readonly #dice: Dice;
  readonly #ledger: Ledger;
  #count = 0;

  constructor(core: StoreCore, name: string, dice: Dice, ledger: Ledger) {
    this.core = core;
    this.#name = name;
    this.#dice = dice;
    this.#ledger = ledger;
  }

  get #state(): State {
    return this.core.root as State;
  }

  #id() {
    return `${this.#name}-${++this.#count}`;
  }

  /** One burst of writes; the end of the microtask closes its batch. */
  write(): void {
    const { actions } = this.core.definition;
    const kind = this.#dice.random();
    if (actions.size && kind < 0.5) this.#act();
    else if (kind < 0.65) this.#addToLog();
    else if (kind < 0.75) this.#addToTotal();
    else this.#contest();
  }

  #act() {
    const kind = this.#dice.random();
    const [name, ...args] =
      kind < 0.4
        ? ["add", this.#dice.below(9)]
        : kind < 0.6
          ? ["spend"]
          : kind < 0.95
            ? ["double"]
            : ["refused"];
    const id = this.#id();
    const isDone = this.#try(() => this.core.call(name as string, [id, ...args]));
    if (isDone && name === "add") this.#ledger.marks.push(id);
    if (isDone && name === "refused") this.#ledger.forbidden++;
  }

  #addToLog() {
    const id = this.#id();
    const by = this.#dice.below(9);
    if (this.core.definition.access?.view) return;
    const isDone = this.#try(() =>
      transaction(this.core.root as never, () => {
        this.#state.log.push({ id, by });
        increment(this.#state, "sum", by);
      }),
    );
    if (isDone) this.#ledger.marks.push(id);
  }

  #addToTotal() {
    const by = 1 + this.#dice.below(9);
    if (this.#try(() => increment(this.#state, "total", by))) this.#ledger.total += by;
  }

  #contest() {
    const count = 1 + this.#dice.below(3);
    for (let left = count; left--; ) {
      const write = contested[this.#dice.below(contested.length)] as Write;
      this.#try(() => write(this.#state, this.#dice, this.#id()));
    }
  }

  #try(write: () => unknown): boolean {
    this.#ledger.writes++;
    try {
      write();
      return true;
    } catch (error) {
      this.#ledger.thrown++;
      if (
        error instanceof VioletError ? expected.has(error.code) : (error as Error).message === "nothing left"
      )
        return false;
      throw error;
    }
  }
}

const expected: ReadonlySet<string> = new Set(["E_NOT_LOADED", "E_PENDING_FULL", "E_VALIDATION"]);
