import { html } from "lit";
import { property } from "lit/decorators.js";
import { each } from "../../elements/each.ts";
import { from } from "../../elements/from.ts";
import { VioletElement } from "../../elements/violet-element.ts";
import { move } from "../../src/state/helpers.ts";
import { local } from "../../src/state/local.ts";
import type { Snapshot } from "../../src/state/types.ts";
import { clearAfterEach, mount, nextFailure, settle, textOf } from "../support/mount.ts";
import { randomFrom, seed } from "../support/seed.ts";
import { resolveHere } from "../support/stores.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";

interface Item {
  id: string;
  text: string;
}

const letters = (ids: string): Item[] => ids.split("").map((id) => ({ id, text: id }));
const list = local("list", { initial: () => ({ items: letters("abcde"), mark: "", other: letters("xyz") }) });

class ItemList extends VioletElement {
  @from(list) accessor items!: Snapshot<Item[]>;
  @from(list) accessor mark!: string;
  @property() accessor suffix = "";
  asked: string[] = [];

  override render() {
    return html`<ul>${each(
      this.items,
      ({ id }) => id,
      (item) => this.row(item),
    )}</ul>`;
  }

  row({ id, text }: Snapshot<Item>) {
    this.asked.push(id);
    return html`<li id=${id}>${text}${this.suffix}${this.mark} <input></li>`;
  }
}

const rowsOf = (element: VioletElement) => [...element.renderRoot.querySelectorAll("li")];
const show = (element: VioletElement) =>
  rowsOf(element)
    .map((row) => row.textContent.trim())
    .join("");

/** What a change adds to and removes from the list, and rewrites. */
async function changesOf(element: VioletElement, change: () => void): Promise<string[]> {
  const records: MutationRecord[] = [];
  const observer = new MutationObserver((seen) => void records.push(...seen));
  const ul = element.renderRoot.querySelector("ul") as Element;
  observer.observe(ul, { childList: true, characterData: true, subtree: true });
  change();
  await settle();
  observer.disconnect();
  const rows = (sign: string, nodes: NodeList) =>
    [...nodes].filter((node) => node instanceof HTMLLIElement).map((row) => `${sign}${(row as Element).id}`);
  return records.flatMap(({ type, addedNodes, removedNodes, target }) =>
    type === "characterData"
      ? [`~${(target as CharacterData).data}`]
      : [...rows("-", removedNodes), ...rows("+", addedNodes)],
  );
}

