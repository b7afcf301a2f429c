import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { css } from "lit";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { object, string } from "superstruct";
import { VioletElement } from "../../elements/violet-element.ts";
import { html, local, shared } from "../../src/index.ts";
import { type Served, serve } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { launch } from "./support/browser.ts";

const words = shared("paint-words", {
  state: object({ text: string() }),
  initial: () => ({ text: "styled" }),
});
const look = local("paint-look", {
  state: object({ theme: string() }),
  initial: () => ({ theme: "light" }),
  persist: true,
  reflect: ["theme"],
});

customElements.define(
  "paint-inner",
  class extends VioletElement {
    static override styles = css`b { color: rgb(4, 5, 6); }`;
    override render() {
      return html`<b>${words.text} ${look.theme}</b>`;
    }
  },
);
customElements.define(
  "paint-outer",
  class extends VioletElement {
    static override styles = css`p { color: rgb(1, 2, 3); }`;
    override render() {
      return html`<p>${words.text}</p><paint-inner></paint-inner>`;
    }
  },
);

/** What each frame shows: what is painted next is what an animation frame's callback sees. */
interface Frame {
  readonly outer: string | undefined;
  readonly inner: string | undefined;
  readonly theme: string | undefined;
  /** The payload at the end of the page is there. */
  readonly isWhole: boolean;
}

const watchFrames = () => {
  const color = (element: Element | null | undefined) => element && getComputedStyle(element).color;
  const frames: Frame[] = [];
  const look = () => {
    const outer = document.querySelector("paint-outer")?.shadowRoot;
    const inner = outer?.querySelector("paint-inner")?.shadowRoot;
    const { theme } = document.documentElement.dataset;
    frames.push({
      outer: color(outer?.querySelector("p")) ?? undefined,
      inner: color(inner?.querySelector("b")) ?? undefined,
      theme,
      isWhole: document.getElementById("violet") !== null,
    });
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  const reports: string[] = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective }) => reports.push(violatedDirective));
  Object.assign(window, { frames$: frames, reports$: reports });
};

suite("the first paint under default-src 'self'", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let served: Served;
  before(async () => {
    browser = await launch();
    served = await serve(
      (site, app) => {
        site.use((_, response, next) => {
          response.setHeader("Content-Security-Policy", "default-src 'self'");
          next();
        });
        site.get("/client.js", (_, response) => void response.type("js").send(""));
        site.get(
          "/",
          app.page(() => html`<h1>Before</h1><paint-outer></paint-outer><paint-outer></paint-outer>`),
        );
      },
      { client: "/client.js" },
    );
  });
  after(async () => {
    await browser.close();
    await served.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    await page.addInitScript(watchFrames);
  });
  afterEach(() => context.close());

  /** What the first frames showed; waits until there are some. */
  async function frames(): Promise<Frame[]> {
    await page.waitForFunction(() => (window as unknown as { frames$: Frame[] }).frames$.length > 2);
    return page.evaluate(() => (window as unknown as { frames$: Frame[] }).frames$);
  }

  test("is styled, however late the stylesheets come", async () => {
    const held: (() => void)[] = [];
    const all = Promise.withResolvers<void>();
    await page.route("**/_violet/css/*", async (route) => {
      await new Promise<void>((go) => {
        held.push(go);
        if (held.length === 2) all.resolve();
      });
      await route.continue();
    });
    const loading = page.goto(served.url);
    // Both are asked for at once, from the head; until they are here nothing is painted.
    await all.promise;
    assert.deepEqual(await page.evaluate(() => performance.getEntriesByType("paint").length), 0);
    for (const go of held) go();
    await loading;
    for (const { outer, inner } of await frames())
      assert.deepEqual([outer, inner], ["rgb(1, 2, 3)", "rgb(4, 5, 6)"]);
  });

  test("is of the whole page, however slowly that comes", async () => {
    const whole = await (await fetch(served.url)).text();
    const cut = whole.indexOf("<paint-inner");
    const held: ServerResponse[] = [];
    // The page up to its middle, as it is, and as it would be without the wait; what it loads comes from the site.
    const slow = createServer((request, response) => {
      if (request.url !== "/" && request.url !== "/control") {
        response.writeHead(307, { location: `${served.url}${request.url}` });
        return void response.end();
      }
      const start = request.url === "/" ? whole : whole.replace(/<link rel="expect".*?>/, "");
      response.setHeader("content-type", "text/html");
      response.write(start.slice(0, start.indexOf(whole.slice(cut))));
      held.push(response);
    }).listen(0, "127.0.0.1");
    await once(slow, "listening");
    const url = `http://127.0.0.1:${(slow.address() as { port: number }).port}`;
    const control = await context.newPage();
    // Frames are not waited for: nothing is painted.
    const until = (page: Page, condition: () => boolean) =>
      page.waitForFunction(condition, undefined, { polling: 20 });
    await page.goto(url, { waitUntil: "commit" });
    await until(page, () => document.querySelector("paint-outer")?.shadowRoot?.querySelector("p") != null);
    // A page that starts later and does not wait has painted: there was time for it.
    await control.goto(`${url}/control`, { waitUntil: "commit" });
    await until(control, () => performance.getEntriesByType("paint").length > 0);
    for (const response of held) response.end(whole.slice(cut));
    for (const { isWhole } of await frames()) assert(isWhole);
    slow.close();
    slow.closeAllConnections();
  });

  test("breaks no policy", async () => {
    await page.goto(served.url);
    await frames();
    assert.deepEqual(await page.evaluate(() => (window as unknown as { reports$: string[] }).reports$), []);
  });

  test("shows the theme that this browser kept", async () => {
    await page.goto(served.url);
    assert.equal((await frames())[0]?.theme, "light");
    await page.evaluate(() =>
      localStorage.setItem("violet:paint-look", '{"version":1,"value":{"theme":"dark"}}'),
    );
    await page.reload();
    assert.deepEqual(new Set((await frames()).map(({ theme }) => theme)), new Set(["dark"]));
    for (const bad of [
      "{",
      "null",
      '{"version":1}',
      '{"version":1,"value":null}',
      '{"version":2,"value":{"theme":"x"}}',
      '{"version":1,"value":{"theme":{}}}',
    ]) {
      await page.evaluate((text) => localStorage.setItem("violet:paint-look", text), bad);
      await page.reload();
      assert.equal(await page.locator("html").getAttribute("data-theme"), "light", bad);
    }
  });
});

test("without JavaScript a page reads completely", async () => {
  const served = await serve((site, app) =>
    site.get(
      "/",
      app.page(() => html`<paint-outer></paint-outer>`),
    ),
  );
  const browser = await launch();
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(served.url);
  const text = await page.locator("paint-outer b").textContent();
  await browser.close();
  await served.close();
  assert.equal(text, "styled light");
});
