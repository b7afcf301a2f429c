/** What people do to a store, at random. */
import { VioletError } from "../../src/errors.ts";
import { increment, move, transaction } from "../../src/state/helpers.ts";
import type { Replica } from "../../src/state/replica.ts";
import type { Account } from "./account.ts";
import type { Dice } from "./schedule.ts";
import { type Mark, type State, uncounted } from "./stores.ts";

type Write = (state: State, dice: Dice, id: string) => unknown;

/** Some element of a list, if there is one. */
const anyOf = <T>(list: T[], dice: Dice): T | undefined => list[dice.below(list.length)];

const moveAny = <T>(list: T[] = [], dice: Dice) => {
  const { length } = list;
  if (length > 1) move(list, dice.below(length), dice.below(length));
};

/** Changes that may get in each other's way. */
const contested: readonly Write[] = [
  (state, dice, id) =>
    state.items.splice(dice.below(state.items.length + 1), 0, { id, text: "", n: 0, sub: [] }),
  (state, _, id) => state.items.push({ id, text: "", n: 0, sub: [{ id: `${id}s`, n: 0 }] }),
  (state, dice) => state.items.splice(dice.below(state.items.length + 1), 1 + dice.below(3)),
  (state) => state.items.shift(),
  (state, dice) => moveAny(state.items, dice),
  (state, dice, id) => {
    const item = anyOf(state.items, dice);
    if (item) item.text = id;
  },
  (state, dice) => {
    const item = anyOf(state.items, dice);
    if (item) increment(item, "n", 1 + dice.below(3));
  },
  (state, dice, id) => anyOf(state.items, dice)?.sub.unshift({ id, n: 0 }),
  (state, dice, id) => anyOf(state.items, dice)?.sub.push({ id, n: 1 }),
  (state, dice) => anyOf(state.items, dice)?.sub.pop(),
  (state, dice) => moveAny(anyOf(state.items, dice)?.sub, dice),
  (state, dice) => {
    const part = anyOf(anyOf(state.items, dice)?.sub ?? [], dice);
    if (part) increment(part, "n", 1);
  },
  (state, dice) => {
    const part = anyOf(anyOf(state.items, dice)?.sub ?? [], dice);
    if (part) part.n = dice.below(9);
  },
  (state, dice, id) => {
    const index = dice.below(state.items.length);
    if (state.items[index]) state.items[index] = { id, text: "", n: 0, sub: [] };
  },
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

/** The same where they are moves, which are one batch by themselves. */
const arranging: readonly Write[] = [
  (state) => state.items.reverse(),
  (state) => state.items.sort((a, b) => a.n - b.n),
  (state, dice) => anyOf(state.items, dice)?.sub.reverse(),
];

/** Errors that a write may give where it is made; nothing is written then. */
const expected: ReadonlySet<string> = new Set(["E_NOT_LOADED", "E_PENDING_FULL", "E_VALIDATION"]);

/** One page as a writer of one store. */
export class Writer {
  readonly #replica: Replica;
  readonly #page: string;
  readonly #account: Account;
  /** Entries of the log that were written. */
  readonly marks: string[] = [];
  thrown = 0;
  #count = 0;

  constructor(replica: Replica, page: string, account: Account) {
    this.#replica = replica;
    this.#page = page;
    this.#account = account;
  }

  get #state(): State {
    return this.#replica.root as State;
  }

  get #list(): Mark[] {
    return (this.#replica.root as { value: Mark[] }).value;
  }

  #id() {
    return `${this.#page}-${++this.#count}`;
  }

  /** One batch; the end of the microtask closes it, if nothing does before. */
  write(dice: Dice): void {
    const { actions } = this.#replica.definition;
    if (this.#replica.boxed) this.#toList(dice);
    else if (actions.size && dice.random() < 0.5) this.#act(dice);
    else if (dice.random() < 0.3) this.#transact(dice);
    else if (dice.random() < 0.15) this.#remove(dice);
    else this.#edit(dice);
  }

  /** Many small batches, more than may wait. */
  flood(count: number): void {
    const { boxed, definition } = this.#replica;
    for (let left = count; left--; ) {
      if (boxed) this.#push();
      else if (definition.actions.size) this.#call("add", 1);
      else this.#tick();
      this.#replica.close();
    }
  }

  #act(dice: Dice) {
    const kind = dice.random();
    if (kind < 0.35) this.#call("add", dice.below(9));
    else if (kind < 0.55) this.#call(kind < 0.5 ? "spend" : "clear");
    else this.#call(kind < 0.75 ? "double" : kind < 0.95 ? "edit" : "refused");
  }

  #call(name: string, ...args: number[]) {
    const id = this.#id();
    const isDone = this.#countOn(!uncounted.has(name), () => this.#replica.call(name, [id, ...args]));
    if (isDone && name === "add") this.marks.push(id);
  }

  /** An entry of the log and its part of the sum, or neither; perhaps with other changes. */
  #transact(dice: Dice) {
    const id = this.#id();
    const by = dice.below(9);
    const isDone = this.#countOn(true, () =>
      transaction(this.#replica.root as never, () => {
        this.#tickRaw();
        if (dice.random() < 0.5) this.#change(dice, [...contested, ...arranging]);
        increment(this.#state, "sum", by);
        this.#state.log.push({ id, by });
      }),
    );
    if (isDone) this.marks.push(id);
  }

  #change(dice: Dice, ways: readonly Write[]) {
    const way = ways[dice.below(ways.length)] as Write;
    way(this.#state, dice, this.#id());
  }

  /** Up to three changes that others may have made impossible, beside one that nobody can. */
  #edit(dice: Dice) {
    const isFirst = dice.random() < 0.5;
    if (isFirst) this.#tick();
    for (let left = dice.below(4); left--; ) this.#try(() => this.#change(dice, contested));
    if (!isFirst) this.#tick();
  }

  /** What somebody else may have removed by then: it does not count, and may come to nothing. */
  #remove(dice: Dice) {
    this.#try(() => {
      if (dice.random() < 0.5) delete this.#state.flags[`f${dice.below(3)}`];
      else this.#state.items.shift();
    });
  }

  #tick() {
    this.#countOn(true, () => this.#tickRaw());
  }

  #tickRaw() {
    increment(this.#state, this.#page as "c0");
  }

  #toList(dice: Dice) {
    const list = this.#list;
    if (dice.random() < 0.4) this.#try(() => list.length && increment(anyOf(list, dice) as Mark, "by", 2));
    this.#push();
  }

  #push() {
    const id = this.#id();
    if (this.#countOn(true, () => this.#list.push({ id, by: 0 }))) this.marks.push(id);
  }

  /** Makes a write that counts: before it, for it is shown at once. */
  #countOn(counts: boolean, write: () => unknown): boolean {
    if (counts) this.#account.written++;
    const isDone = this.#try(write);
    if (counts && !isDone) this.#account.written--;
    return isDone;
  }

  #try(write: () => unknown): boolean {
    try {
      write();
      return true;
    } catch (error) {
      this.thrown++;
      const isExpected =
        error instanceof VioletError ? expected.has(error.code) : (error as Error).message === "nothing left";
      if (!isExpected) throw error;
      return false;
    }
  }
}
