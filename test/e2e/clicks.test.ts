import type { Page } from "playwright-core";
import { getPage } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import { Gate } from "./support/gate.ts";
import { isLive, People } from "./support/people.ts";
import { Site } from "./support/site.ts";
import { watchText } from "./support/watch.ts";

const CLIENTS = 10;
const CLICKS = 10;
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

suite("clicks of many at once", () => {
  let site: Site;
  let gate: Gate;
  let people: People;
  let pages: Page[];
  /** What all have counted so far. */
  let total = 0;

  before(async () => {
    [site, people] = await Promise.all([Site.start(), People.start()]);
    gate = await Gate.before(site.url);
    pages = await Promise.all(numbers(1, CLIENTS).map(() => people.visit(`${gate.url}/visitors`)));
    await Promise.all(pages.map(isLive));
    for (const page of pages) await page.evaluate(watchText, ["visitor-counter", "output"] as const);
  });
  after(async () => {
    assert.deepEqual(await people.leave(), []);
    await people[Symbol.asyncDispose]();
    await gate[Symbol.asyncDispose]();
    await site.stop();
  });

  const click = async (page: Page) => {
    for (let n = 0; n < CLICKS; n++) await page.getByRole("button", { name: "Count me" }).click();
  };
  /** All numbers that a page has shown, one after another. */
  const shown = (page: Page) => page.evaluate(() => said.map(({ text }) => Number(text)));

  async function allAreCounted(): Promise<void> {
    total += CLIENTS * CLICKS;
    for (const page of pages) {
      await page.waitForFunction((total) => said.at(-1)?.text === String(total), total);
      await isLive(page);
      const seen = await shown(page);
      assert.equal(seen.at(-1), total);
      assert.deepEqual(
        seen,
        seen.toSorted((a, b) => a - b),
        "a number went down",
      );
    }
    const { payload } = await getPage(`${site.url}/visitors`);
    assert.deepEqual(payload?.stores.visitors?.value, { value: total });
  }

  test("D12.7 E2.2.4 a hundred of ten people make exactly a hundred, and each sees its own at once", async () => {
    gate.hold();
    await Promise.all(pages.map(click));
    for (const page of pages) assert.deepEqual(await shown(page), numbers(0, CLICKS));
    gate.release();
    await allAreCounted();
  });

  test("they count once, though the links are cut before the answers are there", async () => {
    gate.holdAnswers();
    await Promise.all(pages.map(click));
    gate.cut();
    await allAreCounted();
  });

  test("they add up without any delay of the network", async () => {
    await Promise.all(pages.map(click));
    await allAreCounted();
  });
});
