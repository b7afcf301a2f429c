import type { AddressInfo } from "node:net";
import express, { type RequestHandler } from "express";
import type { BrowserContext, Page } from "playwright-core";
import { html as template } from "violet-live";
import type { VioletApp } from "violet-live/server";
import type {} from "violet-live/tags";
import { createSite } from "../../demo/site.ts";
import { MemoryLogger, secret } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { Gate } from "./support/gate.ts";
import { isLive, People } from "./support/people.ts";

declare global {
  /** What the counters showed, one after another. */
  var shown: string[];
  var restored: boolean[];
}

/** Browsers put no page into the back/forward cache that may not be stored and had a socket. */
const storable: RequestHandler = (_, response, next) => {
  const set = response.setHeader.bind(response);
  response.setHeader = (name, value) => set(name, name === "Cache-Control" ? "private, no-cache" : value);
  next();
};

suite("live components in the demo", () => {
  let app: VioletApp;
  let gate: Gate;
  let people: People;
  let person: BrowserContext;
  let page: Page;
  /** What a tab was made of, for a copy of it. */
  let html: string;
  before(async () => {
    people = await People.start({ windows: true });
  });
  after(() => people[Symbol.asyncDispose]());

  beforeEach(async () => {
    const demo = createSite({ secret, logger: new MemoryLogger() });
    app = demo.app;
    const site = express().use("/counter", (request, response, next) =>
      "storable" in request.query ? storable(request, response, next) : next(),
    );
    site.use("/counter", ({ query }, response, next) => {
      if ("copy" in query) response.type("html").send(html);
      else next();
    });
    site.get(
      "/tag",
      app.page(
        () =>
          template`<violet-live component="counter" start="3"><b>inside</b></violet-live><violet-status></violet-status>`,
      ),
    );
    const server = await app.listen(site.use(demo.site), 0, "127.0.0.1");
    gate = await Gate.before(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    person = await people.person();
    page = await person.newPage();
  });
  afterEach(async () => {
    const problems = await people.leave();
    // Of a style sheet's own icon.
    assert.deepEqual(
      problems.filter((problem) => !problem.includes("404")),
      [],
    );
    await gate[Symbol.asyncDispose]();
    await app.close();
  });

  const open = async (path: string, at = page) => {
    await at.goto(gate.url + path);
    await isLive(at);
    return at;
  };
  const counters = (at: Page) => at.getByRole("status", { name: "Count" });
  const count = (at: Page, index: number, text: string) =>
    counters(at)
      .nth(index)
      .filter({ hasText: new RegExp(`^${text}$`) })
      .waitFor();
  const press = (at: Page, index: number, name = "Increment") =>
    at.getByRole("button", { name }).nth(index).click();
  /** How many instances were sent whole: each page's were rendered already. */
  const snapshots = () => app.counters.snapshots;

  test("D5.1.1 are adopted as they were rendered: nothing else is ever shown, and nothing is loaded again", async () => {
    await page.addInitScript(() => {
      globalThis.shown = [];
      const look = () => {
        const texts = [...document.querySelectorAll("counter-card")].map(
          ({ shadowRoot }) => shadowRoot?.querySelector("[role=status]")?.textContent ?? "nothing",
        );
        const text = texts.join();
        if (texts.length === 2 && shown.at(-1) !== text) shown.push(text);
        requestAnimationFrame(look);
      };
      look();
    });
    await open("/counter");
    await press(page, 1);
    await count(page, 1, "11");
    await count(page, 0, "0");
    await isLive(page);
    const { resumes } = app.counters;
    assert.deepEqual([await page.evaluate(() => shown), snapshots(), resumes], [["0,10", "0,11"], 0, 2]);
  });

  test("D2.1.7 D13.1 D15.1 E1.8 E11.3.2 are each their own, and count each click once, also while the link is lost", async () => {
    await open("/counter");
    for (let click = 0; click < 3; click++) await press(page, 0);
    await press(page, 1, "Decrement");
    await count(page, 0, "3");
    await count(page, 1, "9");
    gate.hold();
    await press(page, 0);
    await press(page, 0);
    gate.cut();
    gate.release();
    await isLive(page);
    await count(page, 0, "5");
    await count(page, 1, "9");
    assert.equal(snapshots(), 0);
  });

  test("say that a call is under way", async () => {
    await open("/counter");
    gate.hold();
    await press(page, 0);
    await page.locator("counter-card:state(pending)").waitFor();
    gate.release();
    await count(page, 0, "1");
    await page.locator("counter-card:not(:state(pending))").first().waitFor();
  });

  test("are there again out of the back/forward cache, with the state they had", async () => {
    await page.addInitScript(() => {
      globalThis.restored = [];
      addEventListener("pageshow", ({ persisted }) => restored.push(persisted));
    });
    await open("/counter?storable");
    await press(page, 0);
    await count(page, 0, "1");
    await isLive(page);
    await page.goto(`${gate.url}/style.css`);
    await page.goBack({ waitUntil: "commit" });
    await count(page, 0, "1");
    await isLive(page);
    await press(page, 0);
    await count(page, 0, "2");
    assert.deepEqual([await page.evaluate(() => restored), snapshots()], [[false, true], 0]);
  });

  test("begin afresh where the reader goes back to a page that may not be stored, and are live again", async () => {
    await page.addInitScript(() => {
      globalThis.restored = [];
      addEventListener("pageshow", ({ persisted }) => restored.push(persisted));
    });
    await open("/counter");
    await press(page, 0);
    await count(page, 0, "1");
    await page.goto(`${gate.url}/style.css`);
    await page.goBack({ waitUntil: "commit" });
    await count(page, 0, "0");
    await isLive(page);
    assert.deepEqual(await page.evaluate(() => restored), [false]);
    await press(page, 0);
    await count(page, 0, "1");
    assert.equal(snapshots(), 0);
  });

  test("are a copied tab's own", async () => {
    const answer = await page.goto(`${gate.url}/counter`);
    html = (await answer?.text()) ?? "";
    await isLive(page);
    await press(page, 0);
    await count(page, 0, "1");
    const copy = await open("/counter?copy", await person.newPage());
    await press(copy, 0, "Decrement");
    await count(copy, 0, "-1");
    await press(page, 0);
    await count(page, 0, "2");
    await count(copy, 0, "-1");
  });

  test("begin afresh when the page is left and visited again", async () => {
    await open("/counter");
    await press(page, 0);
    await count(page, 0, "1");
    await page.reload();
    await isLive(page);
    await count(page, 0, "0");
  });

  test("E7.2 show the work of /progress while it is done, once, also over a lost link", async () => {
    await open("/progress");
    const bar = page.getByRole("progressbar", { name: "Yearly report" });
    const percent = () => bar.evaluate((element) => (element as HTMLProgressElement).value);
    assert.equal(await percent(), 0);
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("status").filter({ hasText: "Sorting" }).waitFor();
    const half = await percent();
    assert.ok(half >= 24 && half < 100, String(half));
    assert.ok(await page.getByRole("button", { name: "Start" }).isDisabled());
    gate.cut();
    await page.getByRole("status").filter({ hasText: "Done" }).waitFor();
    assert.equal(await percent(), 100);
    // The focus is where it was: it goes on by the keyboard.
    await page.locator("button:focus", { hasText: "Start again" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "Collecting" }).waitFor();
  });

  suite("/dashboard", () => {
    const revenue = (at: Page) => at.getByLabel("Revenue", { exact: true }).textContent();
    const day = (at: Page) => at.getByRole("textbox", { name: "Day" });

    test("D4.1.2 D10.1 D10.2 D10.3 E2.1.4 has a day for each person, and figures for all: one refreshes them for everybody", async () => {
      const other = await open("/dashboard", await (await people.person()).newPage());
      await open("/dashboard");
      const first = (await day(page).getAttribute("min")) as string;
      const today = await day(other).inputValue();
      await day(page).fill(first);
      await page.locator("rect.chosen:first-child").waitFor();
      assert.equal(await day(other).inputValue(), today);
      const before = [await revenue(page), await revenue(other)];
      await other.getByRole("button", { name: "Refresh" }).click();
      for (const each of [page, other])
        await each.getByRole("status").filter({ hasText: "Refreshed once" }).waitFor();
      const after = [await revenue(page), await revenue(other)];
      assert.notDeepEqual(after, before);
      assert.equal(await day(page).inputValue(), first);
    });

    test("is used by the keyboard alone", async () => {
      await open("/dashboard");
      await page.getByRole("button", { name: "Refresh" }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("status").filter({ hasText: "Refreshed once" }).waitFor();
      await page.keyboard.press("Space");
      await page.getByRole("status").filter({ hasText: "Refreshed 2 times" }).waitFor();
    });
  });

  test("of a <violet-live> are adopted as they were rendered, by the page's own script", async () => {
    await page.goto(`${gate.url}/tag`);
    await isLive(page);
    const tag = page.locator("violet-live");
    assert.equal(await tag.getAttribute("data-violet-key"), "~0");
    assert.deepEqual(
      await tag.evaluate((element) => [
        element.ariaBusy,
        (element as HTMLElementTagNameMap["violet-live"]).error,
        element.textContent,
      ]),
      [null, undefined, "inside"],
    );
    const { resumes, snapshots } = app.counters;
    assert.deepEqual({ resumes, snapshots }, { resumes: 1, snapshots: 0 });
  });

  test("E16.3 come with their pages, without JavaScript", async () => {
    const reader = await people.person({ javaScriptEnabled: false });
    for (const [path, name] of [
      ["/counter", "Count"],
      ["/progress", "Yearly report"],
      ["/dashboard", "Revenue"],
    ] as const) {
      const still = await reader.newPage();
      await still.goto(gate.url + path);
      await still.getByLabel(name, { exact: true }).first().waitFor();
    }
  });
});
