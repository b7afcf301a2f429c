import "../../elements/tags.ts";
import type { Browser, Page } from "playwright-core";
import { html } from "../../src/index.ts";
import { type Served, serve } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { bundle } from "./hydration/bundle.ts";
import { define, todos } from "./hydration/elements.ts";
import { launch } from "./support/browser.ts";
import { holdModules } from "./support/modules.ts";

define();

/** Page modules that each hold all they import, in the order in which they import it. */
const alone = {
  client: `import "../../../elements/tags.ts"; import { define } from "./elements.ts"; define();`,
  litFirst: `import "lit"; import "../../../elements/tags.ts"; import { define } from "./elements.ts"; define();`,
  supportFirst: `import "@lit-labs/ssr-client/lit-element-hydrate-support.js"; import { define } from "./elements.ts"; define();`,
  late: `import "./stranger.ts"; import { elements } from "./elements.ts";
    for (const [name, element] of Object.entries(elements)) customElements.get(name) ?? customElements.define(name, element);`,
};
/** Two modules of one page. */
const together = {
  tags: `import "../../../elements/tags.ts";`,
  elementsOnly: `import { define } from "./elements.ts"; define();`,
};

/** In the page: every shadow root, outermost first. */
const deep = `
  window.roots = (root = document, found = []) => {
    for (const element of root.querySelectorAll("*")) if (element.shadowRoot) found.push(element.shadowRoot), roots(element.shadowRoot, found);
    return found;
  };
  window.find = (selector) => roots().map((root) => root.querySelector(selector)).find(Boolean);
  window.watchChanges = () => {
    window.noted = [];
    const observer = new MutationObserver((records) => {
      for (const { type, target, addedNodes, removedNodes } of records)
        noted.push(type + " " + (target.data ?? target.localName ?? target.host?.localName) + " +" + addedNodes.length + " -" + removedNodes.length);
    });
    for (const root of roots()) observer.observe(root, { childList: true, characterData: true, subtree: true });
  };
`;

declare global {
  var roots: () => ShadowRoot[];
  var find: (selector: string) => HTMLElement;
  var watchChanges: () => void;
  var noted: string[];
}

const app = () => html`<todo-app .heading=${"My <todos>"}></todo-app>`;
const hows = ["text", "attribute", "boolean", "emptied", "filled", "more", "fewer", "template"];
const pages: Record<string, { content: () => unknown; client: string; before?: string }> = {
  "/": { content: app, client: "client" },
  "/lit-first": { content: app, client: "litFirst" },
  "/support-first": { content: app, client: "supportFirst" },
  "/unlike": {
    content: () => hows.map((how) => html`<unlike-server how=${how} id=${how}></unlike-server>`),
    client: "client",
  },
  "/stranger": { content: () => html`<plain-lit .label=${"given"}></plain-lit>${app()}`, client: "late" },
  "/plain": { content: () => html`<plain-lit .label=${"given"}></plain-lit>`, client: "client" },
  "/tag": {
    content: () => html`<violet-shared store="todos"><from-tag></from-tag></violet-shared>`,
    client: "client",
  },
  "/tag-later": {
    content: () => html`<violet-shared store="todos"><from-tag></from-tag></violet-shared>`,
    before: "elementsOnly",
    client: "tags",
  },
};

