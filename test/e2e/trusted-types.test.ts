/** A page under Trusted Types: HTML comes from Lit's templates, and from what the app calls trusted. */
import { securityPolicy } from "../../demo/site.ts";
import { server } from "../../server/index.ts";
import { html } from "../../src/index.ts";
import "../../elements/tags.ts";
import { serve } from "../support/serve.ts";
import { assert, test } from "../support/suite.ts";
import { bundle } from "./hydration/bundle.ts";
import { notes } from "./hydration/notes.ts";
import { isLive, People } from "./support/people.ts";

const client = `import "./notes.ts"; import "../../../elements/tags.ts";`;

test("trusted() renders, hydrates and updates under require-trusted-types-for 'script'", async () => {
  const assets = await bundle({ client });
  const served = await serve(
    (site, app) => {
      site.use((_, response, next) => {
        response.setHeader("Content-Security-Policy", securityPolicy);
        next();
      });
      site.get("/favicon.ico", (_, response) => void response.status(204).end());
      for (const [path, text] of assets) site.get(path, (_, response) => void response.type("js").send(text));
      site.get(
        "/",
        app.page(() => html`<note-board></note-board><violet-status></violet-status>`),
      );
    },
    { client: "/assets/client.js" },
  );
  const people = await People.start();
  const page = await people.visit(served.url);
  await isLive(page);
  await page.locator("b", { hasText: "first" }).waitFor();
  served.app.run(() => server.store(notes).rows.push("<i>second</i>"));
  await page.locator("i", { hasText: "second" }).waitFor();
  assert.deepEqual(await people.leave(), []);

  const guarded = await people.visit(served.url);
  const thrown = await guarded.evaluate(() => {
    try {
      document.body.innerHTML = "<b>text</b>";
      return "nothing";
    } catch (error) {
      return (error as Error).name;
    }
  });
  assert.equal(thrown, "TypeError", "the policy is in force");
  await people[Symbol.asyncDispose]();
  await served.close();
});
