/** The same forms with JavaScript and without: what people see and do does not differ. */
import type { Page } from "playwright-core";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { People } from "./support/people.ts";
import { facts, field, fillIn, password } from "./support/signup.ts";
import { Site } from "./support/site.ts";

for (const javaScriptEnabled of [true, false])
  suite(`forms of live elements, JavaScript ${javaScriptEnabled ? "on" : "off"}`, () => {
    let site: Site;
    let people: People;
    let page: Page;
    let navigations: string[];
    before(async () => {
      [site, people] = await Promise.all([Site.start(), People.start()]);
    });
    after(async () => {
      await people[Symbol.asyncDispose]();
      await site.stop();
    });
    afterEach(async () => {
      // Browsers report an answer of 422 to a form, which is what it is to be.
      const problems = await people.leave();
      assert.deepEqual(
        problems.filter((problem) => !/status of 422/.test(problem)),
        [],
      );
      if (javaScriptEnabled) assert.deepEqual(navigations, []);
    });

    async function visit(path: string) {
      page = await people.visit(site.url + path, { javaScriptEnabled });
      navigations = [];
      page.on("framenavigated", (frame) => navigations.push(frame.url()));
    }

    suite("/counter", () => {
      beforeEach(() => visit("/counter"));
      const count = (index: number, text: string) =>
        page
          .getByRole("status", { name: "Count" })
          .nth(index)
          .and(page.getByText(text, { exact: true }))
          .waitFor();
      const press = (name: string, index = 0) => page.getByRole("button", { name }).nth(index).click();

      test("D8.1 D8.4 D8.6 E12.2 E12.4 E16.3 counts each press, in each of the two", async () => {
        await Promise.all([count(0, "0"), count(1, "10")]);
        await press("Increment");
        await count(0, "1");
        await press("Increment");
        await count(0, "2");
        await press("Decrement", 1);
        await count(1, "9");
        await count(0, "2");
      });
    });

    suite("/signup", () => {
      beforeEach(() => visit("/signup"));
      const send = () => page.getByRole("button", { name: "Sign up", exact: true }).click();
      const message = (text: string) =>
        page.locator("[data-violet-error]").and(page.getByText(text)).waitFor();

      test("D4.1.2 D15.1 E2.1.4 makes one record of every kind of field", async () => {
        const made = await fillIn(page, `ada.${javaScriptEnabled}@example.org`);
        await send();
        await page.getByRole("heading", { name: "Welcome, Ada Lovelace" }).waitFor();
        assert.deepEqual(await facts(page), made);
        await page
          .getByRole("status", { name: "Account" })
          .and(page.getByText("Account 1 of this server"))
          .waitFor();
        await page.getByRole("button", { name: "Sign up another" }).click();
        await fillIn(page, `ada.${javaScriptEnabled}@example.org`);
        await send();
        await message("There is an account for this address.");
        assert.equal(await field(page, "Country").inputValue(), "Portugal");
      });

      test("says at all fields at once what is wrong, and leads to the first", async () => {
        await field(page, "First day").fill("2027-03-01");
        await send();
        await message("Tell us your name.");
        assert.deepEqual(await page.locator("[data-violet-error]").allTextContents(), [
          "Tell us your name.",
          "This is no e-mail address.",
          "Use at least 8 letters.",
          "Choose a country.",
          "Choose one language or more.",
          "Choose a plan.",
          "Accept the terms to go on.",
        ]);
        // A page without JavaScript has it by autofocus, after the first frame.
        await field(page, "Name").and(page.locator(":focus")).waitFor();
        assert.equal(await field(page, "First day").inputValue(), "2027-03-01");
      });

      test("makes one record, however often its button is pressed", async () => {
        await fillIn(page, `twice.${javaScriptEnabled}@example.org`);
        await page.getByRole("button", { name: "Sign up", exact: true }).dblclick();
        await page.getByRole("heading", { name: "Welcome, Ada Lovelace" }).waitFor();
        assert.deepEqual(await page.locator("[data-violet-error]").count(), 0);
      });

      test("says at each field what is wrong, and keeps what was typed", async () => {
        const email = field(page, "E-mail");
        await fillIn(page, "ada at example");
        await send();
        await message("This is no e-mail address.");
        assert.equal(await email.getAttribute("aria-invalid"), "true");
        assert.equal(
          await email.evaluate((input) => (input.getRootNode() as ShadowRoot).activeElement === input),
          true,
        );
        const described = await email.evaluate((input) =>
          (input.getAttribute("aria-describedby") ?? "")
            .split(" ")
            .map((id) => (input.getRootNode() as ShadowRoot).getElementById(id)?.textContent),
        );
        assert.deepEqual(described, ["This is no e-mail address."]);
        const kept = {
          Name: "Ada Lovelace",
          "E-mail": "ada at example",
          Age: "36",
          "First day": "2027-03-01",
          Country: "Portugal",
          "Seats, 1 to 20": "7",
          Colour: "#aa3300",
          "About you": "I write\nprogrammes.",
        };
        for (const [name, value] of Object.entries(kept))
          assert.equal(await field(page, name).inputValue(), value, name);
        assert.deepEqual(
          await field(page, "Languages").evaluate((select) =>
            Array.from((select as HTMLSelectElement).selectedOptions, ({ value }) => value),
          ),
          ["C", "Rust"],
        );
        for (const box of ["Send me news, now and then", "I accept the terms"])
          assert.equal(await page.getByRole("checkbox", { name: box }).isChecked(), true);
        assert.equal(await page.getByRole("radio", { name: "Team" }).isChecked(), true);
        await email.fill(`grace.${javaScriptEnabled}@example.org`);
        await field(page, "Password").fill(password);
        await page.getByRole("checkbox", { name: "I accept the terms" }).uncheck();
        await send();
        await message("Accept the terms to go on.");
        assert.equal(await email.getAttribute("aria-invalid"), null);
        await field(page, "Password").fill(password);
        await page.getByRole("checkbox", { name: "I accept the terms" }).check();
        await send();
        await page.getByRole("heading", { name: "Welcome, Ada Lovelace" }).waitFor();
      });

      test("is filled in and sent by the keyboard alone", async () => {
        await field(page, "Name").focus();
        const type = async (text: string) => {
          await page.keyboard.type(text);
          await page.keyboard.press("Tab");
        };
        for (const text of ["Grace", `keys.${javaScriptEnabled}@example.org`, password, "", "03012027"])
          await type(text);
        for (let tries = 0; tries < 8; tries++) {
          if (
            await field(page, "Country").evaluate(
              (element) => (element.getRootNode() as ShadowRoot).activeElement === element,
            )
          )
            break;
          await page.keyboard.press("Tab");
        }
        await type("J");
        await type("P");
        await type("Hello");
        await page.keyboard.press("Space");
        await page.keyboard.press("Tab");
        await page.keyboard.press("ArrowRight");
        for (let tabs = 0; tabs < 3; tabs++) await page.keyboard.press("Tab");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Shift+Tab");
        await page.keyboard.press("Space");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "Welcome, Grace" }).waitFor();
        const { Country, Plan, Seats } = await facts(page);
        assert.deepEqual([Country, Plan, Seats], ["Japan", "Free", "4"]);
      });
    });
  });
