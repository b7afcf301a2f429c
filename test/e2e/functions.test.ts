import { readdirSync, readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";
import { isLive, People } from "./support/people.ts";
import { Site } from "./support/site.ts";

declare global {
  /** Messages of this page's socket. */
  var sent: number;
}

suite("functions in the demo", () => {
  let site: Site;
  let people: People;
  /** What the browser's console may say in this test. */
  let expected: RegExp | undefined;

  before(async () => {
    site = await Site.start();
    people = await People.start();
  });
  after(async () => {
    await people?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    const problems = await people.leave();
    assert.deepEqual(
      problems.filter((problem) => !expected?.test(problem)),
      [],
    );
    expected = undefined;
  });

  const open = (path: string) => people.visit(site.url + path);
  /** Two people on one page, whose links stand. */
  async function two(path: string): Promise<readonly [Page, Page]> {
    const pages = [await open(path), await open(path)] as const;
    await Promise.all(pages.map(isLive));
    return pages;
  }

  suite("search", () => {
    const box = (page: Page) => page.getByRole("searchbox", { name: "Search" });
    const results = (page: Page) => page.getByRole("list", { name: "Results" }).getByRole("listitem");
    const isCallUrl = /\/_violet\/rpc\/search$/;

    test("C2.1.5 finds by the server's answer, and reads out how many there are", async () => {
      const page = await open("/search");
      await box(page).fill("swiss");
      await page
        .getByRole("status")
        .filter({ hasText: /^\d+ currenc/ })
        .waitFor();
      await results(page)
        .filter({ hasText: /CHF.*Swiss Franc/ })
        .waitFor();
      await box(page).fill("no such thing");
      await page.getByRole("status").filter({ hasText: "No currency is called that." }).waitFor();
      assert.equal(await results(page).count(), 0);
    });

    test("makes one call of what is typed in one go, and shows that it is under way", async () => {
      const page = await open("/search");
      // By then it has what debounces.
      await page.waitForLoadState("networkidle");
      const calls: string[] = [];
      const answer = Promise.withResolvers<void>();
      await page.route(isCallUrl, async (route) => {
        calls.push(route.request().postData() ?? "");
        await answer.promise;
        await route.continue();
      });
      await box(page).evaluate((input: HTMLInputElement) => {
        for (const text of ["y", "ye", "yen"]) {
          input.value = text;
          input.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
        }
      });
      await page.getByRole("progressbar", { name: "Searching" }).waitFor();
      assert.equal(await page.getByRole("list", { name: "Results" }).getAttribute("aria-busy"), "true");
      answer.resolve();
      await results(page).filter({ hasText: "Japanese Yen" }).waitFor();
      await page.getByRole("progressbar").waitFor({ state: "hidden" });
      assert.deepEqual(calls, ['{"args":["yen"]}']);
    });

    test("gives up what was asked before, and never shows an older answer", async () => {
      const page = await open("/search");
      const isHeld = Promise.withResolvers<void>();
      await page.route(isCallUrl, async (route) => {
        // This one gets no answer.
        if (route.request().postData()?.includes("euro")) isHeld.resolve();
        else await route.continue();
      });
      const failed = page.waitForEvent("requestfailed", (request) => isCallUrl.test(request.url()));
      await box(page).fill("euro");
      await isHeld.promise;
      await box(page).fill("krona");
      assert.equal((await failed).failure()?.errorText, "net::ERR_ABORTED");
      await results(page).filter({ hasText: "Swedish Krona" }).waitFor();
      assert.equal(await results(page).filter({ hasText: "Euro" }).count(), 0);
      assert.equal(await page.getByRole("alert").textContent(), "");
    });

    test("C2.1.5 says that the server failed, and not why", async () => {
      expected = /status of 500/;
      const page = await open("/search");
      await box(page).fill("oops");
      const alert = page.getByRole("alert").filter({ hasText: "The search failed" });
      await alert.waitFor();
      assert.doesNotMatch((await alert.textContent()) ?? "", /currencies\.internal/);
      await box(page).fill("yen");
      await results(page).filter({ hasText: "Japanese Yen" }).waitFor();
      assert.equal(await page.getByRole("alert").textContent(), "");
    });
  });

  suite("notify", () => {
    const toast = (page: Page, text: string) => page.getByRole("alert").filter({ hasText: text });
    const others = (page: Page) => page.getByRole("checkbox", { name: /Browser \d+$/ });
    const press = (page: Page, name: string) => page.getByRole("button", { name }).click();
    const write = (page: Page, text: string) => page.getByRole("textbox", { name: "Text" }).fill(text);

    test("shows a toast in the browser that asked for it, and in no other", async () => {
      const [here, there] = await two("/notify");
      await write(here, "only me");
      await press(here, "Notify me");
      await toast(here, "only me").waitFor();
      // What is sent to all after it has arrived: it would have been there by now.
      await write(here, "the next one");
      await press(here, "Notify everyone");
      await toast(there, "the next one").waitFor();
      assert.equal(await toast(there, "only me").count(), 0);
    });

    test("C2.2.9 shows a toast everywhere, once, with the sender's name", async () => {
      const [here, there] = await two("/notify");
      await others(here).waitFor();
      await write(here, "to all");
      await press(here, "Notify everyone");
      for (const page of [here, there]) {
        await toast(page, "to all")
          .filter({ hasText: /Browser \d+/ })
          .waitFor();
        assert.equal(await toast(page, "to all").count(), 1);
      }
    });

    test("shows a toast in the chosen browsers alone, and says which they were", async () => {
      const [here, there] = await two("/notify");
      const third = await open("/notify");
      await third.getByText(/\(you\)/).waitFor();
      const name = (await third.getByText(/\(you\)/).textContent())?.replace(" (you)", "") ?? "";
      await here.getByRole("checkbox", { name, exact: true }).check();
      await write(here, "chosen");
      await press(here, "Notify the chosen");
      await toast(third, "chosen").waitFor();
      await here
        .getByRole("status")
        .filter({ hasText: `Told ${name}.` })
        .waitFor();
      await write(here, "the end");
      await press(here, "Notify everyone");
      for (const page of [here, there]) {
        await toast(page, "the end").waitFor();
        assert.equal(await toast(page, "chosen").count(), 0);
      }
    });

    test("lists who is here: this browser is marked, who left is gone", async () => {
      const [here, there] = await two("/notify");
      await here.getByRole("checkbox", { name: /\(you\)$/ }).waitFor();
      await others(here).waitFor();
      await there.context().close();
      await others(here).waitFor({ state: "detached" });
      assert.equal(await here.getByRole("checkbox").count(), 1);
    });

    test("lists everybody again after the server was killed", async () => {
      await using mortal = await Site.start();
      const pages = [await people.visit(`${mortal.url}/notify`), await people.visit(`${mortal.url}/notify`)];
      for (const page of pages) await others(page).waitFor();
      await mortal.kill();
      await mortal.restart();
      for (const page of pages) await Promise.all([isLive(page), others(page).waitFor()]);
      await press(pages[0] as Page, "Notify everyone");
      for (const page of pages) await toast(page, "Hello").waitFor();
    });

    test("is used by the keyboard alone; the focus outlives a toast", async () => {
      const page = await open("/notify");
      await isLive(page);
      const focused = () =>
        page.evaluate(() => {
          const element = document.querySelector("notify-panel")?.shadowRoot?.activeElement;
          return element?.ariaLabel ?? element?.getAttribute("name");
        });
      for (const text of ["one", "two"]) {
        await write(page, text);
        await page.getByRole("button", { name: "Notify me" }).press("Enter");
        await toast(page, text).waitFor();
      }
      await page.getByRole("button", { name: "Dismiss one" }).press("Enter");
      await toast(page, "one").waitFor({ state: "detached" });
      assert.equal(await focused(), "Dismiss two");
      await page.keyboard.press("Enter");
      await toast(page, "two").waitFor({ state: "detached" });
      assert.equal(await focused(), "text");
    });
  });

  suite("telemetry", () => {
    const field = (page: Page) => page.getByRole("application", { name: "Field" });
    const places = (page: Page) =>
      field(page)
        .locator("g:not(.mine)")
        .evaluateAll((pointers) => pointers.map((pointer) => pointer.getAttribute("transform")));
    const mine = (page: Page) => field(page).locator("g.mine").getAttribute("transform");
    const count = (page: Page, text: string) => page.getByRole("status").filter({ hasText: text }).waitFor();

    test("C2.1.10 shows where the others point, and my own pointer to nobody twice", async () => {
      const [here, there] = await two("/telemetry");
      await field(here).hover({ position: { x: 40, y: 50 } });
      await count(there, "1 other pointer");
      // The mouse is throttled, so its last place may stay here; a key's is told.
      await field(here).press("ArrowRight");
      await there.waitForFunction(
        (place) =>
          document
            .querySelector("pointer-field")
            ?.shadowRoot?.querySelector("g:not(.mine)")
            ?.getAttribute("transform") === place,
        await mine(here),
      );
      await field(there).press("ArrowUp");
      await count(here, "1 other pointer");
      assert.equal((await places(here)).length, 1);
      assert.equal((await places(there)).length, 1);
    });

    test("stays in the field by the keyboard", async () => {
      const page = await open("/telemetry");
      await isLive(page);
      for (let step = 0; step < 15; step++) await field(page).press("ArrowLeft");
      await field(page).locator('g.mine[transform="translate(0 50)"]').waitFor();
    });

    test("tells of a few of the places only, where the pointer moves fast", async () => {
      const page = await (await people.person()).newPage();
      await page.addInitScript(() => {
        const { send } = WebSocket.prototype;
        WebSocket.prototype.send = function (data) {
          globalThis.sent = (globalThis.sent ?? 0) + 1;
          send.call(this, data);
        };
      });
      await page.goto(`${site.url}/telemetry`);
      await isLive(page);
      // At first it may not have what throttles.
      await page.waitForFunction(
        () => {
          const field = document.querySelector("pointer-field")?.shadowRoot?.querySelector("svg");
          const before = sent;
          for (let x = 0; x < 20; x++) field?.dispatchEvent(new PointerEvent("pointermove", { clientX: x }));
          return sent > before && sent < before + 5;
        },
        undefined,
        { polling: 200 },
      );
    });

    test("lets a pointer fade whose page was left", async () => {
      const [here, there] = await two("/telemetry");
      await field(there).press("ArrowRight");
      await count(here, "1 other pointer");
      await there.close();
      await count(here, "0 other pointers");
      await field(here).locator("g:not(.mine)").waitFor({ state: "detached" });
    });

    test("keeps nothing of it: a page that comes later shows nobody until somebody moves", async () => {
      const [here, there] = await two("/telemetry");
      await field(there).press("ArrowRight");
      await count(here, "1 other pointer");
      await here.reload();
      await isLive(here);
      assert.deepEqual(await places(here), []);
    });
  });

  test("sends nothing of the server's modules to browsers, in code or source map", () => {
    const folder = new URL("../../dist/demo/", import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
      /\.(js|map)$/.test(file),
    );
    const secrets = [
      "currencies.internal",
      "supportedValuesOf",
      "It takes the time of a database",
      "nameOf(client.id)",
      "const watching",
      "node:timers",
    ];
    assert.ok(files.includes("search.js.map"), files.join());
    for (const file of files) {
      const text = readFileSync(new URL(file, folder), "utf8");
      for (const secret of secrets) assert.ok(!text.includes(secret), `${file} has "${secret}"`);
    }
  });
});
