/** The fields of a form without JavaScript: which are its own, what they hold when it comes back, and where messages stand. */
import { customElement } from "lit/decorators.js";
import { array, integer, object, optional, refine, size, string } from "superstruct";
import { LiveElement } from "../../../elements/index.ts";
import { live } from "../../../server/index.ts";
import { html } from "../../../src/index.ts";
import { HttpBrowser, textOf } from "../../support/http-form.ts";
import { type Served, serve, withoutMarkers } from "../../support/serve.ts";
import { after, assert, before, suite, test } from "../../support/suite.ts";

const Tag = refine(string(), "tag", (tag) => tag.length < 5 || "Use 4 letters at most.");
const Order = object({
  count: integer(),
  note: optional(string()),
  size: string(),
  kind: string(),
  tags: array(Tag),
  first: string(),
  again: string(),
});
const Same = refine(object({ one: string(), two: string() }), "same", (fields) => {
  const { one, two } = fields as { one: string; two: string };
  return one === two || "The two differ.";
});
const order = live({
  state: object({ last: string() }),
  initial: () => ({ last: "" }),
  callbacks: (callback) => ({
    order: callback([Order], (state, fields) => {
      state.last = JSON.stringify(fields);
    }),
    compare: callback([Same], () => {}),
    list: callback([array(Tag), size(string(), 0, 3)], () => {}),
    send: callback([object({ photo: optional(string()), n: integer() })], () => {}),
  }),
});

@customElement("order-form")
export class OrderForm extends LiveElement(order) {
  override render() {
    return html`<p>${this.error?.field} ${this.error?.message} ${Object.keys(this.error?.fields ?? {}).join()}</p>
      <form id="order" @submit=${this.live.order}>
        <input name="count" autofocus>
        <fieldset disabled><legend><input name="first" value="1"></legend><input name="off" value="own"><input type="checkbox" name="kept" checked></fieldset>
        <input name="gone" value="own" disabled><input name="note" form="other">
        <select name="kind"><option disabled selected>Choose</option><option>a</option></select>
        <fieldset><label>S <input type="radio" name="size" value="s"></label><label>M <input type="radio" name="size" value="m"></label></fieldset>
        <fieldset><label><input type="checkbox" name="again" value="yes"> Again</label><input name="tags"><input name="tags"></fieldset>
        <button formaction="https://elsewhere.example/" formmethod="get" formenctype="text/plain" name="by" value="x">Order</button>
      </form>
      <textarea name="note" form="order"></textarea>
      <form id="other"></form>
      <form @submit=${this.live.compare} enctype="text/plain" target="_blank" accept-charset="latin1"><input name="one"><input name="two"></form>
      <form data-on-submit="list(tag, word)"><input name="tag"><input name="tag"><input name="word"></form>
      <form @submit=${this.live.send}><input type="file" name="photo"><input name="n"></form>`;
  }
}

