/** What a form's callback gets is the same with JavaScript and without, whatever the form has; and what only one of them can do. */
import type { CDPSession, Page } from "playwright-core";
import { any, array, integer, object, record, refine, string } from "superstruct";
import "../../elements/tags.ts";
import { live } from "../../server/index.ts";
import { html } from "../../src/index.ts";
import { type Served, serve } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { define } from "./forms/elements.ts";
import { bundle } from "./hydration/bundle.ts";
import { isLive, People } from "./support/people.ts";

const Short = refine(string(), "short", (text) => text.length < 5 || "Use 4 letters at most.");
const taker = live({
  state: object({ last: string(), times: integer() }),
  initial: () => ({ last: "", times: 0 }),
  callbacks: (callback) => ({
    take: callback([record(string(), any())], (state, fields) => {
      state.last = JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
      state.times++;
    }),
    give: callback([Short, array(Short)], (state, ...given) => {
      state.last = JSON.stringify(given.slice(0, 2));
      state.times++;
    }),
    exact: callback([object({ word: string() })], (state, fields) => {
      state.last = JSON.stringify(fields);
      state.times++;
    }),
    tick: (state) => {
      state.times++;
    },
  }),
});
define(taker as never);

const taken = (changed: Readonly<Record<string, unknown>>) =>
  Object.entries({
    boxes: ["1", "2"],
    by: "first",
    choice: "b",
    empty: "",
    hidden: '<"&',
    legend: "is on",
    lines: "one\ntwo",
    many: ["1", "2"],
    one: "why",
    outside: "it is",
    text: "given",
    ticked: "on",
    ...changed,
  }).sort(([a], [b]) => (a < b ? -1 : 1));

/** As htmx does with what it loads. */
const swap = `for (const place of document.querySelectorAll("[hx-get]"))
  fetch(place.getAttribute("hx-get")).then((answer) => answer.text()).then((text) => (place.innerHTML = text));`;

let served: Served;
let people: People;
let page: Page;
let navigations = 0;

const start = async () => {
  const client = `import { define } from "../forms/elements.ts"; import { live } from "../../../src/calls/stubs.ts";
    import "../../../elements/tags.ts"; define(live("taker"));`;
  const assets = await bundle({ client });
  served = await serve(
    (site, app) => {
      site.get("/favicon.ico", (_, response) => void response.status(204).end());
      for (const [path, text] of assets) site.get(path, (_, response) => void response.type("js").send(text));
      site.get(
        "/",
        app.page(() => html`<taking-form></taking-form><violet-status></violet-status>`),
      );
      site.get(
        "/mixed",
        app.page(
          () => html`<form action="/own" method="post"><button>Own</button></form>
            <div hx-get="/part"></div><taking-form></taking-form><violet-status></violet-status>`,
          { head: html`<script src="/swap.js" defer></script>` },
        ),
      );
      site.get("/swap.js", (_, response) => void response.type("js").send(swap));
      site.get("/part", (_, response) => void response.send(`<p>Swapped in.</p><taking-form></taking-form>`));
      site.post("/own", (_, response) => void response.type("html").send("<h1>The site's own</h1>"));
    },
    { modules: { taker: { taker } }, client: "/assets/client.js", overlay: false },
  );
  people = await People.start();
};
const stop = async () => {
  await people[Symbol.asyncDispose]();
  await served.close();
};
/** Nothing goes wrong but what browsers say of an answer of 422. */
const leave = async () =>
  assert.deepEqual(
    (await people.leave()).filter((problem) => !/status of 422/.test(problem)),
    [],
  );

async function visit(javaScriptEnabled: boolean, path = "/") {
  page = await people.visit(served.url + path, { javaScriptEnabled });
  if (javaScriptEnabled) await isLive(page);
  navigations = 0;
  page.on("framenavigated", () => navigations++);
}
const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
const label = (name: string) => page.getByLabel(name, { exact: true });
const took = (times: number, ...last: readonly unknown[]) =>
  page
    .getByRole("status", { name: "Took" })
    .and(page.getByText([times, ...last.map((each) => JSON.stringify(each))].join(" "), { exact: true }))
    .waitFor();
