import "../../elements/tags.ts";
import type { BrowserContext, Page } from "playwright-core";
import { html } from "../../src/index.ts";
import { definitionOf } from "../../src/state/store.ts";
import { NodeClient } from "../support/node-client.ts";
import { MemoryLogger, type Served, serve } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { board, define, mistakes } from "./errors/elements.ts";
import { bundle } from "./hydration/bundle.ts";
import { isLive, People } from "./support/people.ts";

define();

const templates = {
  "unmarked-handler": {
    code: "E_UNMARKED",
    message:
      '@click on <button> in <unmarked-handler>: "submit" is not marked as a callback. Wrap it: callback(submit).',
  },
  "unknown-modifier": {
    code: "E_MODIFIER",
    message: '@click.twice on <button> in <unknown-modifier>: "twice" is not a modifier.',
  },
};

suite("a mistake", () => {
  const logger = new MemoryLogger();
  let served: Served;
  let people: People;
  let person: BrowserContext;
  let page: Page;
  before(async () => {
    const assets = await bundle({
      client: `import "../../../elements/tags.ts"; import { define } from "../errors/elements.ts"; define();`,
      again: `import { local } from "../../../src/index.ts"; export const again = local("board", { initial: () => 0 });`,
    });
    served = await serve(
      (site, app) => {
        site.get("/favicon.ico", (_, response) => void response.status(204).end());
        for (const [path, text] of assets)
          site.get(path, (_, response) => void response.type("js").send(text));
        site.get(
          "/",
          app.page(() => html`<error-board></error-board><violet-status></violet-status>`),
        );
        site.get(
          "/unmarked-handler",
          app.page(() => html`<unmarked-handler></unmarked-handler>`),
        );
        site.get(
          "/unknown-modifier",
          app.page(() => html`<unknown-modifier></unknown-modifier>`),
        );
      },
      { client: "/assets/client.js", logger, overlay: false },
    );
    people = await People.start();
    person = await people.person();
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await served.close();
  });

  beforeEach(async () => {
    logger.errors.length = 0;
    people.problems = [];
    page = await person.newPage();
    await page.goto(served.url);
    await isLive(page);
  });
  afterEach(() => page.close());

  /** A click still reaches the server, and its answer the page. */
  async function pageGoesOn(): Promise<void> {
    const score = served.app.run(() => board.score);
    await page.getByRole("button", { name: "Score" }).click();
    await page.locator("output", { hasText: String(score + 1) }).waitFor();
    await isLive(page);
    assert.equal(
      served.app.run(() => board.score),
      score + 1,
    );
  }

  async function serverGoesOn(): Promise<void> {
    const { status, html } = await served.get("/");
    assert.equal(status, 200);
    assert.match(html, /first/);
  }

  for (const [what, { code, make, inBrowserOnly }] of Object.entries(mistakes)) {
    test(`${what} is ${code} in the browser that makes it, and its page goes on`, async () => {
      await page.getByRole("button", { name: what }).click();
      await pageGoesOn();
      assert.equal(people.problems.length, 1, people.problems.join("\n"));
      assert.match(people.problems[0] as string, new RegExp(`${code}: `));
      assert.equal(await page.locator("p").textContent(), "first 0");
      assert.deepEqual(logger.errors, []);
    });

    if (!inBrowserOnly)
      test(`${what} is ${code} on the server, which goes on`, async () => {
        assert.throws(() => served.app.run(make), { code });
        await serverGoesOn();
        await pageGoesOn();
      });
  }

  for (const [tag, { code, message }] of Object.entries(templates)) {
    test(`<${tag}> is ${code} in the browser when it renders, and its page goes on`, async () => {
      const error = await page.evaluate(async (tag) => {
        const element = document.createElement(tag) as HTMLElement & { updateComplete: Promise<unknown> };
        document.body.append(element);
        return element.updateComplete.then(
          () => undefined,
          ({ name, code, message }) => ({ name, code, message }),
        );
      }, tag);
      assert.deepEqual({ ...error, message: "" }, { name: "TypeError", code, message: "" });
      assert.ok(error?.message.startsWith(message), error?.message);
      await pageGoesOn();
    });

    test(`<${tag}> is ${code} on the server when it renders, which answers 500 and goes on`, async () => {
      const { status, html } = await served.get(`/${tag}`);
      assert.equal(status, 500);
      assert.doesNotMatch(html, /at .*\.ts:/);
      const err = logger.errors[0]?.err;
      assert.equal((err?.cause as { code?: string } | undefined)?.code, code);
      assert.ok(err?.message.includes(message), err?.message);
      await serverGoesOn();
    });
  }

  test("a module that defines a name again fails to import in the browser, and its page goes on", async () => {
    const error = await page.evaluate(async () => {
      const again = "/assets/again.js";
      return import(again).then(
        () => undefined,
        ({ code }) => code,
      );
    });
    assert.equal(error, "E_DUPLICATE_NAME");
    await pageGoesOn();
  });

  /** A client whose definition forbids nothing. */
  async function careless() {
    const client = await NodeClient.visit(served.url);
    return {
      client,
      core: client.coreOf({ ...definitionOf(board), struct: undefined, serverOnly: new Set() }),
    };
  }
  for (const [code, op] of [
    ["E_SERVER_ONLY", ["set", ["online"], 7]],
    ["E_VALIDATION", ["splice", ["notes", 0], 0, [""]]],
  ] as const) {
    test(`the server refuses with ${code} what a browser did not, and nobody sees it`, async () => {
      const { client, core } = await careless();
      await core.loaded();
      core.write(op);
      await assert.rejects(core.settled(), { code });
      assert.deepEqual(core.snapshot().notes, ["first"] as never);
      client.close();
      await pageGoesOn();
      assert.equal(await page.locator("p").textContent(), "first 0");
    });
  }
});
