/** Hostile text in every place of a page, in Chromium. `npm run test:hostile -- markup` tries far more of it. */
import { attack, controls, Markup } from "../hostile/markup.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

suite("hostile text", () => {
  let site: Markup;
  before(async () => {
    site = await Markup.start();
  });
  after(() => site[Symbol.asyncDispose]());

  for (const text of controls)
    test(`is seen when it runs: ${text}`, async () => {
      const { ran } = await site.control(text);
      assert.ok(ran.length > 0, "nothing ran where nothing is guarded");
    });

  test("T42 runs nowhere: rendered, hydrated, updated, made in the browser, in errors, titles and files", async () => {
    const { ran, found, failures } = await attack(site, 120);
    assert.deepEqual({ ran, found, failures }, { ran: [], found: [], failures: [] });
  });
});
