import type { Page } from "playwright-core";
import { type Todo, todos } from "../../demo/todos/todos.ts";
import { NodeClient } from "../support/node-client.ts";
import { getPage } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import { isLive, People } from "./support/people.ts";
import { Site } from "./support/site.ts";

const EACH = 100;
const NODE_CLIENTS = 8;
const ALL = (NODE_CLIENTS + 2) * EACH;

/** In the page: its person adds that many, as fast as a form takes them. */
const addAll = ([who, count]: readonly [who: string, count: number]) => {
  const form = document.querySelector("todo-list")?.shadowRoot?.querySelector("form") as HTMLFormElement;
  const input = form.querySelector("input") as HTMLInputElement;
  for (let n = 0; n < count; n++) {
    input.value = `${who} ${n}`;
    form.requestSubmit();
  }
};

suite("ten clients that add a hundred todos each at once", () => {
  let site: Site;
  let people: People;
  let pages: Page[];
  let clients: NodeClient[];
  before(async () => {
    [site, people] = await Promise.all([Site.start(), People.start()]);
    const url = `${site.url}/todos`;
    pages = await Promise.all([people.visit(url), people.visit(url)]);
    clients = await Promise.all(Array.from({ length: NODE_CLIENTS }, () => NodeClient.visit(url)));
    await Promise.all(pages.map(isLive));
  });
  after(async () => {
    for (const client of clients) client.close();
    assert.deepEqual(await people.leave(), []);
    await people[Symbol.asyncDispose]();
    await site.stop();
  });

  const itemsOf = (client: NodeClient) => client.core(todos).snapshot().items as Todo[];
  /** Resolves when the client has them all. */
  const hasAll = (client: NodeClient) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => itemsOf(client).length >= ALL && resolve();
    const stop = client.core(todos).listen(look);
    look();
    return promise.finally(stop);
  };
  const shownIn = (page: Page) =>
    page
      .getByRole("checkbox")
      .evaluateAll((boxes) => boxes.map((box) => box.parentElement?.textContent.trim()));

  test("make a thousand, in the same order everywhere", async () => {
    const inPages = pages.map((page, index) => page.evaluate(addAll, [`page ${index}`, EACH] as const));
    clients.forEach((client, index) => {
      for (let n = 0; n < EACH; n++) client.core(todos).call("add", [`client ${index} ${n}`]);
    });
    await Promise.all([
      ...inPages,
      ...clients.map((client) => client.core(todos).settled()),
      ...clients.map(hasAll),
    ]);
    await Promise.all(pages.map(isLive));

    const { payload } = await getPage(`${site.url}/todos`);
    const truth = payload?.stores.todos?.value.items as Todo[];
    assert.equal(truth.length, ALL);
    assert.equal(new Set(truth.map(({ id }) => id)).size, ALL);
    for (const client of clients) assert.deepEqual(itemsOf(client), truth);
    const texts = truth.map(({ text }) => text);
    for (const page of pages) {
      await page
        .getByRole("checkbox")
        .nth(ALL - 1)
        .waitFor();
      assert.deepEqual(await shownIn(page), texts);
    }
    const byOne = texts.filter((text) => text.startsWith("client 3 "));
    assert.deepEqual(
      byOne,
      Array.from({ length: EACH }, (_, n) => `client 3 ${n}`),
    );
  });
});
