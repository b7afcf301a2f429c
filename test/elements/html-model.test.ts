import "../../elements/tags.ts";
import { boolean, integer, nullable, object, size, string } from "superstruct";
import { local } from "../../src/state/local.ts";
import { clearAfterEach, settle } from "../support/mount.ts";
import { resolveHere } from "../support/stores.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";
import { bound, shows } from "./html-support.ts";

const form = local("html-form", {
  initial: () => ({
    text: "one",
    count: 1 as number | null,
    isOn: false,
    tags: ["a"],
    size: 2,
    many: ["b"],
    user: { name: "Ada" },
    rows: [{ id: 1, done: false }],
  }),
});
const strict = local("html-strict", {
  state: object({ text: size(string(), 2, 4), n: nullable(integer()), ok: boolean() }),
  initial: () => ({ text: "abc", n: 1, ok: true }),
});

const html = `<violet-local store="html-form"><form>
  <input id="text" data-model="text"><textarea id="area" data-model="text"></textarea>
  <input id="count" type="number" data-model="count"><input id="on" type="checkbox" data-model="isOn">
  <input id="a" type="checkbox" value="a" data-model="tags"><input id="b" type="checkbox" value="b" data-model="tags">
  <input id="one" type="radio" name="size" value="1" data-model="size"><input id="two" type="radio" name="size" value="2" data-model="size">
  <select id="size" data-model="size"><option>1<option>2<option>3</select>
  <select id="many" multiple data-model="many"><option>a<option>b<option>c</select>
  <input id="name" data-model="user.name">
  <template data-each="rows" data-key="id"><input class="done" type="checkbox" data-model="done"></template>
  <button type="reset">Reset</button></form></violet-local>`;

const input = (tag: Element, id: string) => tag.querySelector(id) as HTMLInputElement;

/** As its user does it. */
function type(field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, value: string): void {
  field.focus();
  field.value = value;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

suite("data-model", () => {
  clearAfterEach();
  beforeEach(() => void resolveHere());

  test("writes what its user does, as what the state had there", async () => {
    const tag = await bound(html);
    type(input(tag, "#area"), "two");
    type(input(tag, "#count"), "12.5");
    type(input(tag, "#name"), "Grace");
    for (const id of ["#on", "#b", "#one", ".done"]) input(tag, id).click();
    await settle();
    assert.deepEqual([form.text, form.count, form.user.name, form.isOn], ["two", 12.5, "Grace", true]);
    assert.deepEqual([[...form.tags], form.size, form.rows[0]?.done], [["a", "b"], 1, true]);
    input(tag, "#a").click();
    type(tag.querySelector("#size") as HTMLSelectElement, "3");
    const many = tag.querySelector("#many") as HTMLSelectElement;
    (many.options[2] as HTMLOptionElement).selected = true;
    many.dispatchEvent(new Event("change", { bubbles: true }));
    type(input(tag, "#count"), "");
    await settle();
    assert.deepEqual([[...form.tags], form.size, [...form.many], form.count], [["b"], 3, ["b", "c"], null]);
    assert.equal(input(tag, "#text").value, "two");
    assert.ok(!input(tag, "#one").checked && !input(tag, "#two").checked);
  });

  test("takes a box's value out of a list once, and no other's", async () => {
    const tag = await bound(html);
    form.tags = ["b", "1"];
    const a = input(tag, "#a");
    a.checked = true;
    a.click();
    await settle();
    assert.deepEqual([...form.tags], ["b", "1"]);
  });

  test("follows the store, but never over what somebody types", async () => {
    const tag = await bound(html);
    const text = input(tag, "#text");
    type(text, "mine");
    text.setSelectionRange(1, 3);
    form.text = "theirs";
    form.count = 5;
    form.isOn = true;
    await settle();
    assert.deepEqual([text.value, text.selectionStart, text.selectionEnd], ["mine", 1, 3]);
    assert.deepEqual(
      [input(tag, "#area").value, input(tag, "#count").value, input(tag, "#on").checked],
      ["theirs", "5", true],
    );
    text.blur();
    assert.equal(text.value, "theirs");
  });

  test("writes nothing twice, and does not move the caret of its own field", async () => {
    const tag = await bound(html);
    const text = input(tag, "#text");
    type(text, "abc");
    text.setSelectionRange(1, 1);
    await settle();
    form.text = "other";
    await settle();
    text.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
    assert.deepEqual([form.text, text.value, text.selectionStart], ["other", "abc", 1]);
  });

  test("keeps what the store refuses, and says so", async () => {
    const tag = await bound(
      `<violet-local store="html-strict"><input id="text" data-model="text"><input id="n" type="number" data-model="n"></violet-local>`,
    );
    const text = input(tag, "#text");
    type(text, "too long");
    await settle();
    assert.equal(strict.text, "abc");
    assert.ok(!text.validity.valid && text.validationMessage.includes("text"));
    text.blur();
    strict.text = "xyz";
    await settle();
    assert.equal(text.value, "too long");
    type(text, "fit");
    await settle();
    assert.ok(strict.text === "fit" && text.validity.valid);
  });

  test("keeps what was typed before the script came, until it is changed or reset", async () => {
    const place = document.createElement("div");
    place.innerHTML = `<violet-local store="html-form"><form><input id="text" value="one" data-model="text"><select data-model="size"><option>1<option selected>2<option>3</select></form></violet-local>`;
    const text = input(place, "#text");
    const select = place.querySelector("select") as HTMLSelectElement;
    text.value = "early";
    select.value = "3";
    document.body.append(place);
    const tag = await bound(place);
    form.text = "late";
    form.size = 1;
    await settle();
    assert.deepEqual([text.value, select.value, form.text], ["early", "3", "late"]);
    text.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
    assert.equal(form.text, "early");
    (tag.querySelector("form") as HTMLFormElement).reset();
    await shows(() => select.value, "1");
    place.remove();
  });

  test("lets a radio button go that gave way to another one before the script came", async () => {
    const place = document.createElement("div");
    place.innerHTML = `<violet-local store="html-form"><input id="one" type="radio" name="size" value="1" data-model="size">
      <input id="two" type="radio" name="size" value="2" data-model="size" checked></violet-local>`;
    const [one, two] = [input(place, "#one"), input(place, "#two")];
    one.checked = true;
    document.body.append(place);
    await bound(place);
    one.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await settle();
    assert.deepEqual([form.size, one.checked], [1, true]);
    form.size = 2;
    await shows(() => two.checked, true);
    place.remove();
  });

  test("keeps what was typed in the form that came back", async () => {
    const tag = await bound(
      `<violet-local store="html-form"><input id="text" value="typed" data-violet-typed data-model="text"></violet-local>`,
    );
    form.text = "late";
    await settle();
    assert.equal(input(tag, "#text").value, "typed");
  });

  test("T43 shows the store's state again when its form is reset, whatever the names of its fields", async () => {
    const tag = await bound(
      `<violet-local store="html-strict"><form data-show="ok"><input id="text" data-model="text">${["attributes", "elements", "parentNode", "firstChild", "setAttribute", "hasAttribute"].map((name) => `<input name="${name}">`).join("")}</form></violet-local>`,
    );
    const text = input(tag, "#text");
    type(text, "far too long");
    await settle();
    HTMLFormElement.prototype.reset.call(tag.querySelector("form"));
    text.blur();
    await shows(() => [text.value, text.validity.valid], ["abc", true]);
    strict.ok = false;
    await settle();
    assert.equal(HTMLElement.prototype.hasAttribute.call(tag.querySelector("form"), "hidden"), true);
  });
});
