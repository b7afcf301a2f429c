import { globSync, readFileSync } from "node:fs";
import type { BrowserContext, Page } from "playwright-core";
import { increment } from "violet-live";
import { chat } from "../../demo/chat/chat.ts";
import { game } from "../../demo/game/game.ts";
import { startSite } from "../../demo/site.ts";
import { todos } from "../../demo/todos/todos.ts";
import { visitors } from "../../demo/visitors/visitors.ts";
import { MemoryLogger, secret } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { Gate } from "./support/gate.ts";
import { holdModules } from "./support/modules.ts";
import { isLive, People } from "./support/people.ts";
import { watchChanges } from "./support/watch.ts";

interface Case {
  readonly path: string;
  /** Made on the server, as somebody else's. */
  readonly write: () => void;
  /** What it changes in the page: the count of people online is one of the chat's texts. */
  readonly changes: readonly string[];
}

const count = () => increment(visitors, "value");
const cases: readonly Case[] = [
  { path: "/visitors", write: count, changes: ["text 1"] },
  { path: "/plain.html", write: count, changes: ["text 1"] },
  { path: "/game", write: () => game.point("Ada"), changes: ["text 1", "+ LI Ada 1"] },
  { path: "/todos", write: () => todos.add("milk"), changes: ["+ LI milk ↑ ↓ ×", "text 1"] },
  { path: "/chat", write: () => chat.send("hello", "Ada"), changes: ["text 1", "+ LI Ada hello"] },
];

