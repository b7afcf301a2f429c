/** What a development build adds to a page, under the strictest policy: errors over the page, and a slow network. */
import "../../elements/tags.ts";
import type { Page } from "playwright-core";
import { integer, object } from "superstruct";
import { securityPolicy } from "../../demo/site.ts";
import { VioletElement } from "../../elements/index.ts";
import { live, server } from "../../server/index.ts";
import { html } from "../../src/index.ts";
import { MemoryLogger, type Served, serve } from "../support/serve.ts";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";
import { define } from "./dev/elements.ts";
import { bundle } from "./hydration/bundle.ts";
import { isLive, People } from "./support/people.ts";

const fetchCustomers = () => {
  throw new Error("no such table: customers");
};
const card = live({
  state: object({ count: integer() }),
  initial: () => ({ count: 0 }),
  callbacks: () => ({
    fail: fetchCustomers,
    count: (state) => {
      state.count++;
    },
  }),
});
const report = server.rpc([], fetchCustomers);
define(card as never, async () => {});

/** The browser does not know it. */
class DevLost extends VioletElement {
  override render() {
    return html`<p>never hydrated</p>`;
  }
}
customElements.define("dev-lost", DevLost);

suite("a development build", () => {
  const assetsOf = () =>
    bundle({
      client: `import "../../../elements/tags.ts"; import { define } from "../dev/elements.ts";
          import { live, rpc } from "../../../src/calls/stubs.ts"; define(live("dev"), rpc("dev.report"));`,
    });
  const served: Record<string, Served> = {};
  let people: People;
  let page: Page;

  async function site(options: object): Promise<Served> {
    const assets = await assetsOf();
    return serve(
      (site, app) => {
        site.use((_request, response, next) => {
          response.setHeader("Content-Security-Policy", securityPolicy);
          next();
        });
        site.get("/favicon.ico", (_, response) => void response.status(204).end());
        for (const [path, text] of assets)
          site.get(path, (_, response) => void response.type("js").send(text));
        const body = html`<h1>A page</h1><dev-board></dev-board><dev-card></dev-card><violet-status></violet-status>`;
        site.get(
          "/",
          app.page(() => body),
        );
        const cards = [1, 2].map(() => html`<p><dev-card></dev-card></p>`);
        const mistakes = html`${cards}<dev-board></dev-board><dev-lost></dev-lost><violet-status></violet-status>`;
        site.get(
          "/mistakes",
          app.page(() => mistakes),
        );
      },
      {
        client: "/assets/client.js",
        logger: new MemoryLogger(),
        modules: { dev: { dev: card, report } },
        ...options,
      },
    );
  }

  before(async () => {
    served.on = await site({});
    served.off = await site({ overlay: false });
    people = await People.start();
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    for (const { close } of Object.values(served)) await close();
  });
  afterEach(async () => {
    await people.leave();
  });

  const open = async (which = "on") => {
    page = await people.visit(`${served[which]?.url}/`);
    await isLive(page);
  };
  const click = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const overlay = () => page.getByRole("alertdialog");
  const closed = () => overlay().waitFor({ state: "detached" });
  const text = async () => (await overlay().textContent()) ?? "";
  const policyReports = () => people.problems.filter((problem) => /Content.Security|Trusted/.test(problem));

  for (const [button, title, place, message] of [
    ["Fail to render", "Error", "<dev-board>", "cannot render this"],
    ["Fail in a handler", "TypeError", "@click.prevent on <button> in <dev-board>", "this handler is wrong"],
    ["Fail later", "Error", "@click on <button> in <dev-board>", "this came later"],
    ["Fail in a function", "E_INTERNAL", "@click on <button> in <dev-board>", "no such table: customers"],
    ["Fail on the server", "E_INTERNAL", 'callback "fail" in <dev-card>', "no such table: customers"],
    ["Show an unmarked handler", "E_UNMARKED", "@click on <button> in <dev-unmarked>", "Wrap it: callback("],
  ] as const)
    test(`shows "${title}" with its place: ${button}`, async () => {
      await open();
      await click(button);
      const shown = await text();
      for (const part of [title, place, message]) assert.ok(shown.includes(part), `${part} in\n${shown}`);
      if (title === "E_INTERNAL") {
        assert.match(
          shown,
          /On the server\s*Error: no such table: customers\s+at fetchCustomers .*dev-overlay/,
        );
        assert.ok(people.problems.some((problem) => problem.includes("at fetchCustomers")));
      } else assert.doesNotMatch(shown, /On the server/);
      assert.deepEqual(policyReports(), []);
    });

  test("gives the focus back when Escape or its button closes it, and the page goes on", async () => {
    await open();
    const field = page.getByLabel("Text");
    for (const close of [() => page.keyboard.press("Escape"), () => click("Close")]) {
      await field.fill("half a word");
      await page.evaluate(() => void Promise.reject(new Error("from a timer")));
      assert.match(await text(), /from a timer/);
      assert.equal(
        await overlay()
          .getByRole("button")
          .evaluate((button) => button.matches(":focus")),
        true,
      );
      await close();
      await closed();
      await page.keyboard.type("s");
      assert.equal(await field.inputValue(), "half a words");
    }
    await click("Count");
    await page.locator("output", { hasText: "1" }).waitFor();
  });

  test("counts errors that come together, and is gone with the page", async () => {
    await open();
    await page.evaluate(() => {
      for (let i = 0; i < 25; i++) reportError(new Error(`number ${i}`));
    });
    await overlay().getByRole("heading", { name: "25 errors" }).waitFor();
    assert.equal(await overlay().locator("section").count(), 20);
    await page.reload();
    await isLive(page);
    assert.equal(await overlay().count(), 0);
  });

  test("shows nothing with `overlay: false`, and still says it on the console", async () => {
    await open("off");
    await click("Fail on the server");
    await click("Count");
    await page.locator("output", { hasText: "1" }).waitFor();
    assert.equal(await overlay().count(), 0);
    assert.ok(people.problems.some((problem) => problem.includes("at fetchCustomers")));
  });

  test("warns of live elements in a list without keys, of elements that nobody defines, and of refused writes", async () => {
    page = await people.visit(`${served.on?.url}/mistakes`);
    await isLive(page);
    await click("Write what is locked");
    const warned = (pattern: RegExp) => people.problems.filter((problem) => pattern.test(problem)).length;
    while (!warned(/^violet: "dev-locked" is refused: E_FORBIDDEN/)) await page.waitForEvent("console");
    assert.equal(warned(/^violet: <dev-card> stands in a list without a key/), 1);
    assert.equal(
      warned(/^violet: <dev-lost> was rendered by the server, and no module of this page defines it/),
      1,
    );
    assert.equal(people.problems.length, 3, people.problems.join("\n"));
    await open();
    assert.equal(warned(/^violet: <dev-card> stands in a list/), 1);
  });

  test("makes each round trip longer, until it is told to stop, in this tab", async () => {
    await open();
    const roundTripMs = async () => {
      const count = Number(await page.locator("output").textContent());
      const began = await page.evaluate(() => performance.now());
      await click("Count");
      await page.locator("output", { hasText: String(count + 1) }).waitFor();
      return (await page.evaluate(() => performance.now())) - began;
    };
    await page.evaluate(() => window.violet.latency?.(400));
    // A timer is never early.
    assert.ok((await roundTripMs()) >= 400);
    await page.reload();
    await isLive(page);
    assert.ok((await roundTripMs()) >= 400);
    await page.evaluate(() => window.violet.latency?.(0));
    await page.reload();
    await isLive(page);
    assert.equal(await page.evaluate(() => sessionStorage.getItem("violet:latency")), "0");
    assert.ok(await page.evaluate(() => Object.isFrozen(window.violet)));
  });
});
