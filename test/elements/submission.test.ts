/** Forms that call live callbacks, in a browser: once at a time, and with what is wrong at their fields. */
import { render } from "lit";
import { object, string } from "superstruct";
import { html } from "../../src/events/html.ts";
import { mark } from "../../src/events/marks.ts";
import { asSubmitted, currentSubmission, type Submission } from "../../src/events/submission.ts";
import { local } from "../../src/state/local.ts";
import { clearAfterEach, settle, stage } from "../support/mount.ts";
import { resolveHere } from "../support/stores.ts";
import { assert, suite, test } from "../support/suite.ts";

/** A form-associated element. */
class TestRating extends HTMLElement {
  static formAssociated = true;
  readonly #internals = this.attachInternals();
  set value(value: string) {
    this.#internals.setFormValue(value);
  }
}
customElements.define("test-rating", TestRating);

const names = local("submission-names", {
  initial: () => ({ count: 0 }),
  actions: (action) => ({
    add: action([object({ a: string() })], (state) => {
      state.count++;
    }),
  }),
});

suite("a form of a live component", () => {
  clearAfterEach();
  let open: Submission[] = [];
  let fields: unknown[] = [];
  const save = mark(
    (...args: unknown[]) => {
      fields.push(args[0]);
      const submission = currentSubmission() as Submission;
      submission.begin();
      open.push(submission);
    },
    { kind: "live", takes: 1, submitted: asSubmitted },
  );

  function show(inner: unknown, attributes = html``) {
    open = [];
    fields = [];
    const place = stage();
    render(
      html`${attributes}<form @submit=${save}><input type="hidden" name="_violet" value="x">${inner}<button name="do" value="this">Send</button></form>`,
      place,
    );
    const form = place.querySelector("form") as HTMLFormElement;
    const button = place.querySelector("button") as HTMLButtonElement;
    const get = (name: string) => form.querySelector(`[name="${name}"]`) as HTMLInputElement;
    return { place, form, button, get };
  }

  const message = async (place: HTMLElement): Promise<HTMLElement> => {
    for (;;) {
      const found = place.querySelector<HTMLElement>("[data-violet-error]");
      if (found) return found;
      await settle();
    }
  };
  const wrong = (...names: readonly string[]) => ({
    callback: "save",
    code: "E_VALIDATION",
    fields: Object.fromEntries(names.map((name) => [name, "Must be an integer."])),
    message: "Must be an integer.",
  });

  test("D7.3.5 gives its fields, those of form-associated elements and the button, and not Violet's own", () => {
    const { button, form } = show(html`<input name="a" value="1"><test-rating name="stars"></test-rating>`);
    (form.querySelector("test-rating") as TestRating).value = "4";
    button.click();
    assert.deepEqual(fields, [{ a: "1", stars: "4", do: "this" }]);
  });

  test("leaves out a field for files in which none was chosen", () => {
    const { button, get } = show(html`<input type="file" name="a"><input type="file" name="b" multiple>`);
    const files = new DataTransfer();
    files.items.add(new File([], "empty.txt"));
    get("b").files = files.files;
    button.click();
    const [sent] = fields as [Record<string, unknown>];
    assert.deepEqual(Object.keys(sent), ["b", "do"]);
    assert.equal((sent.b as File).name, "empty.txt");
  });

  test("is sent once while its answer is awaited, and again afterwards", () => {
    const { button } = show(html`<input name="a" value="1">`);
    button.click();
    button.click();
    assert.equal(fields.length, 1);
    assert.equal(button.getAttribute("aria-disabled"), "true");
    open[0]?.end(undefined);
    assert.equal(button.hasAttribute("aria-disabled"), false);
    button.click();
    assert.equal(fields.length, 2);
  });

  test("without fields is a button: each press counts", () => {
    const { button } = show(html``);
    button.click();
    assert.equal(button.hasAttribute("aria-disabled"), false);
    button.click();
    assert.equal(fields.length, 2);
  });

  test("with nothing ticked has a field all the same: it is sent once", () => {
    const { button } = show(html`<input type="checkbox" name="a">`);
    button.click();
    button.click();
    assert.equal(fields.length, 1);
  });

  test("E10.1.1 says at its field what is wrong, and takes the focus there", async () => {
    const { place, button, get } = show(html`<label>A <input name="a" aria-describedby="hint"></label>`);
    button.focus();
    button.click();
    open[0]?.end(wrong("a"));
    const text = await message(place);
    const input = get("a");
    assert.equal(text.textContent, "Must be an integer.");
    assert.equal(text.previousElementSibling?.localName, "label");
    assert.equal(input.getAttribute("aria-invalid"), "true");
    assert.equal(input.getAttribute("aria-describedby"), `hint ${text.id}`);
    assert.equal(document.activeElement, input);
  });

  test("leaves the focus with who has gone on", async () => {
    const { place, button, get } = show(html`<input name="a"><input name="b">`);
    button.focus();
    button.click();
    get("b").focus();
    open[0]?.end(wrong("a"));
    await message(place);
    assert.equal(document.activeElement, get("b"));
  });

  for (const [how, act] of [
    ["input", (form) => form.querySelector("[name=a]")?.dispatchEvent(new Event("input", { bubbles: true }))],
    ["a reset", (form) => form.reset()],
    ["the next submit", (form) => form.requestSubmit()],
  ] as [string, (form: HTMLFormElement) => void][])
    test(`takes the message away with ${how}`, async () => {
      const { place, button, form, get } = show(html`<input name="a"><input name="b">`);
      button.click();
      open[0]?.end(wrong("a"));
      await message(place);
      get("b").dispatchEvent(new Event("input", { bubbles: true }));
      assert.ok(place.querySelector("[data-violet-error]"));
      act(form);
      assert.equal(place.querySelector("[data-violet-error]"), null);
      assert.deepEqual(
        [get("a").hasAttribute("aria-invalid"), get("a").hasAttribute("aria-describedby")],
        [false, false],
      );
    });

  test("says it at each field, and takes the focus to the first", async () => {
    const { place, button, get } = show(html`<input name="a"><input name="b"><input name="c">`);
    button.click();
    open[0]?.end(wrong("c", "b", "nowhere"));
    await message(place);
    assert.deepEqual(
      ["a", "b", "c"].map((name) => get(name).nextElementSibling?.localName),
      ["input", "small", "small"],
    );
    assert.equal(document.activeElement, get("b"));
    get("c").dispatchEvent(new Event("input", { bubbles: true }));
    assert.deepEqual(
      ["a", "b", "c"].map((name) => get(name).ariaInvalid),
      [null, "true", null],
    );
  });

  test("says it at the one of a list that is wrong", async () => {
    const { place, button } = show(html`<input name="a"><input name="a"><input name="a">`);
    button.click();
    open[0]?.end(wrong("a.1"));
    const text = await message(place);
    assert.equal(text.previousElementSibling, place.querySelectorAll("[name=a]")[1]);
  });

  test("says it at a field that stands elsewhere, until that is changed", async () => {
    const { place, button, form } = show(html``, html`<input name="a" form="elsewhere">`);
    form.id = "elsewhere";
    button.click();
    open[0]?.end(wrong("a"));
    const text = await message(place);
    const input = place.querySelector("[name=a]");
    assert.equal(text.previousElementSibling, input);
    input?.dispatchEvent(new Event("input", { bubbles: true }));
    assert.equal(place.querySelector("[data-violet-error]"), null);
  });

  for (const [behind, others] of [
    ["fieldset", html``],
    ["label", html`<input name="other">`],
  ] as const)
    test(`puts the message behind a ${behind} where it stands in one with${behind === "label" ? "" : "out"} others`, async () => {
      const { place, button } = show(
        html`<fieldset><label><input type="radio" name="a" value="1">1</label>${others}</fieldset>`,
      );
      button.click();
      open[0]?.end(wrong("a"));
      assert.equal((await message(place)).previousElementSibling?.localName, behind);
    });

  for (const attribute of ["data-on-submit.prevent", "@submit"])
    test(`calls an argument by the name of its field, where ${attribute} says so`, () => {
      const { button, form } = show(html`<input name="b">`);
      const written = document.createElement("template");
      written.innerHTML = `<b ${attribute}="save('x', b)"></b>`;
      const call = written.content.firstElementChild?.attributes[0] as Attr;
      form.setAttributeNode(call.cloneNode() as Attr);
      button.click();
      assert.deepEqual(
        ["0", "1", "1.2.d", "c"].map((field) => open[0]?.nameOf(field)),
        ["0", "b", "b.2.d", "c"],
      );
    });

  test("is reset after a success where it asks for that, but for what was typed since", async () => {
    const { button, form, get } = show(html`<input name="a">`);
    form.dataset.reset = "";
    get("a").value = "sent";
    button.click();
    open[0]?.end(undefined);
    await new Promise((resolve) => form.addEventListener("reset", resolve));
    get("a").value = "sent";
    button.click();
    get("a").value = "typed since";
    open[1]?.end(undefined);
    // What comes after it in the same queue runs after it.
    await settle();
    assert.equal(get("a").value, "typed since");
  });

  test("warns of data-reset where a store's action is called, which resets nothing", () => {
    resolveHere();
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    const place = stage();
    const send = (isReset: boolean) => {
      render(html`<form @submit.prevent=${names.add}><input name="a" value="typed"></form>`, place);
      const form = place.querySelector("form") as HTMLFormElement;
      form.toggleAttribute("data-reset", isReset);
      form.requestSubmit();
    };
    send(false);
    assert.deepEqual(warnings, []);
    send(true);
    send(true);
    console.warn = warn;
    assert.equal(names.count, 3);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /a form has data-reset and calls no live component/);
  });

  test("T43 is sent and answered where fields have the names of its methods", async () => {
    const { place, button } = show(
      html`<input name="elements"><input name="attributes"><input name="getRootNode"><input name="reset"><input name="addEventListener">`,
    );
    button.click();
    assert.equal(open[0]?.nameOf("0"), "0");
    open[0]?.end(wrong("reset"));
    assert.equal((await message(place)).previousElementSibling?.getAttribute("name"), "reset");
  });
});
