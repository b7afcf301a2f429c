/** Ids are the author's: one that is called like the page's state takes nothing from it. */
import "../../demo/visitors/visitor-counter.ts";
import "../../elements/tags.ts";
import { html } from "../../src/index.ts";
import { serve } from "../support/serve.ts";
import { assert, test } from "../support/suite.ts";
import { bundle } from "./hydration/bundle.ts";
import { isLive, People } from "./support/people.ts";

const client = `import "../../../demo/visitors/visitor-counter.ts"; import "../../../elements/tags.ts";`;

test("a page with an element of its own that has the id violet is live", async () => {
  const assets = await bundle({ client });
  const served = await serve(
    (site, app) => {
      site.get("/favicon.ico", (_, response) => void response.status(204).end());
      for (const [path, text] of assets) site.get(path, (_, response) => void response.type("js").send(text));
      site.get(
        "/",
        app.page(
          () => html`<h1 id="violet">Violet</h1>
          <visitor-counter></visitor-counter><violet-status></violet-status>`,
        ),
      );
    },
    { client: "/assets/client.js" },
  );
  const people = await People.start();
  const page = await (await people.person()).newPage();
  await page.goto(served.url);
  await isLive(page);
  assert.equal(served.app.counters.resumes, 1);
  assert.deepEqual(people.problems, []);
  await people[Symbol.asyncDispose]();
  await served.close();
});
