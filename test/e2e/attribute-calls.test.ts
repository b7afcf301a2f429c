/** Calls in attributes, as the server renders them and the browser adopts them, without `unsafe-eval`. */
import type { Page } from "playwright-core";
import { html } from "../../src/index.ts";
import { getPage, type Served, serve, withoutMarkers } from "../support/serve.ts";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";
import { bundle } from "./hydration/bundle.ts";
import "../../elements/tags.ts";
import "./hydration/calls.ts";
import { holdModules } from "./support/modules.ts";
import { isHeard, isLive, People, status } from "./support/people.ts";

const client = `import "./calls.ts"; import "../../../elements/tags.ts";`;

suite("calls in attributes of a page", () => {
  let served: Served;
  let people: People;
  before(async () => {
    const assets = await bundle({ client });
    served = await serve(
      (site, app) => {
        site.use((_, response, next) => {
          response.set("Content-Security-Policy", "default-src 'self'");
          next();
        });
        site.get("/favicon.ico", (_, response) => void response.status(204).end());
        for (const [path, text] of assets)
          site.get(path, (_, response) => void response.type("js").send(text));
        site.get(
          "/",
          app.page(
            () => html`<violet-shared store="calls-tally"><tally-form></tally-form></violet-shared>
            <violet-status></violet-status>`,
            { client: "/assets/client.js" },
          ),
        );
        site.get(
          "/plain",
          app.page(
            () => html`<violet-shared store="calls-tally">
            <form data-on-submit="add(n, name)">
              <label>Number <input name="n"></label><input name="name" value="Ada"><input name="getRootNode"><input name="getAttributeNames">
              <button>Add</button>
            </form>
            <button data-on-click="add(100, 'Ada')">Hundred</button>
            <output data-text="count" aria-label="Sum"></output></violet-shared>
            <violet-local store="calls-choice" initial='{"many":[]}'>
              <select multiple data-model="many"><option>a</option><option>b</option></select>
              <output data-text="many" aria-label="Chosen"></output></violet-local>
            <violet-status></violet-status>`,
            { client: "/assets/client.js" },
          ),
        );
        site.get(
          "/refused",
          app.page(
            () =>
              html`<violet-shared store="calls-nowhere"><button data-on-click="go()">Nowhere</button></violet-shared>`,
            { client: "/assets/client.js" },
          ),
        );
      },
      { overlay: false },
    );
    people = await People.start();
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await served.close();
  });
  afterEach(async () => assert.deepEqual(await people.leave(), []));

  test("stand in its HTML, and nothing else of them", async () => {
    const { html } = await getPage(served.url);
    assert.match(withoutMarkers(html), /<form data-on-submit="add\(n, name\)"\s*>/);
    assert.match(withoutMarkers(html), /<button data-on-click="rename\('it\\'s me'\)"\s*>/);
  });

  test("are adopted, and work under default-src 'self', without a navigation", async () => {
    const page = await people.visit(served.url);
    await isLive(page);
    await page.getByLabel("Number").fill("4");
    await page.getByRole("button", { name: "Add" }).click();
    await status(page, "Tally").filter({ hasText: "Ada 7" }).waitFor();
    assert.ok(await isHeard(page.getByRole("button", { name: "Rename" })));
    await status(page, "Tally").filter({ hasText: "it's me 7" }).waitFor();
    assert.equal(page.url(), `${served.url}/`);
  });

  /** Opens a page of plain HTML whose modules come when this is resolved. */
  async function open(path: string): Promise<[Page, PromiseWithResolvers<void>]> {
    const page = await (await people.person()).newPage();
    const modules = await holdModules(page);
    await page.goto(`${served.url}${path}`, { waitUntil: "commit" });
    return [page, modules];
  }

  test("T43 are made once for what is submitted in plain HTML before it is bound, whatever the names of its fields", async () => {
    const [page, modules] = await open("/plain");
    const before = Number(await status(page, "Sum").textContent());
    for (const n of ["5", "7"]) {
      await page.getByLabel("Number").fill(n);
      await page.getByRole("button", { name: "Add" }).click();
    }
    await page.getByRole("button", { name: "Hundred" }).click();
    await page.getByRole("button", { name: "Add" }).evaluate((button) => button.remove());
    modules.resolve();
    await status(page, "Sum")
      .filter({ hasText: String(before + 112) })
      .waitFor();
    assert.equal(page.url(), `${served.url}/plain`);
  });

  test("are made for what was done before plain HTML was bound though something before that cannot be done any more", async () => {
    const [page, modules] = await open("/plain");
    const before = Number(await status(page, "Sum").textContent());
    await page.getByRole("button", { name: "Add" }).click();
    await page.getByRole("button", { name: "Hundred" }).click();
    // No browser submits a form by such a button.
    await page
      .getByRole("button", { name: "Add" })
      .evaluate((button) => button.setAttribute("type", "button"));
    modules.resolve();
    await status(page, "Sum")
      .filter({ hasText: String(before + 100) })
      .waitFor();
    assert.match(people.problems.join(), /not a submit button/);
    people.problems = [];
  });

  test("come with fields that hold all that was chosen before they were bound", async () => {
    const [page, modules] = await open("/plain");
    await page.getByRole("option", { name: "b" }).click();
    await page.getByRole("option", { name: "a" }).click({ modifiers: ["Control"] });
    modules.resolve();
    await status(page, "Chosen").filter({ hasText: '["a","b"]' }).waitFor();
  });

  test("of scripts are heard at once, also before plain HTML is bound", async () => {
    const [page, modules] = await open("/plain");
    const isHeardAtOnce = await page.getByRole("button", { name: "Hundred" }).evaluate((button) => {
      let isHeard = false;
      document.addEventListener("click", () => (isHeard = true), { once: true });
      (button as HTMLButtonElement).click();
      return isHeard;
    });
    modules.resolve();
    assert.ok(isHeardAtOnce);
  });

  test("of others are heard beside a binding that is at fault", async () => {
    const [page, modules] = await open("/plain");
    modules.resolve();
    await isLive(page);
    await page.locator("form").evaluate((form) => {
      form.insertAdjacentHTML(
        "afterend",
        `<p data-show="a > 1"><button data-on-click="go()">Beside</button></p>`,
      );
    });
    assert.ok(await isHeard(page.getByRole("button", { name: "Beside" })));
    assert.match(people.problems.join(), /"a > 1" is no path/);
    people.problems = [];
  });

  test("of others are heard where a store is refused", async () => {
    const [page, modules] = await open("/refused");
    const refused = page.waitForEvent("console", (message) => message.text().includes("E_FORBIDDEN"));
    modules.resolve();
    await refused;
    assert.ok(await isHeard(page.getByRole("button", { name: "Nowhere" })));
    people.problems = [];
  });
});
