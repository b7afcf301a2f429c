import "../../elements/tags.ts";
import type { Page } from "playwright-core";
import { html } from "../../src/index.ts";
import { MemoryLogger, type Served, serve } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { define, tally } from "./healing/elements.ts";
import { bundle } from "./hydration/bundle.ts";
import { isLive, People } from "./support/people.ts";

define();

const beside = (part: unknown) => html`${part}<counts-well></counts-well><violet-status></violet-status>`;

suite("a page with an element that goes wrong", () => {
  const logger = new MemoryLogger();
  let served: Served;
  let people: People;
  before(async () => {
    const assets = await bundle({
      client: `import "../../../elements/tags.ts"; import { define } from "../healing/elements.ts"; define();`,
    });
    served = await serve(
      (site, app) => {
        site.get("/favicon.ico", (_, response) => void response.status(204).end());
        for (const [path, text] of assets)
          site.get(path, (_, response) => void response.type("js").send(text));
        site.get(
          "/otherwise",
          app.page(() => beside(html`<renders-otherwise></renders-otherwise>`)),
        );
        site.get(
          "/fails",
          app.page(() => beside(html`<fails-on-server></fails-on-server>`)),
        );
        site.get(
          "/hole",
          app.page(() => beside(html`<fails-on-server></fails-on-server>`), { onRenderError: "mark" }),
        );
        site.get(
          "/hole-that-stays",
          app.page(() => beside(html`<fails-everywhere></fails-everywhere>`), { onRenderError: "mark" }),
        );
        site.get(
          "/well",
          app.page(() => beside("")),
        );
      },
      { client: "/assets/client.js", logger, overlay: false },
    );
    people = await People.start();
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await served.close();
  });
  beforeEach(() => {
    logger.errors.length = 0;
    served.app.run(() => (tally.count = 0));
  });
  afterEach(async () => void (await people.leave()));

  /** Each of the elements counts, and shows what the others counted. */
  async function allWork(page: Page, tags: readonly string[]): Promise<void> {
    for (const [index, tag] of tags.entries()) {
      await page.locator(tag).getByRole("button").click();
      for (const other of tags)
        await page
          .locator(`${other} output`)
          .getByText(String(index + 1))
          .waitFor();
    }
    await isLive(page);
    assert.equal(
      served.app.run(() => tally.count),
      tags.length,
    );
  }

  test("is made right where the browser renders otherwise, which is named once", async () => {
    const page = await people.visit(`${served.url}/otherwise`);
    await page.getByRole("heading", { name: "browser" }).waitFor();
    await isLive(page);
    await allWork(page, ["renders-otherwise", "counts-well"]);
    assert.equal(people.problems.length, 1, people.problems.join("\n"));
    assert.match(
      people.problems[0] as string,
      /^violet: <renders-otherwise> is not what the server rendered/,
    );
  });

  test("is a 500 where the element throws on the server, which goes on", async () => {
    const page = await people.visit(`${served.url}/fails`);
    assert.match((await page.textContent("body")) ?? "", /^\s*500/);
    assert.equal(logger.errors.length, 1);
    assert.match(logger.errors[0]?.err.message as string, /<fails-on-server>: no window here/);
    await page.goto(`${served.url}/well`);
    await allWork(page, ["counts-well"]);
  });

  test("has a hole where it throws on the server alone, and the browser fills it", async () => {
    const { status, html } = await served.get("/hole");
    assert.equal(status, 200);
    assert.match(html, /<!--violet-error fails-on-server-->/);
    const page = await people.visit(`${served.url}/hole`);
    await allWork(page, ["fails-on-server", "counts-well"]);
    assert.equal(await page.locator("fails-on-server").getByRole("alert").count(), 0);
    assert.equal(people.problems.length, 1, people.problems.join("\n"));
    assert.match(people.problems[0] as string, /^violet: <fails-on-server> is not what the server rendered/);
  });

  test("keeps the hole's words where the browser cannot render it either", async () => {
    const page = await people.visit(`${served.url}/hole-that-stays`);
    await allWork(page, ["counts-well"]);
    assert.equal(
      await page.locator("fails-everywhere").getByRole("alert").textContent(),
      "<fails-everywhere>: never",
    );
    assert.deepEqual(people.problems, ["Error: never"]);
  });
});
