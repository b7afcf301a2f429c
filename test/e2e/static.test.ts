import { html } from "../../src/index.ts";
import { type Served, serve } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import { People } from "./support/people.ts";
import { Site } from "./support/site.ts";

suite("a page without live tags", () => {
  let demo: Site;
  let served: Served;
  let people: People;
  before(async () => {
    [demo, people] = await Promise.all([Site.start(), People.start()]);
    served = await serve((site, app) => {
      site.get("/favicon.ico", (_, response) => void response.status(204).end());
      site.get(
        "/",
        app.page(() => html`<h1>Still</h1>`),
      );
    });
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await served.close();
    await demo.stop();
  });

  for (const [what, urlOf] of [
    ["the gallery", () => demo.url],
    ["a page of a template alone", () => served.url],
  ] as const) {
    test(`D7.3.2 loads no script, opens no socket and sets no cookie: ${what}`, async () => {
      const context = await people.person();
      const page = await context.newPage();
      const seen: string[] = [];
      page.on("request", (request) => seen.push(request.resourceType()));
      page.on("websocket", () => seen.push("websocket"));
      await page.goto(urlOf(), { waitUntil: "networkidle" });
      assert.ok(!["script", "websocket", "fetch"].some((kind) => seen.includes(kind)), seen.join());
      assert.deepEqual(await context.cookies(), []);
      assert.equal(await page.locator("script").count(), 0);
      assert.deepEqual(await people.leave(), []);
    });
  }
});
