/** What is typed into bound fields, while other values are rendered and after a rendering of the server is adopted. */
import { digestForTemplateResult, hydrate } from "@lit-labs/ssr-client";
import { render } from "lit";
import { html } from "../../src/events/html.ts";
import { clearAfterEach, stage } from "../support/mount.ts";
import { assert, suite, test } from "../support/suite.ts";

const template = (value: string, isTicked = false) => html`
  <form>
    <input name="a" .value=${value}><textarea name="b" .value=${value}></textarea>
    <select name="c" .value=${value}><option>x</option><option>y</option><option>z</option></select>
    <input type="checkbox" name="d" .checked=${isTicked}>
  </form>`;

const NAMES = ["a", "b", "c"] as const;

suite("a field whose value is bound", () => {
  clearAfterEach();
  const shown = (place: HTMLElement) => NAMES.map((name) => field(place, name).value);
  const field = (place: HTMLElement, name: string) =>
    place.querySelector(`[name=${name}]`) as HTMLInputElement;
  const form = (place: HTMLElement) => place.querySelector("form") as HTMLFormElement;
  const show = async (place: HTMLElement, value: string, isTicked?: boolean) => {
    render(template(value, isTicked), place);
    await Promise.resolve();
  };

  test("shows what is bound, while nobody types", async () => {
    const place = stage();
    await show(place, "x");
    // Its options are made after it.
    await show(place, "y", true);
    assert.deepEqual(shown(place), ["y", "y", "y"]);
    await show(place, "z");
    assert.deepEqual(shown(place), ["z", "z", "z"]);
    assert.equal(field(place, "d").checked, false);
  });

  test("D7.2.1 keeps what was typed, ticked and chosen, until it is reset", async () => {
    const place = stage();
    await show(place, "x");
    for (const name of NAMES) field(place, name).value = "z";
    field(place, "d").checked = true;
    await show(place, "y", false);
    assert.deepEqual(shown(place), ["z", "z", "z"]);
    assert.equal(field(place, "d").checked, true);
    form(place).reset();
    await show(place, "y");
    assert.deepEqual(shown(place), ["y", "y", "y"]);
  });

  test("is cleared by a state that followed what was typed", async () => {
    const place = stage();
    await show(place, "x");
    for (const name of ["a", "b"]) field(place, name).value = "hello";
    field(place, "a").focus();
    await show(place, "hello");
    await show(place, "");
    assert.deepEqual(shown(place).slice(0, 2), ["", ""]);
  });

  test("is not written while it has the focus and shows something else", async () => {
    const place = stage();
    await show(place, "x");
    const input = field(place, "a");
    input.focus();
    input.value = "";
    await show(place, "y");
    assert.equal(input.value, "");
    assert.equal(field(place, "b").value, "y");
  });

  test("shows nothing new while it has the focus, and the last of it afterwards", async () => {
    const place = stage();
    await show(place, "x");
    for (const name of ["a", "c"]) {
      field(place, name).focus();
      await show(place, "y");
      await show(place, "z");
      assert.equal(field(place, name).value, "x");
      field(place, name).blur();
      assert.deepEqual(shown(place), ["z", "z", "z"]);
      await show(place, "x");
      assert.deepEqual(shown(place), ["x", "x", "x"]);
    }
    field(place, "a").focus();
    await show(place, "y");
    field(place, "a").value = "typed";
    field(place, "a").blur();
    assert.equal(field(place, "a").value, "typed");
  });

  test("shows what is bound again after a reset, also where that is the same", async () => {
    const place = stage();
    await show(place, "y", true);
    form(place).reset();
    await show(place, "y", true);
    assert.deepEqual(shown(place), ["y", "y", "y"]);
    assert.equal(field(place, "d").checked, true);
  });

  test("is what it stands for, where it is a choice or a button, also with the focus", async () => {
    const place = stage();
    const bound = (value: string) =>
      html`${["radio", "checkbox", "button", "submit"].map((type) => html`<input type=${type} .value=${value}>`)}`;
    render(bound("x"), place);
    await Promise.resolve();
    for (const input of place.querySelectorAll("input")) {
      input.focus();
      render(bound(input.type), place);
      await Promise.resolve();
      assert.equal(input.value, input.type);
    }
  });

  test("is written where browsers gave the new field a value of their own", () => {
    const place = stage();
    render(html`<input type="range" .value=${"7"}><input type="radio" .value=${"a"}>`, place);
    assert.deepEqual(
      Array.from(place.querySelectorAll("input"), ({ value }) => value),
      ["7", "a"],
    );
  });

  test("keeps what was typed in the form that came back", async () => {
    const place = stage();
    const bound = (value: string) => html`<input .value=${value}>`;
    place.innerHTML = `<!--lit-part ${digestForTemplateResult(bound("x"))}--><!--lit-node 0--><input value="typed" data-violet-typed><!--/lit-part-->`;
    hydrate(bound("x"), place);
    assert.equal(place.querySelector("input")?.value, "typed");
  });

  test("keeps what was typed before it was hydrated", async () => {
    const place = stage();
    const bound = (value: string) => html`<input .value=${value}>`;
    place.innerHTML = `<!--lit-part ${digestForTemplateResult(bound("x"))}--><!--lit-node 0--><input value="x"><!--/lit-part-->`;
    const input = place.querySelector("input") as HTMLInputElement;
    input.value = "typed";
    hydrate(bound("x"), place);
    assert.equal(input.value, "typed");
    render(bound("y"), place);
    assert.equal(input.value, "typed");
  });
});
