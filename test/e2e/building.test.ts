/** The guide's whole app, as a newcomer copies it: it is built by its commands, served, and live in Chromium. */
import { fileIn, filesIn } from "../support/markdown.ts";
import { getPage } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import { guideSection, NewcomerSite } from "./support/newcomer-site.ts";
import { People } from "./support/people.ts";

const building = guideSection("Building");
const component = filesIn(guideSection("Live components"));

suite("the guide's app", () => {
  let site: NewcomerSite;
  let people: People;
  before(async () => {
    people = await People.start();
    site = await NewcomerSite.build({ ...component, ...filesIn(building) });
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  const counts = async () => {
    const url = await site.start("counter-site.js");
    const page = await people.visit(url);
    const count = page.locator("counter-card p").first();
    assert.equal(await count.textContent(), "0");
    await page.getByRole("button", { name: "+" }).click();
    await count.getByText("1").waitFor();
    await people.leave();
    const script = await getPage(`${url}/client.js`);
    assert.equal(script.status, 200);
    assert.doesNotMatch(script.html, /startAt/);
    await site.stop();
  };

  test("counts, and has nothing of its server module in the bundle", counts);

  test("does so with an element in plain JavaScript", async () => {
    await site.replace("counter-card.js", fileIn(building, "counter-card.js"));
    await counts();
  });
});
