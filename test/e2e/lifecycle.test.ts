import type { AddressInfo } from "node:net";
import express, { type RequestHandler } from "express";
import type { Page } from "playwright-core";
import { increment } from "violet-live";
import type { VioletApp } from "violet-live/server";
import { createSite } from "../../demo/site.ts";
import { visitors } from "../../demo/visitors/visitors.ts";
import { MemoryLogger, secret } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { Gate } from "./support/gate.ts";
import { isLive, People, status } from "./support/people.ts";

declare global {
  /** For each time that the page was shown: did it come from the back/forward cache? */
  var restored: boolean[];
}

/** The link is asked after so long, and has so long to answer. */
const SILENCE_MS = 35_000;
const PATIENCE_MS = 10_000;
const HOUR_MS = 3_600_000;

/** Browsers put no page into the back/forward cache that may not be stored and had a socket. */
const storable: RequestHandler = (_, response, next) => {
  const set = response.setHeader.bind(response);
  response.setHeader = (name, value) => set(name, name === "Cache-Control" ? "private, no-cache" : value);
  next();
};

suite("a live page", () => {
  let app: VioletApp;
  let gate: Gate;
  let people: People;
  let page: Page;
  /** Attempts of the page to connect. */
  let tries: number;
  before(async () => {
    people = await People.start({ windows: true });
  });
  after(() => people[Symbol.asyncDispose]());

  beforeEach(async () => {
    const demo = createSite({ secret, logger: new MemoryLogger() });
    app = demo.app;
    const site = express().use("/visitors", (request, response, next) =>
      "storable" in request.query ? storable(request, response, next) : next(),
    );
    const server = await app.listen(site.use(demo.site), 0, "127.0.0.1");
    gate = await Gate.before(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    page = await (await people.person()).newPage();
    tries = 0;
    page.on("websocket", () => tries++);
    await page.addInitScript(() => {
      globalThis.restored = [];
      addEventListener("pageshow", ({ persisted }) => restored.push(persisted));
    });
  });
  afterEach(async () => {
    await people.leave();
    await gate[Symbol.asyncDispose]();
    await app.close();
  });

  const open = async (path = "/visitors") => {
    await page.goto(gate.url + path);
    await isLive(page);
  };
  /** Somebody else counts. */
  const countElsewhere = () => app.run(() => increment(visitors, "value"));
  const says = (number: number) =>
    status(page, "Visitors")
      .filter({ hasText: new RegExp(`^${number}$`) })
      .waitFor();
  const count = () => page.getByRole("button", { name: "Count me" }).click();
  const isOffline = () => page.getByText("offline since").waitFor();
  /** All that happens is what the test says: no timer of the page runs by itself. */
  async function stopClock(): Promise<void> {
    await page.clock.install();
    await open();
    await page.clock.pauseAt(Date.now() + 10_000);
    await isLive(page);
  }

  test("goes on by a resume when it comes back from the back/forward cache", async () => {
    await open("/visitors?storable");
    await count();
    await isLive(page);
    await page.goto(`${gate.url}/style.css`);
    countElsewhere();
    await page.goBack({ waitUntil: "commit" });
    await says(2);
    await isLive(page);
    assert.deepEqual(await page.evaluate(() => restored), [false, true]);
    const { resumes, snapshots, connections } = app.counters;
    assert.deepEqual({ resumes, snapshots, connections }, { resumes: 2, snapshots: 0, connections: 2 });
    await count();
    await says(3);
    await isLive(page);
    assert.equal(
      app.run(() => visitors.value),
      3,
    );
  });

  test("brings from the back/forward cache what it wrote while its link was lost", async () => {
    await open("/visitors?storable");
    gate.hold();
    await count();
    await page.getByText("saving").waitFor();
    gate.cut();
    await page.goto(`${gate.url}/style.css`);
    gate.release();
    countElsewhere();
    await page.goBack({ waitUntil: "commit" });
    await says(2);
    await isLive(page);
    assert.deepEqual(await page.evaluate(() => restored), [false, true]);
    assert.equal(
      app.run(() => visitors.value),
      2,
    );
    assert.equal(app.counters.snapshots, 0);
  });

  test("is rendered afresh when a reader goes back to it", async () => {
    await open();
    await count();
    await isLive(page);
    await page.goto(`${gate.url}/style.css`);
    countElsewhere();
    await page.goBack({ waitUntil: "commit" });
    await says(2);
    await isLive(page);
    await count();
    await says(3);
  });

  test("ends its identity when it is left for good", async () => {
    const left = Promise.withResolvers<void>();
    app.on("disconnect", () => left.resolve());
    await open();
    await page.goto(`${gate.url}/style.css`);
    await left.promise;
  });

  test("waits while the device is offline, and comes back as soon as it is online again", async () => {
    await stopClock();
    await page.context().setOffline(true);
    gate.cut();
    await isOffline();
    await page.clock.runFor(HOUR_MS);
    assert.equal(tries, 1);
    await count();
    countElsewhere();
    await page.context().setOffline(false);
    await isLive(page);
    await says(2);
    assert.equal(
      app.run(() => visitors.value),
      2,
    );
    assert.equal(app.counters.snapshots, 0);
  });

  /** No window of this browser hides another one: the page is only told so. */
  const hide = (isHidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, isHidden);

  test("waits while nobody looks at it, and comes back as soon as somebody does", async () => {
    await stopClock();
    await hide(true);
    gate.cut();
    await isOffline();
    await page.clock.runFor(HOUR_MS);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    assert.equal(tries, 1);
    countElsewhere();
    await hide(false);
    await isLive(page);
    await says(1);
    assert.equal(tries, 2);
  });

  test("asks its link after a sleep, and stays with it when that answers", async () => {
    const socket = page.waitForEvent("websocket");
    await stopClock();
    const answered = (await socket).waitForEvent("framereceived", ({ payload }) =>
      String(payload).includes('"ping"'),
    );
    await page.clock.fastForward(8 * HOUR_MS);
    await answered;
    await page.clock.runFor(PATIENCE_MS);
    await isLive(page);
    assert.equal(tries, 1);
  });

  test("notices after a sleep that its link is dead, and catches up", async () => {
    await stopClock();
    gate.hold();
    countElsewhere();
    await count();
    await page.clock.fastForward(SILENCE_MS);
    await page.clock.fastForward(PATIENCE_MS);
    await isOffline();
    gate.release();
    await page.clock.fastForward(1000);
    await isLive(page);
    await says(2);
    assert.equal(
      app.run(() => visitors.value),
      2,
    );
    assert.equal(app.counters.snapshots, 0);
  });

  test("gets new credentials when its session is gone, and goes on without a reload", async () => {
    await open();
    await count();
    await isLive(page);
    const renewed = page.waitForResponse("**/_violet/session");
    await page.context().setOffline(true);
    gate.cut();
    await isOffline();
    await count();
    await page.context().clearCookies();
    await page.context().setOffline(false);
    assert.equal((await renewed).status(), 200);
    countElsewhere();
    await says(3);
    await isLive(page);
    assert.equal(
      app.run(() => visitors.value),
      3,
    );
    assert.equal(app.counters.snapshots, 0);
  });

  test("catches up after it was frozen while its link was lost", async () => {
    await open();
    const session = await page.context().newCDPSession(page);
    await session.send("Page.setWebLifecycleState", { state: "frozen" });
    gate.cut();
    countElsewhere();
    await session.send("Page.setWebLifecycleState", { state: "active" });
    await says(1);
    await isLive(page);
    assert.equal(app.counters.snapshots, 0);
  });
});
