import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { pages } from "../../demo/pages.ts";
import { securityPolicy } from "../../demo/site.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { launch } from "./support/browser.ts";
import { Site } from "./support/site.ts";

const live = [
  ...["/chat", "/rooms/lobby", "/visitors", "/todos", "/game", "/settings"],
  ...["/counter", "/signup", "/profile", "/progress", "/dashboard"],
  ...["/search", "/notify", "/telemetry", "/plain.html", "/poll.html"],
];

suite("the demo site", () => {
  let site: Site;
  let browser: Browser;
  let context: BrowserContext;
  let problems: string[];

  before(async () => {
    site = await Site.start();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    assert.equal(await site.stop(), 0);
  });

  beforeEach(async () => {
    problems = [];
    context = await open();
  });
  afterEach(async () => {
    await context.close();
    assert.deepEqual(problems, []);
  });

  /** A person: a browser context whose errors and reports (of the content security policy, say) fail the test. */
  async function open(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const opened = await browser.newContext({ baseURL: site.url, ...options });
    opened.on("weberror", (error) => problems.push(String(error.error())));
    opened.on("console", (message) => {
      const isProblem = message.type() === "error" || message.type() === "warning";
      // Browsers report each socket that finds no server, or whose page is left before it opens.
      if (isProblem && !message.text().startsWith("WebSocket connection to")) problems.push(message.text());
    });
    return opened;
  }

  async function visit(path: string, by = context): Promise<Page> {
    const page = await by.newPage();
    await page.goto(path);
    return page;
  }

  const shows = (page: Page, name: string, text: RegExp | string) =>
    page.getByRole("status", { name }).filter({ hasText: text }).waitFor();

  /** The link stands, and nothing waits for the server. */
  const isLive = (page: Page) => page.locator("violet-status").getByText("live", { exact: true }).waitFor();

  test("explains each page and shows its source in a gallery without a script or a socket", async () => {
    const requests: string[] = [];
    const page = await context.newPage();
    page.on("request", (request) => requests.push(request.resourceType()));
    page.on("websocket", () => requests.push("websocket"));
    await page.goto("/", { waitUntil: "networkidle" });
    assert.ok(!requests.includes("script") && !requests.includes("websocket"), requests.join());
    assert.equal(await page.getByRole("article").count(), live.length);
    await page.getByText("Source of Chat").click();
    await page.getByText('shared("chat"').waitFor();
  });

  test("shows each source as it stands in its file, without a marker for each of its words", async () => {
    const page = await visit("/");
    const files = await page.locator("pre").evaluateAll((blocks) =>
      blocks.map(({ ariaLabel, textContent, innerHTML }) => ({
        name: ariaLabel ?? "",
        text: textContent,
        markers: innerHTML.match(/<!--/g)?.length ?? 0,
      })),
    );
    assert.ok(files.length > 40);
    for (const { name, text, markers } of files) {
      assert.equal(text, readFileSync(name, "utf8").trimEnd());
      assert.ok(markers < 5, `${name}: ${markers}`);
    }
  });

  for (const path of ["/", ...live]) {
    test(`serves ${path} with a title, a language, landmarks and one heading of the first level`, async () => {
      const page = await context.newPage();
      const answer = await page.goto(path);
      assert.equal(answer?.headers()["content-security-policy"], securityPolicy);
      assert.equal(await page.locator("html").getAttribute("lang"), "en");
      assert.match(await page.title(), /Violet/);
      for (const role of ["banner", "navigation", "main"] as const)
        await page.getByRole(role).first().waitFor();
      assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
      const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
      assert.deepEqual(
        await links.allTextContents(),
        pages.map(({ title }) => title),
      );
      await page.keyboard.press("Tab");
      assert.equal(await page.locator(":focus").textContent(), "Skip to the content");
    });
  }

  test("has its pages in a menu on a phone: one row, for the keyboard, and without JavaScript", async () => {
    const phone = await open({ viewport: { width: 375, height: 760 }, javaScriptEnabled: false });
    for (const path of ["/", "/todos", "/plain.html", "/poll.html"]) {
      const page = await visit(path, phone);
      const row = await page.getByRole("banner").first().boundingBox();
      assert.ok(row && row.height < 65, `${path}: ${row?.height}`);
      const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
      const menu = page.getByRole("button", { name: "Pages" });
      await menu.press("Enter");
      assert.equal(await links.count(), pages.length);
      await page.keyboard.press("Escape");
      assert.equal(await links.count(), 0);
      await menu.press("Enter");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/chat");
    }
    await phone.close();
  });

  for (const viewport of [
    { width: 375, height: 760 },
    { width: 1280, height: 800 },
  ])
    test(`shows the chat on the first screen of ${viewport.width} by ${viewport.height}, whatever was said`, async () => {
      const reader = await open({ viewport });
      const page = await visit("/chat", reader);
      const message = page.getByRole("textbox", { name: "Message" });
      const send = page.getByRole("button", { name: "Send" });
      for (let n = 0; n < 20; n++) {
        await message.fill(`line ${n} for ${viewport.width}`);
        await message.press("Enter");
      }
      await page.getByText(`line 19 for ${viewport.width}`).waitFor();
      for (const control of [message, send]) {
        const box = await control.boundingBox();
        assert.ok(box && box.y + box.height <= viewport.height, `ends at ${box && box.y + box.height}`);
      }
      assert.equal(await page.evaluate(() => scrollY), 0);
      await reader.close();
    });

  test("D2.3.5 D4.2.3 D15.1 sends a message to everybody, with its name and time, once", async () => {
    const [ada, grace] = [await visit("/chat"), await visit("/chat", await open())];
    await ada.getByRole("textbox", { name: "Name" }).fill("Ada");
    await ada.getByRole("textbox", { name: "Message" }).fill("Hello, everybody");
    await ada.getByRole("button", { name: "Send" }).click();
    for (const page of [ada, grace]) {
      const message = page.getByRole("log").getByRole("listitem").filter({ hasText: "Hello, everybody" });
      await message.filter({ hasText: /Ada.*\d\d:\d\d/s }).waitFor();
      assert.equal(await message.count(), 1);
    }
    assert.equal(await ada.getByRole("textbox", { name: "Message" }).inputValue(), "");
    await grace.context().close();
  });

  test("marks what this browser said, also after a reload, and nobody of the same name", async () => {
    const [ada, other] = [await visit("/chat"), await visit("/chat", await open())];
    for (const [page, text] of [
      [ada, "the first Ada"],
      [other, "the second Ada"],
    ] as const) {
      await page.getByRole("textbox", { name: "Name" }).fill("Ada");
      await page.getByRole("textbox", { name: "Message" }).fill(text);
      await page.getByRole("button", { name: "Send" }).click();
    }
    const said = (page: Page) =>
      page
        .getByRole("log")
        .getByRole("listitem")
        .filter({ hasText: /the (first|second) Ada/ });
    const mine = (page: Page) => said(page).filter({ hasText: "(you)" });
    await said(ada).nth(1).waitFor();
    assert.equal(await mine(ada).count(), 1);
    await isLive(ada);
    await ada.reload();
    await mine(ada).waitFor();
    assert.match((await mine(ada).textContent()) ?? "", /the first Ada/);
    await other.context().close();
  });

  test("counts who is online, and again after somebody left", async () => {
    const stays = await visit("/chat");
    const other = await open();
    await visit("/chat", other);
    await stays.getByText("2 online").waitFor();
    await other.close();
    await stays.getByText("1 online").waitFor();
  });

  test("is live again after the server was killed, with what was sent meanwhile", async () => {
    await using mortal = await Site.start();
    const [here, there] = [
      await visit(`${mortal.url}/chat`),
      await visit(`${mortal.url}/chat`, await open()),
    ];
    await Promise.all([isLive(here), isLive(there)]);
    await mortal.kill();
    await here.getByText("offline since").waitFor();
    await here.getByRole("textbox", { name: "Message" }).fill("still here");
    await here.getByRole("button", { name: "Send" }).click();
    await mortal.restart();
    await Promise.all([isLive(here), isLive(there)]);
    for (const page of [here, there]) {
      const message = page.getByRole("log").getByText("still here");
      await Promise.all([message.waitFor(), page.getByText("2 online").waitFor()]);
      assert.equal(await message.count(), 1);
    }
    await there.context().close();
  });

  test("keeps a person's name in that browser", async () => {
    const page = await visit("/chat");
    await page.getByRole("textbox", { name: "Name" }).fill("Ada");
    await page.getByRole("textbox", { name: "Message" }).fill("x");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("log").getByText("x", { exact: true }).waitFor();
    await page.reload();
    await page.waitForFunction(
      () => document.querySelector("chat-room")?.shadowRoot?.querySelector("input")?.value === "Ada",
    );
  });

  test("E2.2.3 E2.2.6 counts a visitor everywhere", async () => {
    const [here, there] = [await visit("/visitors"), await visit("/plain.html", await open())];
    const before = Number(await here.getByRole("status", { name: "Visitors" }).textContent());
    await here.getByRole("button", { name: "Count me" }).click();
    for (const page of [here, there]) await shows(page, "Visitors", String(before + 1));
    await there.context().close();
  });

  test("adds, checks, filters, moves and deletes todos by the keyboard alone", async () => {
    const page = await visit("/todos");
    const focused = () =>
      page.evaluate(() => document.querySelector("todo-list")?.shadowRoot?.activeElement?.ariaLabel);
    const texts = () =>
      page.getByRole("checkbox").evaluateAll((boxes) => boxes.map((box) => box.parentElement?.textContent));
    const text = page.getByRole("textbox", { name: "New todo" });
    for (const todo of ["milk", "bread", "tea"]) {
      await text.pressSequentially(todo);
      await text.press("Enter");
      await page.getByRole("checkbox", { name: todo }).waitFor();
    }
    await page.getByRole("button", { name: "Move up tea" }).press("Enter");
    assert.deepEqual(await texts(), ["milk", "tea", "bread"]);
    assert.equal(await focused(), "Move up tea");
    await page.getByRole("button", { name: "Move down milk" }).press("Enter");
    assert.deepEqual(await texts(), ["tea", "milk", "bread"]);
    await page.getByRole("checkbox", { name: "milk" }).press("Space");
    await page.getByRole("radio", { name: "Active" }).check();
    await page.getByRole("checkbox", { name: "milk" }).waitFor({ state: "detached" });
    assert.deepEqual(await texts(), ["tea", "bread"]);
    await page.getByRole("radio", { name: "All" }).check();
    await page.getByRole("button", { name: "Delete milk" }).press("Enter");
    assert.deepEqual(await texts(), ["tea", "bread"]);
    assert.equal(await focused(), "Delete bread");
  });

  test("keeps the focus in the list when its row goes: by the filter, or by somebody else", async () => {
    const [here, there] = [await visit("/todos"), await visit("/todos", await open())];
    const text = here.getByRole("textbox", { name: "New todo" });
    for (const todo of ["ink", "nib", "pen"]) {
      await text.fill(todo);
      await text.press("Enter");
    }
    const checkbox = (name: string) => here.getByRole("checkbox", { name });
    const remove = (name: string, page = here) => page.getByRole("button", { name: `Delete ${name}` });
    const isFocused = (control: Locator) => control.and(here.locator(":focus")).waitFor();
    await here.getByRole("radio", { name: "Active" }).check();
    await checkbox("ink").press("Space");
    await isFocused(checkbox("nib"));
    await remove("nib", there).click();
    await isFocused(checkbox("pen"));
    await checkbox("pen").press("Space");
    await here.getByRole("radio", { name: "Done" }).check();
    await remove("pen").focus();
    await remove("pen", there).click();
    await isFocused(remove("ink"));
    await checkbox("ink").press("Space");
    await isFocused(text);
    await there.context().close();
  });

  test("keeps the focus among the notifications when one goes: dismissed, or for the fifth", async () => {
    const page = await visit("/notify");
    const text = page.getByRole("textbox", { name: "Text" });
    const dismiss = (name: string) => page.getByRole("button", { name: `Dismiss ${name}` });
    const isFocused = (control: Locator) => control.and(page.locator(":focus")).waitFor();
    const notify = async (name: string) => {
      await text.fill(name);
      await page.getByRole("button", { name: "Notify everyone" }).click();
      await dismiss(name).waitFor();
    };
    for (const name of ["one", "two", "three", "four"]) await notify(name);
    await dismiss("one").focus();
    const other = await visit("/notify", await open());
    await other.getByRole("button", { name: "Notify everyone" }).click();
    await isFocused(dismiss("two"));
    for (const next of [dismiss("three"), dismiss("four"), dismiss("Hello"), text]) {
      await page.keyboard.press("Enter");
      await isFocused(next);
    }
    await other.context().close();
  });

  test("shares a score and keeps the player's name to this browser", async () => {
    const [ada, grace] = [await visit("/game"), await visit("/game", await open())];
    await ada.getByRole("textbox", { name: "Player" }).fill("Ada");
    await ada.getByRole("button", { name: "Score a point" }).click();
    for (const page of [ada, grace]) await shows(page, "Score", "1");
    await grace.getByText("Ada").waitFor();
    assert.equal(await grace.getByRole("textbox", { name: "Player" }).inputValue(), "");
    await grace.context().close();
  });

  test("keeps the theme and the sidebar over a reload", async () => {
    const page = await visit("/settings");
    const theme = () => page.locator("html").getAttribute("data-theme");
    await page.getByRole("radio", { name: "Dark" }).check();
    await page.getByRole("checkbox", { name: "Show the sidebar" }).uncheck();
    await page.getByRole("complementary", { name: "Sidebar" }).waitFor({ state: "hidden" });
    assert.equal(await theme(), "dark");
    await page.reload({ waitUntil: "commit" });
    await page.waitForFunction(() => document.body);
    assert.equal(await theme(), "dark");
    await page.getByRole("complementary", { name: "Sidebar" }).waitFor({ state: "hidden" });
    assert.ok(await page.getByRole("radio", { name: "Dark" }).isChecked());
    await page.getByRole("radio", { name: "Light" }).check();
    // Chosen before hydration, it is replayed then.
    await page.locator("html[data-theme=light]").waitFor();
  });

  test("is complete without JavaScript", async () => {
    const writer = await visit("/todos");
    await writer.getByRole("textbox", { name: "New todo" }).fill("read me");
    await writer.getByRole("textbox", { name: "New todo" }).press("Enter");
    await writer.getByRole("checkbox", { name: "read me" }).check();
    await isLive(writer);
    const reader = await open({ javaScriptEnabled: false });
    const read = (path: string) => visit(path, reader);
    assert.ok(await (await read("/todos")).getByRole("checkbox", { name: "read me" }).isChecked());
    for (const path of ["/visitors", "/plain.html"]) await shows(await read(path), "Visitors", /^\d+$/);
    await shows(await read("/game"), "Score", /^\d+$/);
    await (await read("/chat")).getByRole("log").waitFor();
    await (await read("/settings")).getByRole("radio", { name: "Light" }).waitFor();
    await reader.close();
  });

  test("says where nothing is sent without JavaScript, and has no form that would put its text into an address", async () => {
    const reader = await open({ javaScriptEnabled: false });
    const isSaid = (page: Page) => page.getByText("JavaScript is off").isVisible();
    const works = ["/counter", "/progress", "/dashboard", "/signup", "/plain.html"];
    for (const path of live) {
      const page = await visit(path, reader);
      assert.equal(await isSaid(page), !works.includes(path), path);
      const methods = await page
        .locator("form:not([action])")
        .evaluateAll((forms) => forms.map((form) => (form as HTMLFormElement).method));
      assert.ok(!methods.includes("get"), path);
      await page.close();
    }
    assert.equal(await isSaid(await visit("/chat")), false);
    await reader.close();
  });

  test("keeps what is typed without JavaScript where it is", async () => {
    const reader = await open({ javaScriptEnabled: false });
    const asked: string[] = [];
    reader.on("request", (request) => asked.push(new URL(request.url()).search));
    for (const path of ["/chat", "/rooms/lobby", "/todos", "/notify"]) {
      const page = await visit(path, reader);
      const form = page.locator("form[method=dialog]");
      await form.locator("[name=text]").fill("secret");
      await form.locator("[name=text]").press("Enter");
      await form.locator("button:not([type])").click();
      assert.equal(await form.locator("[name=text]").inputValue(), "secret");
      await page.getByRole("main").getByRole("link", { name: "Counter" }).click();
      await page.waitForURL("**/counter");
    }
    assert.ok(asked.every((search) => !search.includes("secret")));
    await reader.close();
  });
});
