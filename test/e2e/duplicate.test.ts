/** Tabs that browsers make of the same HTML: a duplicated one, one that was restored, one out of a cache. */
import type { AddressInfo } from "node:net";
import express, { type RequestHandler } from "express";
import type { BrowserContext, Page } from "playwright-core";
import type { VioletApp } from "violet-live/server";
import { createSite } from "../../demo/site.ts";
import { visitors } from "../../demo/visitors/visitors.ts";
import { cookiesOf, getPage, MemoryLogger, secret } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { Gate } from "./support/gate.ts";
import { isLive, People, status } from "./support/people.ts";

/** Gives everybody the same bytes, and so the same session, as a browser's cache gives its tabs. */
function keepBytes(): RequestHandler {
  let kept: ReturnType<typeof getPage> | undefined;
  return async (request, response, next) => {
    if ("fresh" in request.query) return next();
    kept ??= getPage(`http://${request.headers.host}${request.originalUrl}?fresh`);
    const { html, headers } = await kept;
    response
      .set("Set-Cookie", `${cookiesOf(headers)}; Path=/; HttpOnly`)
      .type("html")
      .send(html);
  };
}

suite("tabs of the same HTML", () => {
  let app: VioletApp;
  let gate: Gate;
  let url: string;
  let people: People;
  let person: BrowserContext;
  /** Sockets that were opened, by all tabs. */
  let sockets: number;
  before(async () => {
    people = await People.start();
  });
  after(() => people[Symbol.asyncDispose]());

  beforeEach(async () => {
    const demo = createSite({ secret, logger: new MemoryLogger() });
    app = demo.app;
    const site = express().use("/visitors", keepBytes()).use(demo.site);
    const server = await app.listen(site, 0, "127.0.0.1");
    gate = await Gate.before(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    url = `${gate.url}/visitors`;
    person = await people.person();
    sockets = 0;
    person.on("page", (page) => page.on("websocket", () => sockets++));
  });
  afterEach(async () => {
    assert.deepEqual(await people.leave(), []);
    await gate[Symbol.asyncDispose]();
    await app.close();
  });

  const open = async () => {
    const page = await person.newPage();
    await page.goto(url);
    await isLive(page);
    return page;
  };
  const says = (page: Page, number: number) =>
    status(page, "Visitors")
      .filter({ hasText: new RegExp(`^${number}$`) })
      .waitFor();
  const count = (page: Page) => page.getByRole("button", { name: "Count me" }).click();
  const truth = () => app.run(() => visitors.value);

  test("are clients of their own: all stay connected, and each write is there once", async () => {
    const tabs = [await open(), await open(), await open()];
    for (let round = 0; round < 5; round++) await Promise.all(tabs.map(count));
    await Promise.all(tabs.map((tab) => says(tab, 15)));
    await Promise.all(tabs.map(isLive));
    assert.equal(truth(), 15);
    assert.equal(sockets, 3);
    assert.equal(app.counters.connections, 3);
  });

  test("are each who they were after they lost their links", async () => {
    const left: string[] = [];
    app.on("disconnect", ({ id }) => void left.push(id));
    const tabs = [await open(), await open()];
    for (let round = 1; round < 4; round++) {
      gate.cut();
      await Promise.all(tabs.map(count));
      await Promise.all(tabs.map((tab) => says(tab, 2 * round)));
      await Promise.all(tabs.map(isLive));
      assert.equal(truth(), 2 * round);
    }
    assert.equal(app.counters.connections, 8);
    assert.deepEqual(left, []);
  });

  test("may follow one another: one that is reloaded, or opened again, goes on", async () => {
    const tab = await open();
    await count(tab);
    await isLive(tab);
    await tab.reload();
    await isLive(tab);
    await count(tab);
    await says(tab, 2);
    await isLive(tab);
    await tab.close();
    const again = await open();
    await says(again, 2);
    await count(again);
    await says(again, 3);
    await isLive(again);
    assert.equal(truth(), 3);
  });
});
