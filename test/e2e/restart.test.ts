import type { Page } from "playwright-core";
import { getPage } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { isLive, People } from "./support/people.ts";
import { Site } from "./support/site.ts";
import { watchText } from "./support/watch.ts";

type Said = (typeof said)[number];

/** The order of what <violet-status> says, in letters: so one pattern tells it. */
const letters: Readonly<Record<string, string>> = { connecting: "c", live: "l", saving: "s" };
const orderOf = (all: readonly Said[]) =>
  all.map(({ text }) => letters[text] ?? (/^offline since \d+:\d\d/.test(text) ? "o" : `(${text})`)).join("");

suite("a server that is killed under two open pages", () => {
  let site: Site;
  let people: People;
  let ada: Page;
  let grace: Page;
  before(async () => {
    people = await People.start();
  });
  after(() => people[Symbol.asyncDispose]());

  beforeEach(async () => {
    site = await Site.start();
    [ada, grace] = await Promise.all([people.visit(`${site.url}/chat`), people.visit(`${site.url}/chat`)]);
    await both(isLive);
    await both((page) => page.getByText("2 online").waitFor());
    await both((page) => page.evaluate(watchText, ["violet-status", "[part=text]"] as const));
    await both((page) => page.evaluate(() => Object.assign(window, { isSamePage: true })));
  });
  afterEach(async () => {
    assert.deepEqual(await people.leave(), []);
    await site.stop();
  });

  const both = (act: (page: Page) => Promise<unknown>) => Promise.all([ada, grace].map(act));
  const textbox = (page: Page, name: string) => page.getByRole("textbox", { name });

  async function send(page: Page, text: string): Promise<void> {
    await textbox(page, "Message").fill(text);
    await page.getByRole("button", { name: "Send" }).click();
  }
  const messages = (page: Page) => page.getByRole("log").locator(".text").allTextContents();
  const isBack = async (page: Page) => {
    await isLive(page);
    await page.getByText("2 online").waitFor();
    assert.ok(
      await page.evaluate(() => (window as { isSamePage?: boolean }).isSamePage),
      "the page was reloaded",
    );
  };

  test("is back in both without a reload, and what was sent and typed is there, once", async () => {
    await send(ada, "before");
    await both((page) => page.getByRole("log").getByText("before").waitFor());
    await textbox(grace, "Message").fill("not sent yet");
    const killedAt = Date.now();
    await site.kill();
    await both((page) => page.getByText("offline since").waitFor());
    await send(ada, "meanwhile");
    assert.deepEqual(await messages(ada), ["before", "meanwhile"]);
    await textbox(ada, "Message").fill("half a sen");
    await site.restart();
    await both(isBack);
    await both((page) => page.getByRole("log").getByText("meanwhile").waitFor());

    await both(async (page) => assert.deepEqual(await messages(page), ["before", "meanwhile"]));
    assert.equal(await textbox(ada, "Message").inputValue(), "half a sen");
    assert.equal(await textbox(grace, "Message").inputValue(), "not sent yet");
    const { payload } = await getPage(`${site.url}/chat`);
    const kept = payload?.stores.chat?.value.messages as { text: string }[];
    assert.deepEqual(
      kept.map(({ text }) => text),
      ["before", "meanwhile"],
    );

    const [adas, graces] = (await both((page) => page.evaluate(() => said))) as [Said[], Said[]];
    assert.match(orderOf(adas), /^l(sl)?o(co)*csl$/);
    assert.match(orderOf(graces), /^lo(co)*cl$/);
    for (const one of [adas, graces]) {
      const { at } = one.find(({ text }) => text.startsWith("offline since")) as Said;
      assert.ok(at - killedAt < 1000, `told ${at - killedAt} ms after the kill`);
    }
  });

  test("may end in good order and be killed right after", async () => {
    for (const [index, end] of [() => site.stop(), () => site.kill()].entries()) {
      await send(ada, `round ${index}`);
      await end();
      await both((page) => page.getByText("offline since").waitFor());
      await send(grace, `down ${index}`);
      await site.restart();
      // That they come back by themselves is shown above.
      await both((page) => page.evaluate(() => dispatchEvent(new Event("online"))));
      await both(isBack);
    }
    const expected = [0, 1].flatMap((index) => [`down ${index}`, `round ${index}`]).toSorted();
    await both((page) =>
      page
        .getByRole("log")
        .locator(".text")
        .nth(expected.length - 1)
        .waitFor(),
    );
    const [adas, graces] = (await both(messages)) as [string[], string[]];
    assert.deepEqual(adas.toSorted(), expected);
    assert.deepEqual(graces, adas);
  });
});
