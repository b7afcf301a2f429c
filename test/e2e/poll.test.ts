import type { Page } from "playwright-core";
import { poll } from "../../demo/poll/poll.ts";
import { securityPolicy, startSite } from "../../demo/site.ts";
import { MemoryLogger, secret } from "../support/serve.ts";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";
import { isLive, People } from "./support/people.ts";
import { watchChanges } from "./support/watch.ts";

const vote = (id: string) => poll.vote(id);

/** The number that stands beside an answer. */
const votes = (page: Page, answer: string) => page.getByRole("status", { name: answer });
const shows = (page: Page, answer: string, text: string) =>
  votes(page, answer).filter({ hasText: text }).waitFor();

suite("/poll.html, plain HTML without a module of its own", () => {
  let site: Awaited<ReturnType<typeof startSite>>;
  let people: People;
  before(async () => {
    people = await People.start();
    site = await startSite({ port: 0, host: "127.0.0.1", secret, logger: new MemoryLogger() });
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await site.close();
  });
  afterEach(async () => assert.deepEqual(await people.leave(), []));

  test("shows its rows before any script runs, and keeps them: only what is voted for changes", async () => {
    const page = await (await people.person()).newPage();
    await page.addInitScript(watchChanges);
    const answer = await page.goto(`${site.url}/poll.html`);
    assert.equal(answer?.headers()["content-security-policy"], securityPolicy);
    assert.match((await answer?.text()) ?? "", /data-text="text" *>In the park<\/button>/);
    await isLive(page);
    const row = await page.getByRole("listitem").first().elementHandle();
    site.app.run(() => vote("park"));
    await shows(page, "In the park", "1");
    assert.ok(await row?.evaluate((element) => element.isConnected));
    const changed = await page.evaluate(() => changes);
    assert.deepEqual(changed.toSorted(), ["+ #text 1", "+ #text 1", "- #text 0", "- #text 0"]);
  });

  test("is the same for everybody, and its own view for each", async () => {
    const [ada, grace] = [
      await people.visit(`${site.url}/poll.html`),
      await people.visit(`${site.url}/poll.html`),
    ];
    await Promise.all([ada, grace].map(isLive));
    const before = Number(await votes(ada, "At the café").textContent());
    await ada.getByRole("button", { name: "At the café" }).click();
    for (const page of [ada, grace]) await shows(page, "At the café", String(before + 1));
    await ada.getByRole("checkbox", { name: "Show the numbers" }).uncheck();
    await votes(ada, "At the café").waitFor({ state: "hidden" });
    assert.ok(await votes(grace, "At the café").isVisible());
  });

  test("shows all of it without JavaScript", async () => {
    const page = await people.visit(`${site.url}/poll.html`, { javaScriptEnabled: false });
    await page.getByRole("heading", { name: "Where should the next meeting be?" }).waitFor();
    assert.deepEqual(await page.getByRole("listitem").getByRole("button").allTextContents(), [
      "In the park",
      "In the library",
      "At the café",
    ]);
  });
});
