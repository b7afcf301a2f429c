import type { Page } from "playwright-core";
import { chat } from "../../demo/chat/chat.ts";
import { game } from "../../demo/game/game.ts";
import { pages } from "../../demo/pages.ts";
import { poll } from "../../demo/poll/poll.ts";
import { room } from "../../demo/rooms/rooms.ts";
import { securityPolicy } from "../../demo/site.ts";
import { type Todo, todos } from "../../demo/todos/todos.ts";
import { visitors } from "../../demo/visitors/visitors.ts";
import { NodeClient } from "../support/node-client.ts";
import { getPage, withoutMarkers } from "../support/serve.ts";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";
import { People } from "./support/people.ts";
import { Site } from "./support/site.ts";

declare global {
  /** How the elements inside shadow roots look when the first frame is painted. */
  var firstLook: string[] | undefined;
  var look: () => string[];
  var reports: string[];
}

/** In the page, from its beginning on. */
function watchFirstFrame(): void {
  globalThis.reports = [];
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    reports.push(`${violatedDirective} ${blockedURI}`),
  );
  const properties = [
    "display",
    "color",
    "backgroundColor",
    "fontSize",
    "fontWeight",
    "padding",
    "borderTopWidth",
    "borderRadius",
  ] as const;
  globalThis.look = () => {
    const seen: string[] = [];
    const visit = (root: Document | ShadowRoot) => {
      for (const element of root.querySelectorAll("*")) {
        const style = getComputedStyle(element);
        if (root instanceof ShadowRoot && root.host.localName !== "violet-status")
          seen.push(`${element.localName} ${properties.map((name) => style[name]).join(" ")}`);
        if (element.shadowRoot) visit(element.shadowRoot);
      }
    };
    visit(document);
    return seen;
  };
  requestAnimationFrame(() => (globalThis.firstLook = look()));
}

/** Pages with a part of their state, as it is read and as it stands in the HTML. */
const live = [
  { path: "/chat", state: "paragraph: in <the> HTML", inHtml: ">in &lt;the&gt; HTML</p>" },
  { path: "/rooms/lobby", state: "paragraph: in <the> room", inHtml: ">in &lt;the&gt; room</p>" },
  { path: "/visitors", state: 'status "Visitors": "42"', inHtml: ">42</output>" },
  { path: "/todos", state: 'checkbox "read me" [checked]', inHtml: " checked" },
  { path: "/game", state: 'status "Score": "1"', inHtml: ">1</output>" },
  { path: "/settings", state: 'radio "System" [checked]', inHtml: " checked" },
  { path: "/search", state: 'searchbox "Search"', inHtml: 'type="search"' },
  { path: "/telemetry", state: "status: 0 other pointers", inHtml: ">0 other pointers</span>" },
  { path: "/counter", state: 'status "Count": "10"', inHtml: ">10</p>" },
  { path: "/progress", state: 'button "Start"', inHtml: ">Start</button>" },
  { path: "/dashboard", state: "Revenue", inHtml: "Revenue" },
  { path: "/profile", state: 'textbox "Name": Ada Lovelace', inHtml: 'value="Ada Lovelace"' },
  { path: "/signup", state: 'textbox "About you"', inHtml: ' name="about"' },
  { path: "/plain.html", state: 'status "Visitors": "42"', inHtml: ">42</output>" },
  { path: "/poll.html", state: 'status "In the park": "1"', inHtml: ">1</output>" },
] as const;
/** It shows who is here: each page that opens changes it. */
const changing = "/notify";

/** What a page says to a screen reader, but for what it says of its link, and of scripts that are off. */
async function read(page: Page): Promise<string> {
  await page.locator(".scriptless").evaluateAll((hints) => {
    for (const hint of hints) hint.remove();
  });
  const text = await page.locator("main").ariaSnapshot();
  return text.replace(/^ *- (alert|status: live)\n/gm, "").replace(/\d online/, "n online");
}

