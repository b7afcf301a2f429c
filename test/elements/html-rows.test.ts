import "../../elements/tags.ts";
import { rowOf } from "../../src/events/row.ts";
import { move } from "../../src/state/helpers.ts";
import { local } from "../../src/state/local.ts";
import { clearAfterEach, settle } from "../support/mount.ts";
import { resolveHere } from "../support/stores.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";
import { bound, shows } from "./html-support.ts";

interface Item {
  id: string;
  text: string;
  tags: string[];
}
const item = (id: string, ...tags: string[]): Item => ({ id, text: `text ${id}`, tags });
const list = local("html-list", {
  initial: () => ({ items: [item("a", "x"), item("b"), item("c", "y", "z")], mark: "!", isOpen: false }),
});

const itemAt = (index: number) => list.items[index] as Item;

class RowCard extends HTMLElement {
  connectedCallback() {
    this.textContent = `card of ${this.getAttribute("of")}`;
  }
}
customElements.define("row-card", RowCard);

const html = `<violet-local store="html-list"><ul><template data-each="items" data-key="id"><li data-attr-id="id"
  ><input data-model="text"><b data-text="text"></b><i data-text="mark"></i><template data-each="tags" data-key="$value"
  ><u data-text="$value"></u></template><row-card data-attr-of="id"></row-card></li></template></ul></violet-local>`;

const rowsOf = (tag: Element) => [...tag.querySelectorAll("li")];
const textsOf = (tag: Element) => rowsOf(tag).map(({ textContent }) => textContent.trim());

suite("the rows of data-each", () => {
  clearAfterEach();
  beforeEach(() => void resolveHere());

  test("are the same elements after edits, insertions, removals and moves", async () => {
    const tag = await bound(html);
    const [a, b, c] = rowsOf(tag);
    list.items.splice(1, 1);
    list.items.unshift(item("n"));
    move(list.items, 2, 0);
    itemAt(0).text = "new";
    await settle();
    const rows = rowsOf(tag);
    assert.deepEqual(textsOf(tag), ["new!yzcard of c", "text n!card of n", "text a!xcard of a"]);
    assert.ok(rows[0] === c && rows[2] === a && !b?.isConnected);
  });

  test("move as few as possible, and touch no other row", async () => {
    const tag = await bound(html);
    const [a] = rowsOf(tag);
    const records: MutationRecord[] = [];
    const observer = new MutationObserver((more) => records.push(...more));
    observer.observe(tag, { attributes: true, characterData: true, childList: true, subtree: true });
    move(list.items, 0, 2);
    await settle();
    const moved = new Set(
      records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof Element),
    );
    assert.deepEqual([...moved], [a as Node]);
    records.length = 0;
    itemAt(0).text = "new";
    await settle();
    assert.deepEqual(
      records.filter(({ type }) => type === "childList").map(({ target }) => (target as Element).localName),
      ["b"],
    );
    observer.disconnect();
  });

  test("keep the focus and the caret while they move", async () => {
    const tag = await bound(html);
    const field = tag.querySelector("#c input") as HTMLInputElement;
    field.focus();
    field.setSelectionRange(2, 4);
    move(list.items, 2, 0);
    list.items.splice(2, 1);
    await settle();
    assert.deepEqual(textsOf(tag), ["text c!yzcard of c", "text a!xcard of a"]);
    assert.equal(document.activeElement, field);
    assert.deepEqual([field.selectionStart, field.selectionEnd], [2, 4]);
  });

  test("follow what they show from outside, and lists in them", async () => {
    const tag = await bound(html);
    list.mark = "?";
    itemAt(1).tags.push("new");
    await settle();
    assert.deepEqual(textsOf(tag), ["text a?xcard of a", "text b?newcard of b", "text c?yzcard of c"]);
    itemAt(1).tags = [];
    await settle();
    assert.equal(textsOf(tag)[1], "text b?card of b");
  });

  test("adopt the server's, when the list is another by now, without making them anew", async () => {
    list.items.splice(0, 1);
    const rendered = (id: string) =>
      `<!--violet-row "${id}"--><li data-attr-id="id" id="${id}" data-text="text">text ${id}</li><!--/violet-row-->`;
    const place = document.createElement("div");
    place.innerHTML = `<violet-local store="html-list"><template data-each="items" data-key="id"><li data-attr-id="id" data-text="text"></li></template>${rendered("a")}${rendered("c")}</violet-local>`;
    const kept = place.querySelector("#c");
    document.body.append(place);
    const tag = await bound(place);
    assert.deepEqual(textsOf(tag), ["text b", "text c"]);
    assert.equal(rowsOf(tag)[1], kept as HTMLLIElement);
    place.remove();
  });

  test("upgrade the elements in them, with their attributes", async () => {
    const tag = await bound(html);
    const [card] = tag.querySelectorAll("row-card");
    assert.ok(card instanceof RowCard);
    assert.equal(card.textContent, "card of a");
  });

  test("tell calls in them which row they are in", async () => {
    const tag = await bound(html);
    const inner = tag.querySelectorAll("u")[2];
    const row = rowOf(inner ?? null);
    assert.deepEqual([row?.value, row?.index, row?.outer?.index], ["z", 1, 2]);
    list.items.shift();
    await settle();
    assert.deepEqual([row?.index, row?.outer?.index], [1, 1]);
  });

  test("are bound by providers in them, to the row first and then to the nearest store", async () => {
    const tag = await bound(
      `<violet-local store="html-list"><template data-each="items" data-key="id"><violet-local store="html-inner"
       initial='{"text":"inner","mark":"inner mark"}'><p data-text="text"></p><p data-text="mark"></p></violet-local></template></violet-local>`,
    );
    const shown = () => Array.from(tag.querySelectorAll("p"), ({ textContent }) => textContent).slice(0, 2);
    await shows(shown, ["text a", "inner mark"]);
    itemAt(0).text = "new";
    await shows(shown, ["new", "inner mark"]);
  });
});
