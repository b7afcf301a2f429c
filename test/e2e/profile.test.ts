/** `/profile`: a row of a database that two people edit at once, with a server that is killed meanwhile. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Page } from "playwright-core";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";
import { isLive, People } from "./support/people.ts";
import { Site } from "./support/site.ts";

const field = (page: Page, name: string) => page.getByRole("textbox", { name, exact: true });

/** In the page: this is in the field. */
const holds = (page: Page, name: string, text: string) =>
  page.waitForFunction(
    ([id, text]) => (document.getElementById(id as string) as HTMLInputElement).value === text,
    [name.toLowerCase(), text],
  );

suite("/profile, a row of a database", () => {
  let folder: string;
  let site: Site;
  let people: People;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "violet-profile-"));
    [site, people] = await Promise.all([Site.start({ VIOLET_DB: join(folder, "demo.db") }), People.start()]);
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await site.stop();
    await rm(folder, { recursive: true });
  });
  afterEach(async () => assert.deepEqual(await people.leave(), []));

  const visit = async () => {
    const page = await people.visit(`${site.url}/profile`);
    await isLive(page);
    return page;
  };
  const query = (text: string) => {
    const database = new DatabaseSync(join(folder, "demo.db.rows"), { timeout: 5000 });
    const rows = database.prepare(text).all();
    database.close();
    return rows.map((row) => ({ ...row }));
  };

  test("E2.3.6 is saved without a button, and shown to whoever has it open; nobody's typing is disturbed", async () => {
    const [ada, grace] = [await visit(), await visit()];
    await field(grace, "Name").fill("Ada K");
    await field(grace, "Name").evaluate((input) => (input as HTMLInputElement).setSelectionRange(1, 2));
    await field(ada, "Email").fill("countess@example.org");
    await field(ada, "Age").fill("37");
    await grace.getByText("37 years").waitFor();
    await holds(grace, "Email", "countess@example.org");
    await holds(ada, "Name", "Ada K");
    const caret = await field(grace, "Name").evaluate((input) => {
      const { selectionStart, selectionEnd } = input as HTMLInputElement;
      return [document.activeElement === input, selectionStart, selectionEnd];
    });
    assert.deepEqual(caret, [true, 1, 2]);
    await isLive(ada);
    assert.deepEqual(query("select name, email, age from profiles where id = 1"), [
      { name: "Ada K", email: "countess@example.org", age: 37 },
    ]);
  });

  test("says at the field why something is not saved, and forgets it when it is", async () => {
    const page = await visit();
    await field(page, "Email").fill("grace@example.org");
    await page.getByText("Give an address that nobody else has.").waitFor();
    await field(page, "Age").fill("200");
    await page.getByText("Give a whole number from 16 to 130.").waitFor();
    assert.ok(await page.getByText("Give an address that nobody else has.").isVisible());
    assert.deepEqual(
      query("select count(*) as n from profiles where email = 'grace@example.org' or age = 200"),
      [{ n: 1 }],
    );
    await field(page, "Age").fill("40");
    await page.getByText("Give a whole number from 16 to 130.").waitFor({ state: "hidden" });
    await field(page, "Email").fill("ada@example.org");
    await page.getByText("Give an address that nobody else has.").waitFor({ state: "hidden" });
    await page.getByText("40 years").waitFor();
  });

  test("shows what another program writes, without its password", async () => {
    const page = await visit();
    query("update profiles set name = 'By hand' where id = 1 returning id");
    await holds(page, "Name", "By hand");
    const answer = await page.request.get(`${site.url}/profile`);
    assert.match(await answer.text(), /value="By hand"/);
    assert.doesNotMatch(await answer.text(), /never in a page/);
  });

  test("is what was acknowledged when its server is killed and comes back", async () => {
    const page = await visit();
    await field(page, "Name").fill("Before the kill");
    await isLive(page);
    await site.kill();
    await site.restart();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await isLive(page);
    await field(page, "Age").fill("41");
    await page.getByText("41 years").waitFor();
    await isLive(page);
    assert.deepEqual(query("select name, age from profiles where id = 1"), [
      { name: "Before the kill", age: 41 },
    ]);
  });

  test("is in the HTML without JavaScript", async () => {
    const page = await people.visit(`${site.url}/profile`, { javaScriptEnabled: false });
    const [row] = query("select name from profiles where id = 1");
    assert.equal(await field(page, "Name").inputValue(), row?.name);
  });
});
