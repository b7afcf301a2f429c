import type { Page } from "playwright-core";
import { getPage } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { holdModules } from "./support/modules.ts";
import { isHeard, isLive, People, status } from "./support/people.ts";
import { Site } from "./support/site.ts";

suite("what is done before a page's modules have come", () => {
  let site: Site;
  let people: People;
  let page: Page;
  let modules: PromiseWithResolvers<void>;
  before(async () => {
    people = await People.start();
  });
  after(() => people[Symbol.asyncDispose]());

  beforeEach(async () => {
    site = await Site.start();
    page = await (await people.person()).newPage();
    modules = await holdModules(page);
  });
  afterEach(async () => {
    assert.deepEqual(await people.leave(), []);
    await site.stop();
  });

  const open = (path: string) => page.goto(site.url + path, { waitUntil: "commit" });
  const stateOf = async (path: string, store: string) =>
    (await getPage(site.url + path)).payload?.stores[store]?.value;

  test("clicks count, each once", async () => {
    await open("/visitors");
    for (let n = 0; n < 3; n++) await page.getByRole("button", { name: "Count me" }).click();
    assert.equal(await status(page, "Visitors").textContent(), "0");
    modules.resolve();
    await status(page, "Visitors").filter({ hasText: "3" }).waitFor();
    await isLive(page);
    await page.getByRole("button", { name: "Count me" }).click();
    await status(page, "Visitors").filter({ hasText: "4" }).waitFor();
    await isLive(page);
    assert.deepEqual(await stateOf("/visitors", "visitors"), { value: 4 });
  });

  test("a message is sent once, under the name that was typed", async () => {
    await open("/chat");
    await page.getByRole("textbox", { name: "Name" }).fill("Ada");
    await page.getByRole("textbox", { name: "Message" }).fill("early");
    await page.getByRole("button", { name: "Send" }).click();
    modules.resolve();
    await page.getByRole("log").getByText("early").waitFor();
    await isLive(page);
    const { messages } = (await stateOf("/chat", "chat")) as { messages: { name: string; text: string }[] };
    assert.deepEqual(
      messages.map(({ name, text }) => [name, text]),
      [["Ada", "early"]],
    );
    assert.equal(await page.getByRole("textbox", { name: "Name" }).inputValue(), "Ada");
    assert.equal(await page.getByRole("textbox", { name: "Message" }).inputValue(), "");
    assert.equal(new URL(page.url()).search, "");
  });

  test("a todo is added once, though Enter is pressed again in impatience", async () => {
    await open("/todos");
    const text = page.getByRole("textbox", { name: "New todo" });
    await text.fill("milk");
    await text.press("Enter");
    await text.press("Enter");
    modules.resolve();
    await page.getByRole("checkbox", { name: "milk" }).waitFor();
    await isLive(page);
    assert.equal(await page.getByRole("checkbox").count(), 1);
    assert.equal(await text.inputValue(), "");
  });

  test("typed text, the focus and the cursor stay", async () => {
    await open("/todos");
    const text = page.getByRole("textbox", { name: "New todo" });
    await text.pressSequentially("half a sen");
    await text.press("ArrowLeft");
    modules.resolve();
    await isLive(page);
    assert.equal(await text.inputValue(), "half a sen");
    await page.keyboard.type("-");
    assert.equal(await text.inputValue(), "half a se-n");
  });

  test("what is typed into a bound field of plain HTML is saved", async () => {
    await open("/profile");
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Early Ada");
    modules.resolve();
    await page.getByText("Early Ada", { exact: true }).waitFor();
    await isLive(page);
    assert.match((await getPage(`${site.url}/profile`)).html, /value="Early Ada"/);
  });

  test("a vote in plain HTML counts, once", async () => {
    await open("/poll.html");
    const button = page.getByRole("button", { name: "At the café" });
    await button.click();
    modules.resolve();
    await status(page, "At the café").filter({ hasText: "1" }).waitFor();
    assert.ok(await isHeard(button));
    await isLive(page);
    const { total } = (await stateOf("/poll.html", "poll")) as { total: number };
    assert.equal(total, 2);
  });

  test("a choice takes effect", async () => {
    await open("/settings");
    await page.getByRole("radio", { name: "Dark" }).check();
    modules.resolve();
    await page.locator("html[data-theme=dark]").waitFor();
    assert.ok(await page.getByRole("radio", { name: "Dark" }).isChecked());
  });
});
