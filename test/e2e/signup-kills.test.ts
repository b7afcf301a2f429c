import type { Page } from "playwright-core";
import { randomFrom, seed } from "../support/seed.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import { isLive, People } from "./support/people.ts";
import { facts, field, fillIn, password } from "./support/signup.ts";
import { Site } from "./support/site.ts";

const KILLS = 20;
const TEXT = "I write programmes, and sentences that are longer than one line of this field.";

/** In the page: what a reload, a new rendering or a lost focus would change. */
const typing = (area: HTMLElement | SVGElement) => {
  const { value, selectionStart, selectionEnd, selectionDirection } = area as HTMLTextAreaElement;
  const isFocused = (area.getRootNode() as ShadowRoot).activeElement === area;
  const isSamePage = (window as { isSamePage?: boolean }).isSamePage === true;
  return { value, selected: [selectionStart, selectionEnd, selectionDirection], isFocused, isSamePage };
};

suite("a server that is killed again and again while somebody signs up", () => {
  let site: Site;
  let people: People;
  let page: Page;
  before(async () => {
    [site, people] = await Promise.all([Site.start(), People.start()]);
    page = await people.visit(`${site.url}/signup`);
    await isLive(page);
    await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  });
  after(async () => {
    assert.deepEqual(await people.leave(), []);
    await people[Symbol.asyncDispose]();
    await site.stop();
  });

  test("takes nothing from what was typed, ticked, chosen and selected, and makes one record", async () => {
    const random = randomFrom(seed);
    const made = await fillIn(page, "ada@example.org");
    const about = field(page, "About you");
    await about.fill("");
    let typed = 0;
    for (let round = 1; round <= KILLS; round++) {
      // The moment of the kill: after so many of the letters that are typed in this round.
      const end = Math.floor((TEXT.length * round) / KILLS);
      const moment = typed + Math.floor(random() * (end - typed));
      await about.evaluate((area, at) => (area as HTMLTextAreaElement).setSelectionRange(at, at), typed);
      await page.keyboard.type(TEXT.slice(typed, moment));
      const killing = site.kill();
      await page.keyboard.type(TEXT.slice(moment, end));
      await killing;
      typed = end;
      const from = Math.floor(random() * typed);
      await about.evaluate(
        (area, [from, to]) => (area as HTMLTextAreaElement).setSelectionRange(from, to, "backward"),
        [from, typed] as const,
      );
      await site.restart();
      await page.evaluate(() => dispatchEvent(new Event("online")));
      await isLive(page);
      assert.deepEqual(
        await about.evaluate(typing),
        {
          value: TEXT.slice(0, typed),
          selected: [from, typed, "backward"],
          isFocused: true,
          isSamePage: true,
        },
        `after kill ${round}, seed ${seed}`,
      );
    }

    assert.equal(await field(page, "Country").inputValue(), "Portugal");
    assert.equal(await field(page, "Password").inputValue(), password);
    assert.equal(await page.getByRole("checkbox", { name: "I accept the terms" }).isChecked(), true);
    await page.getByRole("button", { name: "Sign up", exact: true }).click();
    await page.getByRole("heading", { name: "Welcome, Ada Lovelace" }).waitFor();
    assert.deepEqual(await facts(page), { ...made, About: TEXT });
    await page.getByText("Account 1 of this server").waitFor();

    const other = await people.visit(`${site.url}/signup`);
    await fillIn(other, "grace@example.org");
    await other.getByRole("button", { name: "Sign up", exact: true }).click();
    await other.getByText("Account 2 of this server").waitFor();
  });
});