suite("under default-src 'self', every page of the demo", () => {
  let site: Site;
  let people: People;
  before(async () => {
    [site, people] = await Promise.all([Site.start(), People.start()]);
    const client = await NodeClient.visit(`${site.url}/chat`);
    const lobby = room("lobby");
    const cores = [chat, lobby, todos, game, visitors, poll].map((store) => client.core(store));
    await Promise.all(cores.map((core) => core.loaded()));
    client.core(chat).call("send", ["in <the> HTML", "Ada"]);
    client.core(lobby).call("say", ["in <the> room", "Ada"]);
    client.core(todos).call("add", ["read me"]);
    const [todo] = client.core(todos).snapshot().items as Todo[];
    client.core(todos).call("check", [todo?.id, true]);
    client.core(game).call("point", ["Ada"]);
    client.core(poll).call("vote", ["park"]);
    client.core(visitors).write(["increment", ["value"], 42]);
    await Promise.all(cores.map((core) => core.settled()));
    client.close();
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await site.stop();
  });
  afterEach(async () => assert.deepEqual(await people.leave(), []));

  const still = { reducedMotion: "reduce", timezoneId: "UTC" } as const;

  /** Opens a page whose stylesheets come late: after its module was asked for. */
  async function open(path: string): Promise<Page> {
    const page = await (await people.person(still)).newPage();
    await page.addInitScript(watchFirstFrame);
    const module = path === "/" ? undefined : page.waitForRequest(/\/(assets\/\w+|_violet\/runtime)\.js$/);
    await page.route(/\.css$/, async (route) => {
      await module;
      await route.continue();
    });
    const answer = await page.goto(site.url + path, { waitUntil: "commit" });
    assert.equal(answer?.headers()["content-security-policy"], securityPolicy);
    return page;
  }

  /** All elements have updated, and the link, where the page has one, is live. */
  const isHydrated = (page: Page) =>
    page.waitForFunction(() => {
      const elements = [...document.querySelectorAll<HTMLElement>("main *")].filter((each) =>
        each.localName.includes("-"),
      );
      const isLive = ({ localName, shadowRoot }: HTMLElement) =>
        localName !== "violet-status" || shadowRoot?.querySelector("[data-state=live]");
      const isDone = (each: HTMLElement) => "hasUpdated" in each && each.hasUpdated && isLive(each);
      return document.readyState === "complete" && elements.every(isDone);
    });

  for (const { path, state, inHtml } of live) {
    test(`${path} breaks no rule, and is painted first as it stays`, async () => {
      const page = await open(path);
      await isHydrated(page);
      const [first, last] = await page.evaluate(() => [firstLook, look()]);
      assert.ok((first?.length ?? 0) > 0, "nothing was there in the first frame");
      assert.deepEqual(first, last);
      assert.deepEqual(await page.evaluate(() => reports), []);
    });

    test(`${path} reads completely without JavaScript`, async () => {
      const without = await people.visit(site.url + path, { ...still, javaScriptEnabled: false });
      const text = await read(without);
      assert.ok(text.includes(state), text);
      assert.ok(!text.includes("connecting"), "a page without a link speaks of one");
      await without.context().close();
      const page = await open(path);
      await isHydrated(page);
      assert.equal(text, await read(page));
    });

    test(`${path} holds its state in the HTML that is sent`, async () => {
      const { html } = await getPage(site.url + path);
      const shown = withoutMarkers(html).replace(/<script .*?<\/script>/gs, "");
      assert.ok(shown.includes(inHtml), inHtml);
    });
  }

  for (const path of ["/", changing])
    test(`${path} breaks no rule`, async () => {
      const page = await open(path);
      await isHydrated(page);
      assert.deepEqual(await page.evaluate(() => reports), []);
    });

  test("none is left out", () => {
    const tested = [...live.map(({ path }) => path), changing];
    assert.deepEqual(tested.toSorted(), pages.map(({ path }) => path).toSorted());
  });
});
