import { string } from "superstruct";
import { memory } from "../../server/backends/memory.ts";
import { violet } from "../../server/index.ts";
import { settingsOf, type VioletOptions } from "../../server/options.ts";
import { html } from "../../src/index.ts";
import { MemoryLogger, secret } from "../support/serve.ts";
import { after, assert, suite, test } from "../support/suite.ts";

suite("options", () => {
  test("D7.1.1 E8.2.1 have the documented defaults", () => {
    const settings = settingsOf({}, {});
    assert.deepEqual(
      {
        transports: settings.transports,
        reconnect: settings.reconnect,
        heartbeatMs: settings.heartbeatMs,
        deadAfterMs: settings.deadAfterMs,
        maxMessageBytes: settings.maxMessageBytes,
        compression: settings.compression,
        stores: settings.stores,
        origins: settings.origins,
        csrf: settings.csrf,
        production: settings.production,
        publicUser: settings.publicUser({ password: "secret" }),
      },
      {
        transports: ["websocket"],
        reconnect: { tellAfter: 5, backoffMs: [1000, 2000, 5000, 10_000, 30_000] },
        heartbeatMs: 25_000,
        deadAfterMs: 45_000,
        maxMessageBytes: 65_536,
        compression: false,
        stores: "allow",
        origins: [],
        csrf: true,
        production: false,
        publicUser: undefined,
      },
    );
  });

  test("may be given in part", () => {
    const { reconnect, limits } = settingsOf({ reconnect: { tellAfter: 2 }, limits: { graceMs: 5 } }, {});
    assert.deepEqual(reconnect, { tellAfter: 2, backoffMs: [1000, 2000, 5000, 10_000, 30_000] });
    assert.equal(limits.graceMs, 5);
    assert.equal(limits.maxDepth, 32);
  });

  test("that are undefined count as not given", () => {
    assert.equal(
      settingsOf({ client: undefined, heartbeatMs: undefined } as unknown as object, {}).heartbeatMs,
      25_000,
    );
  });

  test("have links that are dead after 1.8 heartbeats, unless they say something else", () => {
    const deadAfter = (options: VioletOptions<object>) => settingsOf(options, {}).deadAfterMs;
    assert.equal(deadAfter({ heartbeatMs: 60_000 }), 108_000);
    assert.equal(deadAfter({ heartbeatMs: 60_000, deadAfterMs: 90_000 }), 90_000);
  });

  test("that leave neither the Origin check nor the CSRF token are refused", () => {
    const message = /csrf.*origins.*any website.*List the origins, or leave csrf on/;
    assert.throws(() => settingsOf({ csrf: false, origins: "any" }, {}), { code: "E_SECURITY", message });
    assert.equal(settingsOf({ csrf: false }, {}).csrf, false);
    assert.equal(settingsOf({ origins: "any" }, {}).origins, "any");
  });

  const wrong: [string, object][] = [
    ["secert", { secert: "x" }],
    ["limits.maxDept", { limits: { maxDept: 1 } }],
    ["limits.maxDepth", { limits: { maxDepth: 0 } }],
    ["limits.maxPathSteps", { limits: { maxPathSteps: 17 } }],
    ["limits.maxBatchOps", { limits: { maxBatchOps: 101 } }],
    ["limits.handlerMs", { limits: { handlerMs: 2 ** 31 } }],
    ["reconnect.backoffMs", { reconnect: { backoffMs: [] } }],
    ["heartbeatMs", { heartbeatMs: "25s" }],
    ["heartbeatMs", { heartbeatMs: Number.NaN }],
    ["heartbeatMs", { heartbeatMs: 999 }],
    ["heartbeatMs", { heartbeatMs: 3_600_001 }],
    ["reconnect.backoffMs", { reconnect: { backoffMs: [1000, 2 ** 31] } }],
    ["deadAfterMs", { deadAfterMs: 1000 }],
    ["transports", { transports: ["sse"] }],
    ["origins", { origins: ["app.example.org"] }],
    ["origins", { origins: ["https://app.example.org/"] }],
    ["origins", { origins: "https://app.example.org" }],
    ["csrf", { csrf: "no" }],
    ["stores", { stores: "maybe" }],
    ["authenticate", { authenticate: "user" }],
    ["backend", { backend: { load: () => undefined } }],
    ["backend", { backend: { ...memory(), durability: "forever" } }],
    ["backend", { backend: { ...memory(), check: undefined } }],
    ["logger", { logger: { log: () => undefined } }],
    ["client", { client: "client.js" }],
    ["client", { client: "./client.js" }],
    ["toString", { toString: 1 }],
  ];
  for (const [name, options] of wrong)
    test(`refuse ${JSON.stringify(options)}`, () => {
      assert.throws(() => settingsOf(options, {}), { code: "E_OPTION", message: new RegExp(`"${name}"`) });
    });
});

suite("what an app is given later", () => {
  const app = violet({ secret, logger: new MemoryLogger() });
  after(() => app.close());
  const template = () => html`<p>a page</p>`;
  const untyped = app as unknown as Record<string, (...given: readonly unknown[]) => unknown>;
  const wrong: [name: string, expected: RegExp, method: string, ...given: unknown[]][] = [
    ["page(template)", /expected a function that gives the page/, "page", html`<p>a page</p>`],
    ["page.titel", /There is no such option/, "page", template, { titel: "A page" }],
    ["page.client", /from the site's root/, "page", template, { client: "client.js" }],
    ["page.status", /expected a status/, "page", template, { status: "404" }],
    ["page.status", /expected a status from 200 to 599/, "page", template, { status: 99_999 }],
    ["page.status", /expected a status from 200 to 599/, "page", template, { status: 100 }],
    ["page.title", /expected a text/, "page", template, { title: {} }],
    ["page.lang", /expected a text/, "page", template, { lang: 5 }],
    ["page.onRenderError", /expected "mark"/, "page", template, { onRenderError: "throw" }],
    ["pages(folder)", /expected a folder that is there/, "pages", "no-such-folder"],
    ["pages(folder)", /expected a folder that is there/, "pages", "package.json"],
    ["pages.clinet", /There is no such option/, "pages", "docs", { clinet: "/client.js" }],
    ["pages.client", /from the site's root/, "pages", "docs", { client: "../client.js" }],
    ["run(fn)", /expected a function/, "run"],
    ["on(start, handler)", /expected a function/, "on", "start"],
    ["on(moved, handler)", /expected a function/, "on", "moved", { data: string() }],
    ["listen(site, port)", /expected a port/, "listen", () => {}],
    ["listen(site, port)", /expected a port/, "listen", () => {}, "99999"],
    ["listen(site, port)", /expected a port/, "listen", () => {}, [3000]],
    ["listen(site, port)", /expected a port/, "listen", () => {}, ""],
    ["listen(site, port)", /expected an Express app/, "listen", 3000],
  ];
  for (const [name, expected, method, ...given] of wrong)
    test(`is checked where it is given: app.${method}, ${expected.source}`, async () => {
      const message = new RegExp(`"${name.replace(/[().]/g, "\\$&")}".*${expected.source}`);
      await assert.rejects(async () => untyped[method]?.(...given), { code: "E_OPTION", message });
    });

  test("may be what it is for a request", () => {
    app.page(template, {
      title: () => "A page",
      head: () => html`<meta name="robots" content="none">`,
      status: () => 404,
      stores: () => [],
      lang: undefined,
      client: "https://cdn.example.org/client.js",
    });
    app.pages("docs", { client: false, onRenderError: "mark" });
  });
});
