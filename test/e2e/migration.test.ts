/** docs/migrating-from-htmx.md, step by step. htmx is here by what it sends: its requests, with its headers. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { HttpBrowser, textOf } from "../support/http-form.ts";
import { filesIn } from "../support/markdown.ts";
import { root } from "../support/newcomer.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { NewcomerSite } from "./support/newcomer-site.ts";
import { People } from "./support/people.ts";

const files = {
  ...filesIn(readFileSync(`${root}docs/migrating-from-htmx.md`, "utf8")),
  // A script that does not come would end what is kept of early clicks.
  "public/htmx.min.js": "// The reader brings it.\n",
};

suite("the way from htmx", () => {
  let site: NewcomerSite;
  let people: People;
  let url: string;
  before(async () => {
    [site, people] = await Promise.all([NewcomerSite.build(files), People.start()]);
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  /** As htmx asks: with the target of the swap. */
  const asHtmx = (target: string) => ({
    "HX-Request": "true",
    "HX-Current-URL": `${url}/`,
    "HX-Target": target,
  });
  const news = async () => (await fetch(`${url}/news`, { headers: asHtmx("") })).text();

  suite("begins with a site of htmx, which", () => {
    before(async () => {
      url = await site.start("before.js");
    });
    after(() => site.stop());

    test("answers its requests with what is swapped in, and those of a page without JavaScript", async () => {
      assert.equal(await news(), "<p>News</p>");
      for (const headers of [asHtmx("answer"), {}])
        for (const [email, said] of [
          ["ada@example.org", "We write to you."],
          ["ada", "Enter an e-mail address."],
        ] as const) {
          const body = new URLSearchParams({ email });
          const answer = await fetch(`${url}/subscribe`, { method: "POST", body, headers });
          assert.equal(await answer.text(), said);
        }
    });
  });

  suite("leads to a page with parts of both, which", () => {
    before(async () => {
      url = await site.start("site.js");
    });
    after(() => site.stop());

    test("subscribes by a post, and shows a wrong address again with the message", async () => {
      const browser = await HttpBrowser.visit(url, "/");
      const wrong = await browser.send(0, { email: "ada" });
      assert.equal(wrong.status, 422);
      assert.match(textOf(wrong.html), /Enter an e-mail address\./);
      assert.deepEqual(wrong.forms[0]?.get("email"), ["ada"]);
      const right = await browser.send(0, { email: "ada@example.org" });
      assert.equal(right.status, 303);
      assert.match(textOf((await browser.follow()).html), /We write to ada@example\.org\./);
    });

    test("answers the requests of its htmx part", async () => {
      assert.match(await news(), /^<p>News<\/p>/);
    });

    for (const javaScriptEnabled of [false, true])
      suite(`in Chromium ${javaScriptEnabled ? "with" : "without"} JavaScript`, () => {
        let page: Page;
        beforeEach(async () => {
          page = await people.visit(url, { javaScriptEnabled });
        });
        afterEach(async () => {
          // Browsers ask for an icon.
          const problems = await people.leave();
          assert.deepEqual(
            problems.filter((problem) => !problem.startsWith("Failed to load resource")),
            [],
          );
        });

        const subscribe = async (form: ReturnType<Page["locator"]>, email: string) => {
          await form.locator("input[name=email]").fill(email);
          await form.getByRole("button", { name: "Subscribe" }).click();
        };

        test("says what is wrong at the field, then that it is done", async () => {
          const form = page.locator("subscribe-form");
          if (javaScriptEnabled) await page.evaluate(() => Object.assign(window, { isSamePage: true }));
          await subscribe(form, "ada");
          await form.getByText("Enter an e-mail address.").waitFor();
          assert.equal(await form.locator("input[name=email]").inputValue(), "ada");
          await subscribe(form, "ada@example.org");
          await form.getByText("We write to ada@example.org.").waitFor();
          if (javaScriptEnabled)
            assert.equal(await page.evaluate(() => (window as { isSamePage?: boolean }).isSamePage), true);
        });

        if (javaScriptEnabled)
          test("has a live element in what htmx swaps in, until it is taken away", async () => {
            const place = page.locator("[hx-get='/news']");
            await place.evaluate(
              (element, html) => {
                element.innerHTML = html;
              },
              await news(),
            );
            const form = place.locator("subscribe-form");
            await subscribe(form, "grace@example.org");
            await form.getByText("We write to grace@example.org.").waitFor();
            await place.evaluate((element) => element.replaceChildren());
            await place.evaluate(
              (element, html) => {
                element.innerHTML = html;
              },
              await news(),
            );
            await form.getByRole("button").waitFor();
            assert.equal(await form.getByRole("status").textContent(), "");
          });
      });
  });
});
