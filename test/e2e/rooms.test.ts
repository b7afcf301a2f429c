import { join } from "node:path";
import type { Page } from "playwright-core";
import { newFolder } from "../support/folder.ts";
import { getPage } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { isLive, People } from "./support/people.ts";
import { Site } from "./support/site.ts";

suite("rooms of a server whose backend is a file", () => {
  let site: Site;
  let people: People;
  before(async () => {
    people = await People.start();
  });
  after(() => people[Symbol.asyncDispose]());
  beforeEach(async () => {
    site = await Site.start({ VIOLET_DB: join(newFolder(), "rooms.db") });
  });
  afterEach(async () => {
    assert.deepEqual(await people.leave(), []);
    assert.equal(await site.stop(), 0);
  });

  const enter = async (room: string): Promise<Page> => {
    const page = await people.visit(`${site.url}/rooms/${room}`);
    await isLive(page);
    return page;
  };
  async function say(page: Page, ...lines: string[]): Promise<void> {
    for (const line of lines) {
      await page.getByRole("textbox", { name: "Message" }).fill(line);
      await page.getByRole("button", { name: "Say it" }).click();
    }
  }
  /** What the server has, without any page. */
  const history = async (room: string) => {
    const { payload } = await getPage(`${site.url}/rooms/${room}`);
    const lines = payload?.stores[`rooms/${room}`]?.value.lines as { text: string }[];
    return lines.map(({ text }) => text);
  };
  const shown = (page: Page) => page.getByRole("log").locator(".text").allTextContents();

  test("have what was said in them when it starts again, in order, each its own, also without a script", async () => {
    const [kitchen, garden] = [await enter("kitchen"), await enter("garden")];
    await say(kitchen, "one", "two", "three");
    await say(garden, "roses");
    await Promise.all([isLive(kitchen), isLive(garden)]);
    await people.leave();
    assert.equal(await site.stop(), 0);
    await site.restart();
    assert.deepEqual(await history("kitchen"), ["one", "two", "three"]);
    assert.deepEqual(await history("garden"), ["roses"]);
    const plain = await people.visit(`${site.url}/rooms/kitchen`, { javaScriptEnabled: false });
    assert.deepEqual(await shown(plain), ["one", "two", "three"]);
    const again = await enter("kitchen");
    await say(again, "four");
    await isLive(again);
    assert.deepEqual(await history("kitchen"), ["one", "two", "three", "four"]);
  });

  test("keep each line that was acknowledged before a kill, though nobody is left who could bring it back", async () => {
    const said: string[] = [];
    for (let round = 0; round < 3; round++) {
      const page = await enter("kitchen");
      const lines = [1, 2, 3].map((n) => `line ${n} of round ${round}`);
      await say(page, ...lines);
      await isLive(page);
      said.push(...lines);
      await site.kill();
      await people.leave();
      await site.restart();
      assert.deepEqual(await history("kitchen"), said);
    }
  });

  test("get what is said while the server is down behind what was said before, once", async () => {
    const [ada, grace] = [await enter("kitchen"), await enter("kitchen")];
    await say(ada, "before");
    await grace.getByText("before", { exact: true }).waitFor();
    await site.kill();
    await ada.getByText("offline since").waitFor();
    await say(ada, "meanwhile", "and again");
    await site.restart();
    await Promise.all([ada, grace].map((page) => page.evaluate(() => dispatchEvent(new Event("online")))));
    await Promise.all([isLive(ada), isLive(grace)]);
    await grace.getByText("and again", { exact: true }).waitFor();
    for (const page of [ada, grace])
      assert.deepEqual(await shown(page), ["before", "meanwhile", "and again"]);
    assert.deepEqual(await history("kitchen"), ["before", "meanwhile", "and again"]);
  });

  test("have any name that fits, and others are not found", async () => {
    const page = await enter("lobby");
    await page.getByRole("textbox", { name: "Another room" }).fill("attic-2");
    await page.getByRole("button", { name: "Go" }).click();
    await page.waitForURL("**/rooms/attic-2");
    await page.getByText("Nothing was ever said in here.").waitFor();
    await isLive(page);
    for (const name of ["a%20b", "%E2%98%83", "x".repeat(65)])
      assert.equal((await fetch(`${site.url}/rooms/${name}`)).status, 404, name);
  });
});
