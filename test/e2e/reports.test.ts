/** Every page of the demo under `default-src 'self'`, looked at and used: browsers report nothing, and say nothing is wrong. */
import type { Locator, Page } from "playwright-core";
import { pages } from "../../demo/pages.ts";
import { securityPolicy } from "../../demo/site.ts";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";
import { isLive, People } from "./support/people.ts";
import { Site } from "./support/site.ts";

declare global {
  var violations: string[];
}

/** In the page, from its beginning on. */
function watchReports(): void {
  globalThis.violations = [];
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    violations.push(`${violatedDirective} ${blockedURI}`),
  );
}

const paths = ["/", ...pages.map(({ path }) => path)];

async function fillIn(field: Locator): Promise<void> {
  const type = await field.evaluate((element) => (element as HTMLInputElement).type);
  if (/^(checkbox|radio)$/.test(type)) await field.check({ force: true });
  else if (type.startsWith("select")) await field.selectOption({ index: 1 });
  else if (type === "date") await field.fill("2027-03-01");
  else if (/^(number|range)$/.test(type)) await field.fill("7");
  else if (type === "color") await field.fill("#aa3300");
  else if (type !== "hidden") await field.fill(type === "email" ? "ada@example.org" : "Ada");
}

/** Fills in what can be filled in, and then presses each button that is there. What goes while it is used is left alone. */
async function use(page: Page): Promise<void> {
  const main = page.locator("main");
  for (const field of await main.locator("input, textarea, select").all()) await fillIn(field);
  const buttons = main.locator("button:enabled:visible");
  for (let index = 0; index < (await buttons.count()); index++) await buttons.nth(index).click();
  for (const summary of await main.locator("summary").all()) await summary.click();
  await page.mouse.move(200, 300);
  await page.mouse.move(220, 320);
}

suite("under default-src 'self', every page of the demo,", () => {
  let site: Site;
  let people: People;
  before(async () => {
    [site, people] = await Promise.all([Site.start(), People.start()]);
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await site.stop();
  });
  // Browsers tell of an answer of 422 to a form, which is what it is to be.
  afterEach(async () =>
    assert.deepEqual(
      (await people.leave()).filter((problem) => !/status of 422/.test(problem)),
      [],
    ),
  );

  async function open(path: string, javaScriptEnabled: boolean): Promise<Page> {
    const page = await (await people.person({ javaScriptEnabled })).newPage();
    if (javaScriptEnabled) await page.addInitScript(watchReports);
    const answer = await page.goto(site.url + path);
    assert.equal(answer?.headers()["content-security-policy"], securityPolicy);
    assert.match(securityPolicy, /(^|; )default-src 'self'(;|$)/);
    if (javaScriptEnabled && (await page.locator("violet-status").count())) await isLive(page);
    return page;
  }

  for (const path of paths)
    test(`${path} is reported nothing of, with JavaScript and without`, async () => {
      for (const javaScriptEnabled of [true, false]) {
        const page = await open(path, javaScriptEnabled);
        if (javaScriptEnabled) assert.deepEqual(await page.evaluate(() => violations), []);
        await use(page);
        if (!javaScriptEnabled) continue;
        if (await page.locator("violet-status").count()) await isLive(page);
        assert.deepEqual(await page.evaluate(() => violations), []);
      }
    });
});
