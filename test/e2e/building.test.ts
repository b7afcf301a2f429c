/** The guide's whole app, as a newcomer copies it: it is built by its commands, served, and live in Chromium. */
import { fileIn, filesIn } from "../support/markdown.ts";
import { getPage } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import { guideSection, NewcomerSite } from "./support/newcomer-site.ts";
import { People } from "./support/people.ts";

const building = guideSection("Building");
const files = ["Stores", "Rights", "Elements", "Live components", "Building", "Deploying"].map((heading) =>
  filesIn(guideSection(heading)),
);

suite("the guide's app", () => {
  let site: NewcomerSite;
  let people: People;
  before(async () => {
    people = await People.start();
    site = await NewcomerSite.build(Object.assign({}, ...files));
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
    assert.match(script.html, /counter-card/);
    assert.doesNotMatch(script.html, /params\.startAt/);
    await site.stop();
  };

  test("counts, and has nothing of its server module in the bundle", counts);

  test("does so with an element in plain JavaScript", async () => {
    await site.replace("counter-card.js", fileIn(building, "counter-card.js"));
    await counts();
  });

  test("is deployed behind a proxy, which says who asks, and ends by SIGTERM", async () => {
    const secrets = "the new secret that nobody knows,the old one that some may know";
    const url = await site.start("deployed.js", { NODE_ENV: "production", VIOLET_SECRET: secrets });
    const proxy = { "x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https" };
    const asked = (host: string) => getPage(url, { ...proxy, "x-forwarded-host": host });
    const page = await asked("example.org");
    assert.equal(page.status, 200);
    assert.match(page.headers.get("set-cookie") ?? "", /^__Host-violet-session=.*; Secure/);
    assert.equal((await asked("example.com")).status, 403);
    assert.equal((await getPage(`${url}/_violet/ready`)).status, 200);
    await site.stop();
    assert.equal(site.exitCode, 0);
  });
});