suite("the fields of a form, without JavaScript", () => {
  let served: Served;
  before(async () => {
    served = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<order-form></order-form>`),
        ),
      {
        modules: { order: { order } },
      },
    );
  });
  after(() => served.close());
  const visit = () => HttpBrowser.visit(served.url, "/");
  /** What stands in the page, from one text to another. */
  const part = ({ page }: HttpBrowser, from: string, to: string) => {
    const text = withoutMarkers(page.html);
    return text.slice(text.indexOf(from), text.indexOf(to, text.indexOf(from)) + to.length);
  };

  test("T18 are sent where the server says: no button leads them elsewhere", async () => {
    const browser = await visit();
    assert.equal(part(browser, "<button", "</button>"), '<button name="by" value="x">Order</button>');
    assert.match(
      browser.page.html,
      /<form method="post" action="\/_violet\/form\?\/"[^>]*><input type="hidden"/,
    );
    assert.doesNotMatch(browser.page.html, /text\/plain|_blank|latin1/);
    assert.doesNotMatch(part(browser, '<form id="other"', "</form>"), /_violet/);
  });

  test("come back as they were typed: those outside, too, and what cannot be filled in as it was", async () => {
    const browser = await visit();
    const typed = {
      count: "x",
      kind: [],
      kept: [],
      off: [],
      gone: [],
      first: "one",
      again: "yes",
      tags: ["a", "too long"],
      note: "two\r\nlines",
    };
    assert.equal((await browser.send(0, typed)).status, 422);
    const html = browser.page.html.replaceAll(' data-violet-typed=""', "");
    assert.match(html, /<textarea name="note" form="order">\ntwo\nlines<\/textarea>/);
    assert.match(html, /<input name="note" form="other">/);
    assert.match(html, /<input name="first" value="one">/);
    for (const name of ["off", "gone"]) assert.ok(html.includes(`name="${name}" value="own"`), name);
    assert.ok(html.includes('<input type="checkbox" name="kept" checked>'));
    assert.match(html, /<option disabled selected>Choose<\/option>/);
    assert.match(html, /<input checked="" type="checkbox" name="again" value="yes">/);
    assert.match(html, /<input value="a" name="tags"><input [^>]*value="too long" name="tags"/);
  });

  test("are all told what is wrong with them; the first one gets the focus", async () => {
    const browser = await visit();
    await browser.send(0, { kind: [], first: "1", again: "yes", tags: ["a", "too long"] });
    assert.match(textOf(browser.page.html), /^count Must be an integer\. count,size,kind,tags\.1/);
    const wrong = [...browser.page.html.matchAll(/<(input|select)[^>]* aria-invalid="true"[^>]*>/g)].map(
      ([tag]) => tag,
    );
    assert.deepEqual(
      wrong.map((tag) => [/name="(\w+)"/.exec(tag)?.[1], /describedby="([^"]*)"/.exec(tag)?.[1]]),
      [
        ["count", "violet-error-~0"],
        ["kind", "violet-error-~2"],
        ["size", "violet-error-~1"],
        ["tags", "violet-error-~3"],
      ],
    );
    assert.deepEqual(
      wrong.map((tag) => tag.includes("autofocus")),
      [true, false, false, false],
    );
    for (const [before, id, text] of [
      ["</select>", 2, "Must be given."],
      ["</fieldset>", 1, "Must be given."],
      ['name="tags">', 3, "Use 4 letters at most."],
    ] as const)
      assert.ok(
        browser.page.html.includes(
          `${before}<small id="violet-error-~${id}" data-violet-error="">${text}</small>`,
        ),
        `${before} ${id}`,
      );
    assert.match(browser.page.html, /value="too long" name="tags"/);
  });

  test("say behind its label what is wrong with a box that stands with other fields", async () => {
    const browser = await visit();
    await browser.send(0, { count: "1", first: "1", size: "s", kind: "a", tags: "a" });
    assert.match(browser.page.html, /Again<\/label><small id="violet-error-~0"/);
  });

  test("are told of none where the whole form is refused, and by their names where they are arguments", async () => {
    const browser = await visit();
    await browser.send(2, { one: "a", two: "b" });
    assert.match(textOf(browser.page.html), /^The two differ\./);
    assert.doesNotMatch(browser.page.html, /aria-invalid/);
    await browser.send(3, { tag: ["a", "too long"], word: "also too long" });
    assert.match(textOf(browser.page.html), /^tag\.1 Use 4 letters at most\. word,tag\.1/);
    assert.match(browser.page.html, /value="a" name="tag"><input[^>]* value="too long" name="tag"/);
  });

  test("bring a file as one, which is refused, or none", async () => {
    const browser = await visit();
    assert.match(browser.page.html, /<form method="post" action="[^"]*" enctype="multipart\/form-data"/);
    assert.equal((await browser.send(4, { n: "1", photo: "as text" }, { isMultipart: true })).status, 303);
  });
});
