import { html, render } from "lit";
import { property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { array, number, object, string } from "superstruct";
import { each } from "../../elements/each.ts";
import { from } from "../../elements/from.ts";
import { VioletElement } from "../../elements/violet-element.ts";
import { increment, move, snapshot, transaction } from "../../src/state/helpers.ts";
import { local } from "../../src/state/local.ts";
import type { Op } from "../../src/state/ops.ts";
import { setResolver } from "../../src/state/resolver.ts";
import { shared } from "../../src/state/shared.ts";
import { definitionOf } from "../../src/state/store.ts";
import type { Infer } from "../../src/state/struct.ts";
import type { Snapshot } from "../../src/state/types.ts";
import { clearAfterEach, mount, nextFailure, settle } from "../support/mount.ts";
import { SimServer } from "../support/replica.ts";
import { randomFrom, seed } from "../support/seed.ts";
import { resolveHere } from "../support/stores.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";

const Item = object({ id: string(), text: string(), count: number(), tags: array(string()) });
type Item = Infer<typeof Item>;

let made = 0;
const fresh = (): Item => ({ id: `i${made}`, text: `t${made++}`, count: 0, tags: ["a"] });
const itemsOf = (length: number) => Array.from({ length }, fresh);
const initial = () => ({ items: itemsOf(30), mark: "" });
type State = ReturnType<typeof initial>;
const list = local("long-list", { initial });
const board = shared("long-board", { state: object({ items: array(Item), mark: string() }), initial });

const keyOf = ({ id }: Snapshot<Item>) => id;

class Rows extends VioletElement {
  @property() accessor suffix = "";
  keys = 0;
  asked: string[] = [];

  items(): Snapshot<Item[]> {
    return list.items;
  }

  mark(): string {
    return list.mark;
  }

  key(item: Snapshot<Item>) {
    this.keys++;
    return item.id;
  }

  row(item: Snapshot<Item>) {
    this.asked.push(item.id);
    return this.template(item);
  }

  template({ id, text, count, tags }: Snapshot<Item>) {
    return html`<li id=${id}><b>${text}</b> ${count} ${tags.join()} ${this.suffix}${this.mark()}</li>`;
  }

  override render() {
    return html`<ul>${each(
      this.items(),
      (item) => this.key(item),
      (item) => this.row(item),
    )}</ul>`;
  }
}

/** The same by a reactive property. */
class MappedRows extends Rows {
  @from(list, "items") accessor own!: Snapshot<Item[]>;

  override items() {
    return this.own;
  }
}

class BoardRows extends Rows {
  @from(board, "items") accessor own!: Snapshot<Item[]>;

  override items() {
    return this.own;
  }

  override mark() {
    return board.mark;
  }
}

const rowsOf = (element: Rows) => [...element.renderRoot.querySelectorAll("li")];
const htmlOf = (rows: readonly Element[]) =>
  rows.map(({ outerHTML }) => outerHTML.replace(/<!--.*?-->/g, ""));

/** What Lit's own directive makes of the list, from nothing. */
function htmlByRepeat(element: Rows, items: Snapshot<Item[]>): string[] {
  const place = document.createElement("ul");
  render(
    repeat(items, keyOf, (item) => element.template(item)),
    place,
  );
  return htmlOf([...place.children]);
}

/** Throws where a row that was there before, and still is, is another node. */
function assertKept(before: readonly Element[], after: readonly Element[], message: string) {
  const byId = new Map(before.map((row) => [row.id, row]));
  for (const row of after)
    assert.ok((byId.get(row.id) ?? row) === row, `${message}: ${row.id} was made anew`);
}

/** The changes of a list that people make, and a few that they should not. */
function changesOf(state: State, under: (limit: number) => number): (() => void)[] {
  const { items } = state;
  const at = () => under(items.length);
  const change = (fn: (item: Item) => void) => () => items.length && fn(items[at()] as Item);
  return [
    change((item) => (item.text = `t${made++}`)),
    change((item) => increment(item, "count")),
    change((item) => item.tags.push(`${made++}`)),
    change((item) => item.tags.shift()),
    change((item) => (item.id = `i${made++}`)),
    () => items.push(fresh()),
    () => items.unshift(fresh(), fresh()),
    () => items.splice(at(), 0, fresh()),
    () => items.splice(at(), under(4)),
    () => items.splice(at(), under(3), fresh()),
    () => items.push(fresh()) > 30 && items.splice(0, 2),
    () => items.length && move(items, at(), at()),
    () => items.length && items.splice(at(), 0, ...items.splice(at(), 1)),
    () => items.length && (items[at()] = fresh()),
    change((item) => items.splice(items.indexOf(item), 1, { ...snapshot(item), text: `t${made++}` } as Item)),
    () => items.sort((a, b) => under(3) - 1 || (a.id < b.id ? -1 : 1)),
    () => items.reverse(),
    () => (state.items = [...(snapshot(items) as Item[])].reverse()),
    () => (state.mark = `m${under(3)}`),
  ].map((change) => () => void change());
}

suite("each() by the ops", () => {
  clearAfterEach();
  beforeEach(() => void resolveHere());

  for (const [what, Class] of [
    ["reads of a store", Rows],
    ["a property from a store", MappedRows],
  ] as const)
    test(`shows what repeat() would of ${what}, by the same nodes (seed ${seed})`, async () => {
      const random = randomFrom(seed);
      const under = (limit: number) => Math.floor(random() * limit);
      const element = await mount(Class);
      for (let round = 0; round < 100; round++) {
        const message = `round ${round}`;
        const rows = rowsOf(element);
        const changes = changesOf(list as State, under);
        const change = () => changes[under(changes.length)]?.();
        const undone = () => {
          change();
          throw new Error("undone");
        };
        const isRead = under(8) === 0;
        if (isRead) {
          // The element reads in the middle of a batch, of which it is told afterwards.
          element.suffix = `s${made++}`;
          void Promise.resolve().then(change);
        }
        for (let count = 1 + under(under(4) ? 2 : 40); count--; ) change();
        if (!under(8)) assert.throws(() => transaction(list, undone), /undone/);
        await settle();
        assert.deepEqual(htmlOf(rowsOf(element)), htmlByRepeat(element, snapshot(list.items)), message);
        if (!isRead) assertKept(rows, rowsOf(element), message);
      }
    });

  test(`shows what the server makes of a list, while writes wait (seed ${seed})`, async () => {
    const random = randomFrom(seed);
    const under = (limit: number) => Math.floor(random() * limit);
    const server = new SimServer<State>(definitionOf(board)).load(initial());
    setResolver(() => server.replica);
    const element = await mount(BoardRows);
    let v = 0;
    let answered = 0;
    const answer = () => {
      const { message } = server;
      if (!message || message.n <= answered) return;
      answered = message.n + message.batches.length - 1;
      if (!under(3)) server.error("E_FORBIDDEN", { re: (answered = message.n) });
      else server.ack(answered, (v += message.batches.length));
    };
    const patch = () => {
      const { length } = (server.replica.base() as unknown as State).items;
      const at = under(length || 1);
      const ops: Op[] = [["splice", ["items", under(length + 1)], 0, [fresh() as never]]];
      if (length)
        ops.push(["set", ["items", at, "text"], `t${made++}`], ["move", ["items", at], under(length)]);
      if (length > 30) ops.push(["splice", ["items", at], 3]);
      server.patch(++v, ops[under(ops.length)] as Op);
    };
    for (let round = 0; round < 100; round++) {
      const changes = changesOf(server.state, under);
      if (under(2)) changes[under(changes.length)]?.();
      if (under(2)) await Promise.resolve();
      if (under(2)) patch();
      if (under(2)) answer();
      await settle();
      const items = (server.seen as State).items;
      assert.deepEqual(htmlOf(rowsOf(element)), htmlByRepeat(element, items), `round ${round}`);
    }
  });

  for (const [what, change] of [
    ["a field", () => ((list.items[500] as Item).text = "new")],
    ["an insert", () => list.items.splice(500, 0, fresh())],
    ["a delete", () => list.items.splice(500, 1)],
    ["a move from end to end", () => move(list.items, 999, 0)],
    ["a push and a shift", () => transaction(list, () => list.items.push(fresh()) && list.items.shift())],
  ] as [string, () => void][])
    test(`looks at no row but those of ${what}`, async () => {
      list.items = itemsOf(1000);
      const element = await mount(MappedRows);
      element.keys = 0;
      element.asked = [];
      change();
      await settle();
      // Development builds look whether a key is given twice.
      const { length } = list.items;
      assert.ok(element.keys - length < 10, `${element.keys - length} keys`);
      assert.ok(element.asked.length < 4, String(element.asked));
      assert.deepEqual(htmlOf(rowsOf(element)), htmlByRepeat(element, snapshot(list.items)));
    });

  test("asks for no other rows where several changes are told before the update", async () => {
    for (const Class of [Rows, MappedRows]) {
      const element = await mount(Class);
      element.asked = [];
      transaction(list, () => increment(list.items[3] as Item, "count"));
      transaction(list, () => increment(list.items[7] as Item, "count"));
      await settle();
      // One more, to check it.
      assert.ok(element.asked.length <= 3, String(element.asked));
      assert.deepEqual(htmlOf(rowsOf(element)), htmlByRepeat(element, snapshot(list.items)));
    }
  });

  test("asks for all rows when they show something else that was written and is not yet told", async () => {
    const element = await mount(Rows);
    transaction(list, () => list.items.push(fresh()));
    // The update is on its way, and comes before the end of this batch.
    list.mark = "new";
    await settle();
    assert.deepEqual(htmlOf(rowsOf(element)), htmlByRepeat(element, snapshot(list.items)));
  });

  test("is right again after a part of a row threw", async () => {
    class Throwing extends MappedRows {
      override template({ id, text, tags }: Snapshot<Item>) {
        const tag = (tag: string) => {
          if (tag === "bad") throw new Error("no such tag");
          return html`<i>${tag}</i>`;
        };
        return html`<li id=${id}>${text} ${each(tags, (tag) => tag, tag)}</li>`;
      }
    }
    const element = await mount(Throwing);
    const failure = nextFailure();
    list.items.splice(3, 2);
    (list.items[2] as Item).tags.push("bad");
    (list.items[9] as Item).text = "changed";
    list.items.push(fresh());
    await failure;
    (list.items[2] as Item).tags.pop();
    await settle();
    assert.deepEqual(htmlOf(rowsOf(element)), htmlByRepeat(element, snapshot(list.items)));
  });

  test("follows the list of another store, and back, and one that it had let out of sight", async () => {
    const other = local(`other-list-${made++}`, { initial });
    class Choosing extends Rows {
      @property({ attribute: false }) accessor shown: { items: Snapshot<Item[]> } | undefined = list;

      override render() {
        if (!this.shown) return html``;
        return html`<ul>${each(this.shown.items, keyOf, (item) => this.row(item))}</ul>`;
      }
    }
    const element = await mount(Choosing);
    for (const shown of [other, list, undefined, list, other]) {
      element.shown = shown;
      await settle();
      for (const { items } of [list, other]) {
        items.shift();
        items.splice(5, 0, fresh());
        move(items, 9, 2);
      }
      await settle();
      const items = shown ? snapshot(shown.items) : [];
      assert.deepEqual(htmlOf(rowsOf(element)), htmlByRepeat(element, items));
    }
  });

  test("takes the place of rows that another directive made", async () => {
    class Taking extends Rows {
      @property({ attribute: false }) accessor isPlain = true;

      override render() {
        const row = (item: Snapshot<Item>) => this.row(item);
        return html`<ul>${this.isPlain ? repeat(list.items, keyOf, row) : each(list.items, keyOf, row)}</ul>`;
      }
    }
    const element = await mount(Taking);
    for (const isPlain of [false, true, false]) {
      element.isPlain = isPlain;
      list.items.splice(3, 1);
      await settle();
      list.items.push(fresh());
      await settle();
      assert.deepEqual(htmlOf(rowsOf(element)), htmlByRepeat(element, snapshot(list.items)));
    }
  });
});