const modulesOf = (folder: string) => globSync(`${folder}/**/*.js`).map((file) => readFileSync(file, "utf8"));
const late = modulesOf("dist/demo").flatMap((text) =>
  Array.from(text.matchAll(/import\("\.\/([^"]+)"\)/g), ([, name]) => name as string),
);
const isLate = ({ pathname }: URL) => late.some((name) => pathname.endsWith(`/${name}`));

suite("between a page's rendering and its socket", () => {
  let site: Awaited<ReturnType<typeof startSite>>;
  let gate: Gate;
  let people: People;
  let page: Page;
  let modules: PromiseWithResolvers<void>;
  /** The modules that are not needed at once. */
  let lateModules: PromiseWithResolvers<void>;
  before(async () => {
    people = await People.start();
  });
  after(() => people[Symbol.asyncDispose]());

  beforeEach(async () => {
    site = await startSite({ port: 0, host: "127.0.0.1", secret, logger: new MemoryLogger() });
    gate = await Gate.before(site.url);
    await enter(await people.person());
  });
  afterEach(async () => {
    assert.deepEqual(await people.leave(), []);
    await gate[Symbol.asyncDispose]();
    await site.close();
  });

  /** A new page of this person: its changes are noted, and its modules held back. */
  async function enter(person: BrowserContext): Promise<void> {
    page = await person.newPage();
    await page.addInitScript(watchChanges);
    modules = await holdModules(page);
    lateModules = await holdModules(page, isLate);
  }

  /** The page is painted and its modules are not there yet. */
  async function openTo(path: string): Promise<void> {
    await page.goto(gate.url + path, { waitUntil: "commit" });
    await page.waitForFunction(() => isWatched);
  }

  const changesAre = async (expected: readonly string[]) => {
    await isLive(page);
    await page.waitForFunction((count) => changes.length >= count, expected.length);
    await page.evaluate(() => new Promise(requestAnimationFrame));
    assert.deepEqual((await page.evaluate(() => changes)).toSorted(), expected.toSorted());
  };

  const isResumed = () => {
    const { resumes, snapshots, connections } = site.app.counters;
    assert.deepEqual({ resumes, snapshots, connections }, { resumes: 1, snapshots: 0, connections: 1 });
  };

  for (const { path, write, changes } of cases) {
    test(`a write reaches ${path} by a resume, and changes nothing but its own text`, async () => {
      await openTo(path);
      site.app.run(write);
      modules.resolve();
      lateModules.resolve();
      await changesAre(changes);
      isResumed();
    });

    test(`nothing else changes when the modules that ${path} loads late come last`, async () => {
      await openTo(path);
      site.app.run(write);
      modules.resolve();
      await changesAre(changes);
      lateModules.resolve();
      await page.waitForLoadState("networkidle");
      await changesAre(changes);
    });
  }

  test("rows that were deleted and moved meanwhile are gone and moved, and the others stay as they are", async () => {
    site.app.run(() => ["milk", "bread", "tea"].map((text) => todos.add(text)));
    await openTo("/todos");
    const [milk, bread, tea] = site.app.run(() => todos.items.map(({ id }) => id)) as [
      string,
      string,
      string,
    ];
    site.app.run(() => todos.remove(milk));
    modules.resolve();
    await isLive(page);
    site.app.run(() => todos.place(tea, bread));
    lateModules.resolve();
    await page.waitForLoadState("networkidle");
    const moved = "LI tea ↑ ↓ ×";
    await changesAre(["- LI milk ↑ ↓ ×", "text 2", `- ${moved}`, `+ ${moved}`]);
    assert.deepEqual(
      await page
        .getByRole("listitem")
        .getByRole("checkbox")
        .evaluateAll((boxes) => boxes.map((box) => box.parentElement?.textContent.trim())),
      ["tea", "bread"],
    );
  });

  test("writes before and after hydration arrive as one change", async () => {
    await openTo("/visitors");
    gate.hold();
    site.app.run(count);
    modules.resolve();
    lateModules.resolve();
    await page.getByText("connecting", { exact: true }).waitFor();
    site.app.run(count);
    gate.release();
    await changesAre(["text 2"]);
    isResumed();
  });

  test("without a write nothing changes", async () => {
    for (const path of ["/visitors", "/plain.html", "/game", "/todos"]) {
      await openTo(path);
      modules.resolve();
      lateModules.resolve();
      await changesAre([]);
    }
    const { resumes, snapshots } = site.app.counters;
    assert.deepEqual([resumes, snapshots], [4, 0]);
  });

  test("an author who comes back from another time zone finds their name, their messages and their hours", async () => {
    const tokyo = await people.person({ timezoneId: "Asia/Tokyo" });
    await enter(tokyo);
    site.app.run(() => ["hello", "who is there?"].map((text) => chat.send(text, "Grace")));
    const times = () => page.locator("time").allTextContents();
    const timesIn = (timeZone: string) => {
      const { format } = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone });
      return site.app.run(() => chat.messages.map(({ at }) => format(at)));
    };
    await openTo("/chat");
    assert.deepEqual(await times(), timesIn("UTC"));
    modules.resolve();
    lateModules.resolve();
    await changesAre([...timesIn("Asia/Tokyo").map((time) => `text ${time}`), "text 1"]);
    await page.getByRole("textbox", { name: "Name" }).fill("Ada");
    await page.getByRole("textbox", { name: "Message" }).fill("hello, Grace");
    await page.getByRole("button", { name: "Send" }).click();
    await isLive(page);

    const read = async () => [
      await page.getByRole("textbox", { name: "Name" }).inputValue(),
      await page.getByRole("listitem").filter({ hasText: "(you)" }).locator(".text").allTextContents(),
      await page.locator("li").evaluateAll((items) => items.map(({ className }) => className)),
      await times(),
    ];
    await enter(tokyo);
    await openTo("/chat");
    const rendered = await read();
    modules.resolve();
    lateModules.resolve();
    await changesAre(["text 2"]);
    assert.deepEqual(rendered, await read());
    assert.deepEqual(rendered.slice(0, 2), ["Ada", ["hello, Grace"]]);
  });

  test("a page of local state alone opens no socket and changes nothing", async () => {
    await openTo("/settings");
    modules.resolve();
    lateModules.resolve();
    await page.waitForFunction(
      () => (document.querySelector("settings-panel") as { hasUpdated?: boolean } | null)?.hasUpdated,
    );
    await page.evaluate(() => new Promise(requestAnimationFrame));
    assert.deepEqual(await page.evaluate(() => changes), []);
    assert.equal(site.app.counters.connections, 0);
  });
});
