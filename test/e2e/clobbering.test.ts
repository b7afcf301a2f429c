/** Ids and names are the author's, or come from the state: browsers make properties of the page and of forms from them. */
import { html } from "../../src/index.ts";
import { type Served, serve } from "../support/serve.ts";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";
import { bundle } from "./hydration/bundle.ts";
import "../../elements/tags.ts";
import "./hydration/forms.ts";
import { isLive, People, status } from "./support/people.ts";

const client = `import "./forms.ts"; import "../../../elements/tags.ts";`;
const state = `{"client":"mine","stores":{"forms-votes":{"epoch":"x","version":9,"value":{"count":99}}}}`;

suite("ids and names that mean something to browsers", () => {
  let served: Served;
  let people: People;
  let gate: PromiseWithResolvers<void> | undefined;
  before(async () => {
    const assets = await bundle({ client });
    served = await serve((site, app) => {
      site.get("/favicon.ico", (_, response) => void response.status(204).end());
      for (const [path, text] of assets)
        site.get(path, async (_, response) => {
          await gate?.promise;
          response.type("js").send(text);
        });
      const page = (script: unknown) => html`
        <h1 id="violet">Violet</h1><form id="violet" name="violet"><input name="id"><input name="action"></form>
        <p id="violetEarly">${state}</p><p id="getRuntime" title="violet-live">${script}</p>
        <vote-form></vote-form><violet-status></violet-status>`;
      site.get(
        "/",
        app.page(() => page(state), { client: "/assets/client.js" }),
      );
      site.get(
        "/still",
        app.page(() => page(state), { client: false }),
      );
      site.get(
        "/own",
        app.page(() => page(state), {
          client: false,
          head: html`<script type="module" src="/assets/client.js"></script>`,
        }),
      );
    });
    people = await People.start();
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await served.close();
  });
  afterEach(async () => assert.deepEqual(await people.leave(), []));

  test("are properties of the page and of its forms", async () => {
    const page = await people.visit(`${served.url}/still`);
    const types = () =>
      ["violet", "violetEarly", "getRuntime"].map((name) => typeof Reflect.get(globalThis, name));
    assert.deepEqual(await page.evaluate(types), ["object", "object", "object"]);
    const action = () => Reflect.get(document.forms[0] as object, "action") instanceof HTMLInputElement;
    assert.equal(await page.evaluate(action), true);
  });

  test("are not called in a page without the early script", async () => {
    const page = await people.visit(`${served.url}/own`);
    await status(page, "Votes").waitFor();
    await page.waitForFunction(() => customElements.get("vote-form") !== undefined);
    await page.evaluate(() => new Promise((done) => setTimeout(done)));
  });

  test("T43 take nothing from a page: its state is read from the script, and it resumes", async () => {
    const page = await people.visit(served.url);
    await isLive(page);
    assert.equal(await status(page, "Votes").textContent(), "3");
    assert.equal(served.app.counters.resumes, 1);
  });

  test("T43 take nothing from a form: it is submitted, also before it is hydrated", async () => {
    gate = Promise.withResolvers();
    const page = await (await people.person()).newPage();
    await page.goto(served.url, { waitUntil: "commit" });
    await page.getByRole("button", { name: "Vote" }).click();
    gate.resolve();
    await status(page, "Votes").filter({ hasText: "4" }).waitFor();
    await page.getByRole("button", { name: "Vote" }).click();
    await status(page, "Votes").filter({ hasText: "5" }).waitFor();
  });
});
