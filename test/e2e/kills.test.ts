import type { Page } from "playwright-core";
import type { Todo } from "../../demo/todos/todos.ts";
import { randomFrom, seed } from "../support/seed.ts";
import { getPage } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import { isLive, People } from "./support/people.ts";
import { Site } from "./support/site.ts";

const KILLS = 21;
/** What each person adds and ticks between two kills; in all less than a page keeps for a server that forgot it. */
const EACH = 3;
const DRAFT = "half a thought";
const SELECTED = [5, 9] as const;

const textbox = (page: Page) => page.getByRole("textbox", { name: "New todo" });

/** In the page: the caret is put into what is typed, and selects a part of it. */
const select = (input: HTMLElement | SVGElement, [start, end]: readonly [number, number]) =>
  (input as HTMLInputElement).setSelectionRange(start, end);

/** In the page: what a reload, a new rendering or a lost focus would change. */
const typing = (input: HTMLElement | SVGElement) => {
  const { value, selectionStart, selectionEnd } = input as HTMLInputElement;
  const isFocused = (input.getRootNode() as ShadowRoot).activeElement === input;
  const isSamePage = (window as { isSamePage?: boolean }).isSamePage === true;
  return { value, selected: [selectionStart, selectionEnd], isFocused, isSamePage };
};

suite("a server that is killed again and again while two people type and tick", () => {
  let site: Site;
  let people: People;
  let pages: Page[];
  before(async () => {
    [site, people] = await Promise.all([Site.start(), People.start()]);
    const url = `${site.url}/todos`;
    pages = await Promise.all([people.visit(url), people.visit(url)]);
    await all(isLive);
    await all((page) => page.evaluate(() => Object.assign(window, { isSamePage: true })));
  });
  after(async () => {
    assert.deepEqual(await people.leave(), []);
    await people[Symbol.asyncDispose]();
    await site.stop();
  });

  const all = (act: (page: Page, index: number) => Promise<unknown>) => Promise.all(pages.map(act));

  /** Adds todos by the keyboard and ticks each, then leaves something half typed. */
  async function work(page: Page, name: string, done: () => void): Promise<void> {
    for (let n = 0; n < EACH; n++) {
      await textbox(page).fill(`${name} ${n}`);
      await page.keyboard.press("Enter");
      done();
      await page.getByRole("checkbox", { name: `${name} ${n}`, exact: true }).check();
      done();
    }
    await textbox(page).fill(DRAFT);
    await textbox(page).evaluate(select, SELECTED);
  }

  test("loses nothing, doubles nothing, reloads nothing and moves no caret", async () => {
    const random = randomFrom(seed);
    for (let round = 0; round < KILLS; round++) {
      // The moment of the kill: after so many of both people's steps, in the middle of what follows.
      let left = Math.floor(random() * pages.length * EACH * 2);
      const { promise: moment, resolve } = Promise.withResolvers<void>();
      const step = () => {
        if (left-- <= 0) resolve();
      };
      const working = all((page, index) => work(page, `${round} of ${index}`, step));
      await moment;
      await site.kill();
      await Promise.all([working, site.restart()]);
      // That they come back by themselves is shown elsewhere.
      await all((page) => page.evaluate(() => dispatchEvent(new Event("online"))));
      await all(isLive);
      for (const page of pages)
        assert.deepEqual(
          await textbox(page).evaluate(typing),
          { value: DRAFT, selected: [...SELECTED], isFocused: true, isSamePage: true },
          `after kill ${round + 1}, seed ${seed}`,
        );
    }

    const added = pages.flatMap((_, index) =>
      Array.from({ length: KILLS * EACH }, (_, n) => `${Math.floor(n / EACH)} of ${index} ${n % EACH}`),
    );
    await all((page) =>
      page
        .getByRole("checkbox")
        .nth(added.length - 1)
        .waitFor(),
    );
    await all(isLive);
    const { payload } = await getPage(`${site.url}/todos`);
    const truth = payload?.stores.todos?.value.items as Todo[];
    assert.deepEqual(truth.map(({ text }) => text).toSorted(), added.toSorted());
    for (const { text, done } of truth) assert.equal(done, true, text);
    for (const page of pages)
      assert.deepEqual(
        await page
          .getByRole("checkbox", { checked: true })
          .evaluateAll((boxes) => boxes.map((box) => box.parentElement?.textContent.trim())),
        truth.map(({ text }) => text),
      );
  });
});