suite("each()", () => {
  clearAfterEach();
  beforeEach(() => void resolveHere());

  test("renders a row for each item, in order", async () => {
    assert.equal(show(await mount(ItemList)), "abcde");
  });

  test("touches the changed row alone, and asks for no other", async () => {
    const element = await mount(ItemList);
    element.asked = [];
    const changes = await changesOf(element, () => {
      (list.items[2] as Item).text = "C";
    });
    assert.deepEqual(changes, ["~C"]);
    // Development builds ask for one more, to check it.
    assert.deepEqual(element.asked, ["b", "c"]);
  });

  for (const [what, change, expected] of [
    ["an insert at the start", () => list.items.unshift({ id: "n", text: "n" }), ["+n"]],
    ["an insert in the middle", () => list.items.splice(2, 0, { id: "n", text: "n" }), ["+n"]],
    ["a push", () => list.items.push({ id: "n", text: "n" }), ["+n"]],
    ["a delete", () => list.items.splice(1, 1), ["-b"]],
    ["a move to the front", () => move(list.items, 3, 0), ["-d", "+d"]],
    ["a move to the end", () => move(list.items, 1, 4), ["-b", "+b"]],
    ["a replaced item", () => list.items.splice(1, 1, { id: "n", text: "n" }), ["-b", "+n"]],
    ["a list that is emptied", () => list.items.splice(0), ["-a", "-b", "-c", "-d", "-e"]],
  ] as [string, () => void, string[]][])
    test(`makes no other change than ${what}`, async () => {
      const element = await mount(ItemList);
      assert.deepEqual(await changesOf(element, change), expected);
      assert.equal(show(element), list.items.map(({ text }) => text).join(""));
    });

  test("keeps focus and typed text in rows while others come, go and move", async () => {
    const element = await mount(ItemList);
    const input = rowsOf(element)[2]?.querySelector("input") as HTMLInputElement;
    input.focus();
    input.value = "typed";
    input.setSelectionRange(2, 4);
    const isUntouched = () => {
      const { activeElement } = element.renderRoot as ShadowRoot;
      return activeElement === input && input.value === "typed" && input.selectionStart === 2;
    };
    for (const change of [
      () => list.items.unshift({ id: "n", text: "n" }),
      () => list.items.splice(1, 1),
      () => move(list.items, 4, 0),
      () => move(list.items, 0, 4),
      () => list.items.push({ id: "m", text: "m" }),
      () => list.items.sort((a, b) => (a.id < b.id ? 1 : -1)),
    ]) {
      change();
      await settle();
      assert.ok(isUntouched(), String(change));
    }
  });

  test("asks for all rows when the element updates for another reason", async () => {
    const element = await mount(ItemList);
    element.suffix = "!";
    await settle();
    assert.equal(show(element), "a!b!c!d!e!");
    list.mark = "?";
    await settle();
    assert.equal(show(element), "a!?b!?c!?d!?e!?");
    list.mark = "";
    list.items.push({ id: "n", text: "n" });
    await settle();
    assert.equal(show(element), "a!b!c!d!e!n!");
    element.suffix = ".";
    list.items.pop();
    await settle();
    assert.equal(show(element), "a.b.c.d.e.");
  });

  test("still depends on what rows have read that were passed over", async () => {
    class Reading extends ItemList {
      override row({ id }: Snapshot<Item>) {
        return html`<li id=${id}>${id}${id === "a" ? list.other.length : ""}</li>`;
      }
    }
    const element = await mount(Reading);
    list.items.push({ id: "n", text: "n" });
    await settle();
    list.other.pop();
    await settle();
    assert.equal(show(element), "a2bcden");
  });

  test("shows lists inside of rows", async () => {
    const board = local(`board-${Math.random()}`, {
      initial: () => ({
        columns: [
          { id: "a", cards: letters("12") },
          { id: "b", cards: letters("34") },
        ],
      }),
    });
    class Board extends VioletElement {
      override render() {
        const card = ({ id, text }: Snapshot<Item>) => html`<i id=${id}>${text}</i>`;
        const column = ({ id, cards }: Snapshot<{ id: string; cards: Item[] }>) =>
          html`<li>${id}${each(cards, ({ id }) => id, card)}</li>`;
        return html`<ul>${each(board.columns, ({ id }) => id, column)}</ul>`;
      }
    }
    const element = await mount(Board);
    assert.equal(show(element), "a12b34");
    board.columns[1]?.cards.unshift({ id: "5", text: "5" });
    await settle();
    assert.equal(show(element), "a12b534");
    board.columns.reverse();
    await settle();
    assert.equal(show(element), "b534a12");
  });

  test("shows plain lists, also such that are changed in place", async () => {
    class Plain extends VioletElement {
      readonly own = letters("abc");
      override render() {
        return html`<ul>${each(
          this.own,
          ({ id }) => id,
          ({ id, text }) => html`<li id=${id}>${text}</li>`,
        )}</ul>`;
      }
    }
    const element = await mount(Plain);
    (element.own[0] as Item).text = "A";
    element.own.reverse();
    element.own.push({ id: "d", text: "d" });
    element.requestUpdate();
    await settle();
    assert.equal(show(element), "cbAd");
  });

  test("names a key that is given twice", async () => {
    await mount(ItemList);
    const failure = nextFailure();
    list.items.push({ id: "b", text: "again" });
    const reason = await failure;
    assert.equal(reason.code, "E_DUPLICATE_KEY");
    assert.match(reason.message, /"b"/);
  });

  test("throws what a row throws, and is right again when it does not", async () => {
    class Throwing extends ItemList {
      override row(item: Snapshot<Item>) {
        if (item.text === "bad") throw new Error("no such row");
        return super.row(item);
      }
    }
    const element = await mount(Throwing);
    const failure = nextFailure();
    list.items.splice(1, 1);
    list.items.unshift({ id: "n", text: "bad" });
    move(list.items, 4, 1);
    await failure;
    (list.items[0] as Item).text = "good";
    await settle();
    assert.equal(show(element), list.items.map(({ text }) => text).join(""));
  });

  test("warns where a row shows something that is computed from the list", async () => {
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    class Numbered extends ItemList {
      override row({ id, text }: Snapshot<Item>) {
        return html`<li id=${id}>${text} of ${this.items.length}</li>`;
      }
    }
    await mount(Numbered);
    list.items.push({ id: "n", text: "n" });
    await settle();
    console.warn = warn;
    assert.match(warnings.join(), /a row of each\(\) shows something that is computed from its list/);
  });

  test(`shows whatever a row of random changes leaves (seed ${seed})`, async () => {
    const random = randomFrom(seed);
    const under = (limit: number) => Math.floor(random() * limit);
    const element = await mount(ItemList);
    let next = 0;
    const changes: (() => void)[] = [
      () =>
        void list.items.splice(
          under(list.items.length + 1),
          under(3),
          ...letters("").concat({ id: `n${next}`, text: `n${next++}` }),
        ),
      () => void list.items.splice(under(list.items.length + 1), under(4)),
      () => void (list.items.length && move(list.items, under(list.items.length), under(list.items.length))),
      () => void (list.items.length && ((list.items[under(list.items.length)] as Item).text = `t${next++}`)),
      () => void list.items.sort(() => random() - 0.5),
      () => void (element.suffix = `s${next++}`),
      () => void (list.mark = `m${next++}`),
    ];
    for (let round = 0; round < 200; round++) {
      for (let count = 1 + under(4); count--; ) changes[under(changes.length)]?.();
      await settle();
      const expected = list.items.map(({ text }) => `${text}${element.suffix}${list.mark}`);
      assert.deepEqual(
        rowsOf(element).map((row) => row.textContent.trim()),
        [...expected],
        `round ${round}`,
      );
      assert.equal(textOf(element), expected.join(" ").trim(), `round ${round}`);
    }
  });
});
