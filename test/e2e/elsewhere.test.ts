/** A page of another origin, as a browser lets it ask: with a question before, and with its cookie. */
import type { Browser, Page } from "playwright-core";
import { violet } from "../../server/index.ts";
import { getPage, MemoryLogger, secret } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import { launch } from "./support/browser.ts";

interface Answer {
  readonly client: string;
  readonly self: { readonly id: string };
}

/** Runs in the page. */
const ask = async ({ url, client }: { url: string; client: string }) => {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "violet-client": client },
    credentials: "include",
  });
  return (await answer.json()) as Answer;
};

suite("a page of another origin", () => {
  const elsewhere = violet({ secret, logger: new MemoryLogger() });
  let app: ReturnType<typeof violet>;
  let browser: Browser;
  let page: Page;
  let session: string;

  before(async () => {
    const empty = await elsewhere.listen((_, response) => response.end("<p>elsewhere"), 0, "127.0.0.1");
    const origin = urlOf(empty);
    app = violet({ secret, logger: new MemoryLogger(), origins: [origin] });
    const server = await app.listen(
      (request, response) => app.middleware(request, response, () => {}),
      0,
      "127.0.0.1",
    );
    session = `${urlOf(server)}/_violet/session`;
    browser = await launch();
    page = await browser.newPage();
    await page.goto(origin);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([app.close(), elsewhere.close()]);
  });

  const urlOf = (server: { address(): unknown }) =>
    `http://127.0.0.1:${(server.address() as { port: number }).port}`;

  test("gets credentials, and comes back as the same client", async () => {
    const first = await page.evaluate(ask, { url: session, client: "" });
    const again = await page.evaluate(ask, { url: session, client: first.client });
    assert.equal(again.self.id, first.self.id);
  });

  test("gets none where its origin is not listed", async () => {
    await page.goto(session.replace("127.0.0.1", "localhost").replace("session", "health"));
    await assert.rejects(page.evaluate(ask, { url: session, client: "" }), { message: /Failed to fetch/ });
    assert.equal((await getPage(session)).status, 200);
  });
});