suite("hydration", () => {
  let served: Served;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  let release: () => void;

  before(async () => {
    const bundles = [together, ...Object.entries(alone).map(([name, text]) => ({ [name]: text }))].map(
      bundle,
    );
    const assets = (await Promise.all(bundles)).flatMap((files) => [...files]);
    served = await serve((site, app) => {
      site.use((_, response, next) => {
        response.setHeader("Content-Security-Policy", "default-src 'self'");
        next();
      });
      for (const [path, text] of assets) site.get(path, (_, response) => void response.type("js").send(text));
      for (const [path, { content, client, before }] of Object.entries(pages))
        site.get(
          path,
          app.page(content, {
            client: `/assets/${client}.js`,
            head: () => (before ? html`<script type="module" src=${`/assets/${before}.js`}></script>` : ""),
          }),
        );
      site.post("/posted", (_, response) => void response.send("posted"));
      site.get("/elsewhere", (_, response) => void response.send("elsewhere"));
    });
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    await served.close();
  });

  beforeEach(async () => {
    problems = [];
    served.app.run(() => Object.assign(todos, initial()));
    page = await browser.newPage();
    page.on("console", (message) => {
      const isProblem =
        ["error", "warning"].includes(message.type()) && !message.text().startsWith("Lit is in dev mode");
      if (isProblem) problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.addInitScript(deep);
  });
  afterEach(() => page.close());

  /** Opens a page whose modules wait; `release` lets them come. */
  async function open(path: string): Promise<void> {
    ({ resolve: release } = await holdModules(page));
    await page.goto(served.url + path, { waitUntil: "commit" });
    await page.waitForFunction(() => document.readyState === "interactive");
    await page.evaluate(() => watchChanges());
  }

  const isHydrated = () =>
    page.waitForFunction(() => roots().every(({ host }) => (host as { hasUpdated?: boolean }).hasUpdated));
  const changes = () => page.evaluate(() => noted);
  const text = (selector: string) => page.evaluate((selector) => find(selector).textContent, selector);
  const color = (selector: string) =>
    page.evaluate((selector) => getComputedStyle(find(selector)).color, selector);

  for (const path of ["/", "/lit-first", "/support-first"])
    test(`adopts what the server rendered without changing it (${path})`, async () => {
      await open(path);
      assert.equal(await color("h1"), "rgb(128, 0, 128)");
      release();
      await isHydrated();
      await page.waitForFunction(() => !document.querySelector("todo-app")?.hasAttribute("defer-hydration"));
      assert.deepEqual(await changes(), []);
      assert.deepEqual(problems, []);
      assert.equal(await text("h1"), "My <todos>");
      assert.equal(await text("i"), "Ada");
      await page.click("#add");
      await page.locator("#count", { hasText: "1" }).waitFor();
      assert.deepEqual(await changes(), ["characterData 1 +0 -0"]);
    });

  test("styles elements by the class's shared sheets, in place of the links'", async () => {
    await open("/");
    release();
    await isHydrated();
    assert.equal(await color("h1"), "rgb(128, 0, 128)");
    await page.waitForFunction(() => roots().every((root) => root.adoptedStyleSheets.length));
    assert.equal(await color("h1"), "rgb(128, 0, 128)");
    assert.equal(await color("i"), "rgb(0, 128, 0)");
    const sheets = await page.evaluate(() =>
      roots().map((root) => [
        root.adoptedStyleSheets.length,
        [...root.styleSheets].map(({ disabled }) => disabled),
      ]),
    );
    assert.deepEqual(sheets, [
      [1, [true]],
      [1, [true]],
    ]);
    assert.deepEqual(problems, []);
  });

  test("shows a write that was made after the page was rendered, and changes nothing else", async () => {
    await open("/");
    served.app.run(() => {
      todos.count = 5;
      todos.note = "hello";
    });
    release();
    await page.locator("#count", { hasText: "5" }).waitFor();
    assert.deepEqual(await changes(), [
      "characterData 5 +0 -0",
      "childList p +1 -0",
      "characterData hello +0 -0",
    ]);
    assert.deepEqual(problems, []);
  });

  test("adopts the rows of a list, and touches those that change", async () => {
    await open("/");
    release();
    await isHydrated();
    await page.evaluate(() => Object.assign(window, { first: find("#a") }));
    served.app.run(() => {
      todos.items.splice(1, 0, { id: "c", text: "three", done: false });
      (todos.items[0] as { text: string }).text = "changed";
    });
    await page.locator("#c").waitFor();
    assert.ok((await changes()).includes("characterData changed +0 -0"));
    assert.deepEqual(
      (await changes()).filter((change) => change.includes("-1")),
      [],
    );
    assert.ok(await page.evaluate(() => (window as unknown as { first: Element }).first === find("#a")));
    assert.deepEqual(problems, []);
  });

  test("makes good whatever differs, and names the element", async () => {
    await open("/unlike");
    const warned = page.waitForEvent(
      "console",
      (message) => message.text().includes("is not what") && problems.length >= hows.length,
    );
    release();
    await isHydrated();
    await warned;
    const shown = await page.evaluate(() =>
      roots().map(
        (root) =>
          `${root.host.id}: ${root.textContent.replace(/\s+/g, " ").trim()} ${root.querySelector("p")?.title}`,
      ),
    );
    assert.deepEqual(shown, [
      "text: browser here 12 server 0 server",
      "attribute: server here 12 server 0 browser",
      "boolean: server here 12 server 0 server",
      "emptied: server 12 server 0 server",
      "filled: server herethere 12 server 0 server",
      "more: server here 123 server 0 server",
      "fewer: server here 1 server 0 server",
      "template: server here 12 browser 0 server",
    ]);
    assert.equal(problems.length, hows.length);
    for (const problem of problems)
      assert.match(problem, /^violet: <unlike-server> is not what the server rendered/);
    assert.ok(
      await page.evaluate(() => document.querySelector("#boolean")?.shadowRoot?.querySelector("p")?.hidden),
    );
    for (const how of hows) {
      await page.click(`#${how} button`);
      await page.locator(`#${how} button`, { hasText: "1" }).waitFor();
      assert.equal(
        await page.evaluate(
          (how) => document.querySelector(`#${how}`)?.shadowRoot?.querySelectorAll("button").length,
          how,
        ),
        1,
      );
      assert.equal(
        await page.evaluate(
          (how) =>
            getComputedStyle(document.querySelector(`#${how}`)?.shadowRoot?.querySelector("p") as Element)
              .color,
          how,
        ),
        "rgb(0, 0, 255)",
      );
    }
  });

  test("gives elements the properties of the page's template, whatever their base class", async () => {
    await open("/plain");
    release();
    await isHydrated();
    assert.deepEqual(await changes(), []);
    assert.equal(await text("p"), "given 0");
    served.app.run(() => void (todos.count = 2));
    await page.locator("p", { hasText: "given 2" }).waitFor();
    assert.deepEqual(problems, []);
  });

  test("renders an element afresh that was defined before Violet came", async () => {
    await open("/stranger");
    release();
    await page.waitForFunction(
      () => (document.querySelector("todo-app") as { hasUpdated?: boolean } | null)?.hasUpdated,
    );
    assert.equal(
      await page.evaluate(
        () => document.querySelector("plain-lit")?.shadowRoot?.querySelectorAll("p").length,
      ),
      1,
    );
    assert.deepEqual(problems, []);
  });

  for (const path of ["/tag", "/tag-later"])
    test(`waits for the tag that provides its store (${path})`, async () => {
      await open(path);
      release();
      await isHydrated();
      assert.deepEqual(await changes(), []);
      assert.equal(await text("p"), "0");
      served.app.run(() => void (todos.count = 3));
      await page.locator("p", { hasText: "3" }).waitFor();
      assert.deepEqual(problems, []);
    });

  test("replays what was done before, in its order", async () => {
    await open("/");
    await page.click("#add");
    await page.click("#add");
    await page.fill("[name=who]", "Grace");
    await page.check("[name=agree]");
    await page.click("#link");
    await page.click("text=Save");
    await page.click("summary");
    assert.equal(await text("#count"), "0");
    release();
    await page.locator("#count", { hasText: "2" }).waitFor();
    await page.waitForFunction(() => find("output").textContent.includes("saved"));
    assert.equal(await text("output"), "agreed:true followed saved:Grace");
    assert.equal(await page.inputValue("[name=who]"), "Grace");
    assert.equal(await text("i"), "Grace");
    assert.ok(await page.isChecked("[name=agree]"));
    assert.ok(await page.evaluate(() => (find("details") as HTMLDetailsElement).open));
    assert.equal(page.url(), `${served.url}/`);
    assert.deepEqual(problems, []);
  });

  test("keeps what is typed into a row, and the focus, through hydration", async () => {
    await open("/");
    await page.click("#b input");
    await page.keyboard.type("typed");
    release();
    await isHydrated();
    assert.equal(await page.inputValue("#b input"), "typed");
    await page.keyboard.type(" on");
    assert.equal(await page.inputValue("#b input"), "typed on");
  });

  test("lets links and forms work as without JavaScript where the page's script does not come", async () => {
    await open("/");
    await page.click("text=Save");
    await page.route("**/gone.js", (route) => route.abort());
    const posted = page.waitForURL("**/posted");
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.type = "module";
      script.src = "/assets/gone.js";
      document.head.append(script);
    });
    await posted;
    assert.equal(await page.textContent("body"), "posted");
  });

  test("lets them work where the script neither comes nor fails, half a minute after the page began", async () => {
    await page.clock.install();
    await open("/");
    await page.click("text=Save");
    await page.clock.fastForward(20_000);
    assert.equal(page.url(), `${served.url}/`);
    const posted = page.waitForURL("**/posted");
    await page.clock.fastForward(10_000);
    await posted;
    assert.equal(await page.textContent("body"), "posted");
  });
});

const initial = () => ({
  items: [
    { id: "a", text: "one & <b>", done: false },
    { id: "b", text: "two\r\nlines", done: true },
  ],
  name: "Ada",
  count: 0,
  note: "",
});