const wrong = () => page.locator("taking-form [aria-invalid=true]");
const messages = () => page.locator("taking-form [data-violet-error]").allTextContents();
const tooLong = "Use 4 letters at most.";

for (const javaScriptEnabled of [true, false])
  suite(`what a form gives, JavaScript ${javaScriptEnabled ? "on" : "off"}`, () => {
    before(start);
    after(stop);
    beforeEach(() => visit(javaScriptEnabled));
    afterEach(async () => {
      if (javaScriptEnabled) assert.equal(navigations, 0);
      await leave();
    });

    test("is each of its fields that browsers send, as it stands in the page", async () => {
      await press("First");
      await took(1, taken({}));
    });

    test("is what was typed, ticked and chosen, and the button that was pressed, wherever that would lead", async () => {
      await label("Text").fill("«ä» & <b>");
      await label("Lines").fill("a\n\nb");
      await label("Outside").fill("changed");
      await label("A").check();
      for (const name of ["ticked", "unticked"]) await page.locator(`[name=${name}]`).click();
      await page.locator("[name=boxes]").first().uncheck();
      await page.locator("[name=many]").selectOption(["3"]);
      await press("Second");
      const { ticked: _, ...rest } = { ticked: "", unticked: "on", boxes: "2", choice: "a", many: "3" };
      const typed = { text: "«ä» & <b>", lines: "a\n\nb", outside: "changed", by: "second" };
      await took(
        1,
        taken({ ...rest, ...typed }).filter(([name]) => name !== "ticked"),
      );
    });

    test("is sent by Enter, with the first button", async () => {
      await label("Text").press("Enter");
      await took(1, taken({}));
    });

    test("is refused at the button that was pressed, where the struct does not have its name", async () => {
      await press("Quick");
      await wrong().waitFor();
      assert.deepEqual(
        [await wrong().getAttribute("name"), await messages()],
        ["how", ["Must be left out."]],
      );
      await press("Exact");
      await took(1, { word: "exact" });
      assert.deepEqual(await messages(), []);
    });

    test("are the fields that its call names, and what is wrong with each stands there", async () => {
      await label("Word").fill("too long");
      await label("Tag").fill("a");
      await label("Other tag").fill("also too long");
      await press("Give");
      await wrong().nth(1).waitFor();
      assert.deepEqual(await messages(), [tooLong, tooLong]);
      const held = await wrong().evaluateAll((fields) =>
        fields.map((field) => [(field as HTMLInputElement).name, (field as HTMLInputElement).value]),
      );
      assert.deepEqual(held, [
        ["word", "too long"],
        ["tag", "also too long"],
      ]);
      assert.equal(await label("Tag").inputValue(), "a");
      await label("Word").fill("w");
      await label("Other tag").fill("b");
      await press("Give");
      await took(1, ["w", ["a", "b"]]);
    });

    test("is taken once, however often its button is pressed", async () => {
      for (const name of ["Word", "Tag", "Other tag"]) await label(name).fill("x");
      await page.getByRole("button", { name: "Give" }).dblclick();
      await took(1, ["x", ["x", "x"]]);
      await press("Tick");
      await took(2, ["x", ["x", "x"]]);
    });
  });

suite("static parts, swapped-in parts and live parts on one page", () => {
  before(start);
  after(stop);
  afterEach(leave);
  const ticked = (index: number) =>
    page
      .getByRole("status", { name: "Took" })
      .nth(index)
      .and(page.getByText("1", { exact: true }))
      .waitFor();
  const tick = (index: number) => page.getByRole("button", { name: "Tick" }).nth(index).click();

  test("each do what they do", async () => {
    await visit(true, "/mixed");
    await page.getByText("Swapped in.").waitFor();
    await tick(0);
    await ticked(0);
    await tick(1);
    await ticked(1);
    assert.equal(navigations, 0);
    await press("Own");
    await page.getByRole("heading", { name: "The site's own" }).waitFor();
  });

  test("do it without JavaScript, too, but for what JavaScript loads", async () => {
    await visit(false, "/mixed");
    await tick(0);
    await ticked(0);
    assert.equal(page.url(), `${served.url}/mixed`);
    await press("Own");
    await page.getByRole("heading", { name: "The site's own" }).waitFor();
  });
});

