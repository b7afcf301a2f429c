/** Calls over HTTP from a page whose credentials are worn out, and over a line that loses answers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Page } from "playwright-core";
import { integer } from "superstruct";
import { server } from "violet-live/server";
import { html, type Rpc } from "../../src/index.ts";
import { type Served, serve } from "../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../support/suite.ts";
import { bundle } from "./hydration/bundle.ts";
import { isLive, People } from "./support/people.ts";

declare global {
  /** The page's stub. */
  var add: Rpc<[number, number], number>;
  /** The page was not loaded anew since it was set. */
  var isOld: boolean | undefined;
}

const client = `
  import { remote, start } from "../../../src/index.ts";
  import "../../../elements/tags.ts";
  globalThis.add = remote("sums").add;
  start();`;

suite("a page that calls", () => {
  let served: Served;
  let people: People;
  let page: Page;
  /** The sums that the server made. */
  let made: number[];
  /** The bodies of the calls that reached it. */
  let bodies: (string | null)[];
  /** So many answers are cut in their middle. */
  let lost: number;

  before(async () => {
    people = await People.start();
    const assets = await bundle({ client });
    const add = server.rpc([integer(), integer()], (a, b) => {
      made.push(a + b);
      return a + b;
    });
    served = await serve(
      (site, app) => {
        site.get("/favicon.ico", (_, response) => void response.status(204).end());
        for (const [path, text] of assets)
          site.get(path, (_, response) => void response.type("js").send(text));
        site.get(
          "/",
          app.page(() => html`<violet-status></violet-status>`),
        );
      },
      { client: "/assets/client.js", modules: { sums: { add } } },
    );
    served.server.prependListener("request", ({ url = "" }: IncomingMessage, response: ServerResponse) => {
      if (url.includes("/rpc/") && lost-- > 0) cutAnswer(response);
    });
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await served.close();
  });
  beforeEach(async () => {
    [made, bodies, lost] = [[], [], 0];
    page = await people.visit(served.url);
    page.on("request", (request) => request.url().includes("/rpc/") && bodies.push(request.postData()));
    await isLive(page);
    await page.evaluate(() => {
      globalThis.isOld = true;
    });
  });
  afterEach(async () => void (await people.leave()));

  test("gets new tokens where its own are refused, and goes on without a reload", async () => {
    await page.context().clearCookies();
    const renewed = page.waitForResponse("**/_violet/session");
    assert.equal(await page.evaluate(() => add(1, 2)), 3);
    assert.equal((await renewed).status(), 200);
    assert.equal(await page.evaluate(() => add(3, 4)), 7);
    assert.deepEqual(made, [3, 7]);
    assert.deepEqual(bodies, ['{"args":[1,2]}', '{"args":[1,2]}', '{"args":[3,4]}']);
    assert.ok(await page.evaluate(() => isOld));
  });

  test("repeats a call with an id whose answer was lost: it ran once, and its result comes once", async () => {
    lost = 1;
    const results = await page.evaluate(async () => {
      const seen: number[] = [];
      await add
        .with({ id: "once" })(20, 22)
        .then((sum) => seen.push(sum));
      return seen;
    });
    assert.deepEqual(results, [42]);
    assert.deepEqual(made, [42]);
    const body = '{"args":[20,22],"id":"once"}';
    assert.deepEqual(bodies, [body, body]);
  });

  test("tells its caller of a lost answer where the call has no id, and repeats nothing", async () => {
    lost = 1;
    const code = await page.evaluate(() => add(20, 22).catch(({ code }) => code));
    assert.equal(code, "E_NETWORK");
    assert.deepEqual(made, [42]);
    assert.equal(bodies.length, 1);
  });
});

/** The function has run when its answer is written; after the first byte of that the connection ends. */
function cutAnswer(response: ServerResponse): void {
  response.end = () => {
    response.write("{", () => response.socket?.destroy());
    return response;
  };
}