suite("a form with JavaScript", () => {
  before(start);
  after(stop);
  beforeEach(() => visit(true));
  afterEach(async () => void (await people.leave()));

  test("says at its field that it takes no file, and stays where it is", async () => {
    await label("File").setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
    await press("First");
    await wrong().waitFor();
    assert.equal(await wrong().getAttribute("name"), "file");
    assert.deepEqual(await messages(), ["Files cannot be sent here."]);
    assert.equal(navigations, 0);
    await label("File").setInputFiles([]);
    assert.deepEqual(await messages(), []);
    await press("First");
    await took(1, taken({}));
  });

  test("lets an input method compose while other things change", async () => {
    await label("Text").fill("");
    await label("Text").focus();
    const keyboard: CDPSession = await page.context().newCDPSession(page);
    await keyboard.send("Input.imeSetComposition", { text: "に", selectionStart: 1, selectionEnd: 1 });
    await page.locator("taking-form").evaluate((element) => {
      const button = [...(element.shadowRoot?.querySelectorAll("button") ?? [])].at(-1);
      button?.click();
    });
    await took(1);
    await keyboard.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
    await keyboard.send("Input.insertText", { text: "日本" });
    assert.equal(await label("Text").inputValue(), "日本");
  });

  test("that a script sends past it comes back, and goes on as if it had been sent by it", async () => {
    await label("Word").fill("too long");
    await label("Tag").fill("a");
    await label("Flag").uncheck();
    const send = () =>
      page.locator("taking-form").evaluate((element) => {
        const form = element.shadowRoot?.querySelector<HTMLFormElement>("[data-on-submit]");
        if (form) HTMLFormElement.prototype.submit.call(form);
      });
    await Promise.all([page.waitForURL(/_violet/), send()]);
    await isLive(page);
    navigations = 0;
    assert.deepEqual(await messages(), [tooLong]);
    assert.equal(await page.getByRole("alert").first().textContent(), tooLong);
    const isTyped = async () =>
      assert.deepEqual(
        [await label("Word").inputValue(), await label("Tag").inputValue(), await label("Flag").isChecked()],
        ["too long", "a", false],
      );
    await isTyped();
    await press("Tick");
    await took(1);
    await isTyped();
    await label("Word").fill("w");
    assert.deepEqual([await messages(), await wrong().count()], [[], 0]);
    await label("Other tag").fill("b");
    await press("Give");
    await took(2, ["w", ["a", "b"]]);
    assert.equal(navigations, 0);
  });
});

suite("a form without JavaScript", () => {
  before(start);
  after(stop);
  beforeEach(() => visit(false));
  afterEach(leave);

  const give = async (word: string) => {
    for (const name of ["Word", "Tag", "Other tag"]) await label(name).fill(word);
    await press("Give");
  };
  const given = (word: string) => [word, [word, word]];

  test("is not sent again when its page is loaded again", async () => {
    await give("a");
    await took(1, given("a"));
    await page.reload();
    await took(1, given("a"));
    assert.equal(page.url(), `${served.url}/`);
  });

  test("comes back at an address that leads to its page", async () => {
    await give("too long");
    await wrong().first().waitFor();
    await page.goto(page.url());
    assert.equal(page.url(), `${served.url}/`);
    assert.deepEqual(await messages(), []);
  });

  test("counts in each of two tabs", async () => {
    const other = await page.context().newPage();
    await other.goto(served.url);
    await give("a");
    await took(1, given("a"));
    page = other;
    await give("b");
    await took(2, given("b"));
  });

  test("brings no file", async () => {
    await label("File").setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
    await press("First");
    await page.getByText('"file" brings a file').waitFor();
    await page.goBack({ waitUntil: "commit" });
    await took(0);
    people.problems = [];
  });
});
