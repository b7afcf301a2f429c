import { once } from "node:events";
import { createServer, type Server } from "node:http";
import compression from "compression";
import express from "express";
import helmet from "helmet";
import { css } from "lit";
import { object, string } from "superstruct";
import { VioletElement } from "../../elements/violet-element.ts";
import { server as functions, type VioletApp, violet } from "../../server/index.ts";
import { html, shared } from "../../src/index.ts";
import { HttpCaller } from "../support/caller.ts";
import { cookiesOf, getPage, MemoryLogger, type Served, secret, serve } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

const note = shared("middleware-note", {
  state: object({ text: string() }),
  initial: () => ({ text: "x".repeat(5000) }),
});
customElements.define(
  "note-text",
  class extends VioletElement {
    static override styles = css`p { margin: 1px; }`;
    override render() {
      return html`<p>${note.text}</p>`;
    }
  },
);
customElements.define(
  "unseen-one",
  class extends VioletElement {
    static override styles = css`p { margin: 2px; }`;
  },
);

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as { port: number }).port}`;

suite("an Express app of its own, with helmet and compression", () => {
  const long = functions.rpc([string()], (text) => text.length);
  const app = violet({ secret, logger: new MemoryLogger(), modules: { own: { long } } });
  const site = express();
  site.use(helmet());
  site.use(compression());
  site.use(express.json());
  site.use(app.middleware);
  site.get("/api", (_, response) => void response.json({ own: true }));
  site.post("/api", (request, response) => void response.json(request.body));
  site.get(
    "/",
    app.page(() => html`<note-text></note-text>`, { title: "Mine" }),
  );
  site.use((_, response) => void response.status(404).send("not mine"));
  const server = createServer(site);
  app.attach(server);
  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(async () => {
    await app.close();
    server.close();
    server.closeAllConnections();
  });

  test("E16.4 serves its own routes as before", async () => {
    const url = urlOf(server);
    assert.deepEqual(await (await fetch(`${url}/api`)).json(), { own: true });
    const body = { method: "POST", body: '{"a":1}', headers: { "content-type": "application/json" } };
    assert.deepEqual(await (await fetch(`${url}/api`, body)).json(), { a: 1 });
    assert.equal((await getPage(`${url}/none`)).html, "not mine");
  });

  test("calls functions whose body the site has parsed before, by the same limits", async () => {
    const url = urlOf(server);
    const page = await HttpCaller.visit({ url, get: (path) => getPage(url + path) });
    assert.equal((await page.call("own.long", { args: ["abc"] })).result, 3);
    assert.equal((await page.call("own.long", { args: [1] })).field, "0");
    assert.equal((await page.call("own.long", { args: ["x".repeat(70_000)] })).code, "E_TOO_BIG");
    const keys = await page.call("own.long", { body: '{"args":[{"__proto__":1}]}' });
    assert.equal(keys.code, "E_BAD_KEY");
  });

  test("serves live pages and what they load, compressed and with helmet's headers", async () => {
    const url = urlOf(server);
    const page = await getPage(url);
    assert.match(page.headers.get("content-encoding") ?? "", /^(br|gzip)$/);
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'self'/);
    assert(page.payload?.stores["middleware-note"]);
    const links = [...page.html.matchAll(/(?:src|href)="(\/_violet\/(?:css|early)[^"]*)"/g)].map(
      ([, path]) => path,
    );
    assert(links.length >= 3);
    for (const path of links) {
      const { status, headers } = await getPage(url + path);
      assert.equal(status, 200, path);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
    }
  });

  test("D12.1 E16.5 opens sockets of its own pages, and of no others", async () => {
    const url = urlOf(server);
    const cookie = cookiesOf((await getPage(url)).headers);
    const connect = async (origin: string, path = "/_violet/socket") => {
      const socket = new WebSocket(url.replace("http", "ws") + path, {
        headers: { origin, cookie },
      } as never);
      const opened = await Promise.race([
        once(socket, "open").then(() => true),
        once(socket, "error").then(() => false),
      ]);
      socket.close();
      return opened;
    };
    assert(await connect(url));
    for (const origin of [
      "http://evil.example",
      "null",
      url.replace(/\d+$/, "1"),
      `${url}.evil`,
      url.toUpperCase(),
    ])
      assert(!(await connect(origin)), origin);
  });
});

suite("the middleware", () => {
  let served: Served;
  before(async () => {
    served = await serve((site, app) =>
      site.get(
        "/",
        app.page(() => html`<note-text></note-text>`),
      ),
    );
  });
  after(() => served.close());

  test("is a plain function: it leaves other paths to next()", () => {
    const passed: string[] = [];
    for (const url of ["/", "/_viole", "/_violetx", "/x/_violet/session"])
      served.app.middleware({ url } as never, {} as never, () => passed.push(url));
    assert.equal(passed.length, 4);
  });

  test("answers unknown names below its path itself", async () => {
    for (const path of [
      "",
      "x",
      "css/..%2f..%2fpackage.json",
      "css/0123456789abcdef.css",
      "constructor",
      "session/x",
    ])
      assert.equal((await served.get(`/_violet/${path}`)).status, 404, path);
  });

  test("lets browsers keep what does not change, and ask for what may", async () => {
    const { headers } = await served.get("/_violet/early.js");
    assert.equal(headers.get("cache-control"), "public, no-cache");
    const tag = headers.get("etag") ?? "";
    // As it is, and as a proxy that compresses makes it.
    for (const known of [tag, `W/${tag}`]) {
      const again = await served.get("/_violet/early.js", { "if-none-match": known });
      assert.deepEqual([again.status, again.html], [304, ""], known);
    }
  });

  test("knows the stylesheets of pages that an earlier process made", async () => {
    const restarted = await serve(() => {});
    const { html: page } = await served.get("/");
    const [href = ""] = /\/_violet\/css\/[^"]+/.exec(page) ?? [];
    const sheet = await restarted.get(href);
    await restarted.close();
    assert.deepEqual([sheet.status, sheet.html], [200, "p { margin: 1px; }"]);
  });

  test("answers probes under any name, by GET and HEAD, and never from a cache", async () => {
    const { port } = served.server.address() as { port: number };
    for (const name of ["health", "ready"]) {
      const path = `/_violet/${name}`;
      assert.equal(await statusWithHost(port, path, "10.0.0.7"), 200);
      assert.equal(await statusWithHost(port, path, "any.example"), 200);
      const head = await fetch(served.url + path, { method: "HEAD" });
      assert.deepEqual([head.status, head.headers.get("cache-control")], [200, "no-store"]);
      assert.deepEqual(JSON.parse((await served.get(path)).html), { status: "ready" });
    }
  });

  test("keeps requests away whose Host is not this machine's", async () => {
    const { port } = served.server.address() as { port: number };
    for (const path of ["/", "/_violet/session"]) {
      const status = await statusWithHost(port, path, "rebound.evil");
      assert.equal(status, 403, path);
    }
  });

  const statusWithHost = async (port: number, path: string, host: string) => {
    const { request } = await import("node:http");
    const sent = request({ host: "127.0.0.1", port, path, headers: { host } });
    sent.end();
    const [response] = await once(sent, "response");
    response.resume();
    return response.statusCode as number;
  };
});

suite("/_violet/session", () => {
  let served: Served;
  const post = (headers: Record<string, string>, method = "POST") =>
    fetch(`${served.url}/_violet/session`, { method, headers });
  before(async () => {
    served = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<note-text></note-text>`),
        ),
      {
        origins: ["https://other.example"],
      },
    );
  });
  after(() => served.close());

  test("gives credentials to a page that was made elsewhere", async () => {
    const response = await post({ origin: served.url });
    const { client, csrf, self } = (await response.json()) as Record<string, never>;
    assert(client && csrf && self);
    assert.match(
      response.headers.get("set-cookie") ?? "",
      /^violet-session=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    assert.equal(response.headers.get("cache-control"), "no-store");
  });

  test("keeps the client that can prove itself, and no other", async () => {
    const page = await served.get("/");
    const cookie = cookiesOf(page.headers);
    const ask = async (headers: Record<string, string>) =>
      ((await (await post({ origin: served.url, ...headers })).json()) as { self: { id: string } }).self.id;
    const token = page.payload?.client ?? "";
    assert.equal(await ask({ cookie, "violet-client": token }), page.payload?.self.id);
    assert.notEqual(await ask({ "violet-client": token }), page.payload?.self.id, "without its session");
    assert.notEqual(await ask({ cookie, "violet-client": `${token}x` }), page.payload?.self.id, "tampered");
    assert.notEqual(await ask({ cookie }), page.payload?.self.id, "without its token");
  });

  test("does not set a cookie that the browser has already", async () => {
    const cookie = cookiesOf((await served.get("/")).headers);
    assert.equal((await post({ origin: served.url, cookie })).headers.get("set-cookie"), null);
    const tampered = await post({ origin: served.url, cookie: cookie.replace(/.\./, "x.") });
    assert(tampered.headers.get("set-cookie"));
  });

  test("tells a listed origin, before it asks, that it may send its client", async () => {
    const preflight = (origin: string) =>
      post(
        {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "violet-client",
        },
        "OPTIONS",
      );
    const { status, headers } = await preflight("https://other.example");
    assert.equal(status, 204);
    const expected = {
      "access-control-allow-origin": "https://other.example",
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": "content-type, violet-client, violet-csrf",
      "access-control-allow-methods": "GET, POST",
      vary: "Origin",
      // Nobody is made a client by a question.
      "set-cookie": null,
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(headers.get(name), value, name);
    assert.equal((await preflight("http://evil.example")).status, 403);
  });

  test("says nothing to other origins, and lets listed ones read", async () => {
    for (const origin of ["http://evil.example", "null"])
      assert.equal((await post({ origin })).status, 403, origin);
    assert.equal((await post({})).status, 403, "a POST without Origin");
    assert.equal((await post({ "sec-fetch-site": "cross-site" }, "GET")).status, 403);
    assert.equal((await post({ "sec-fetch-site": "same-origin" }, "GET")).status, 200);
    const listed = await post({ origin: "https://other.example" });
    assert.equal(listed.headers.get("access-control-allow-origin"), "https://other.example");
    assert.equal((await post({ origin: served.url })).headers.get("access-control-allow-origin"), null);
  });
});

suite("a site that does not use the middleware", () => {
  /** What is warned of when its pages are asked for. */
  async function warnings(build: (site: express.Express, app: VioletApp) => void): Promise<string[]> {
    const logger = new MemoryLogger();
    const app = violet({ secret, logger });
    const site = express();
    build(site, app);
    const server = await app.listen(site, 0, "127.0.0.1");
    logger.notes.length = 0;
    for (const path of ["/plain", "/", "/"]) assert.equal((await getPage(urlOf(server) + path)).status, 200);
    await app.close();
    return logger.notes;
  }
  const page = (app: VioletApp) => app.page(() => html`<note-text></note-text>`);
  const plain = (app: VioletApp) => app.page(() => html`<p>plain</p>`);

  test("is warned of once, with its first page that is live", async () => {
    const said = await warnings((site, app) => site.get("/plain", plain(app)).get("/", page(app)));
    assert.equal(said.length, 1);
    assert.match(
      said[0] ?? "",
      /^The site seems not to use the app's middleware.*site\.use\(app\.middleware\)/,
    );
  });

  test("is told from one that uses it later, or in a router", async () => {
    const later = await warnings((site, app) =>
      site.get("/plain", plain(app)).get("/", page(app)).use(express.Router().use(app.middleware)),
    );
    assert.deepEqual(later, []);
    const inside = await warnings((site, app) =>
      site.use(express().get("/plain", plain(app)).get("/", page(app))).use(app.middleware),
    );
    assert.deepEqual(inside, []);
    const wrapped = await warnings((site, app) =>
      site
        .use((request, response, next) => app.middleware(request, response, next))
        .get("/plain", plain(app))
        .get("/", page(app)),
    );
    assert.deepEqual(wrapped, []);
  });

  test("never fails a page, whatever the site is: Express 4 throws for app.router", async () => {
    const older = (_router: object | undefined) => ({
      _router,
      get router(): never {
        throw new Error("'app.router' is deprecated!");
      },
    });
    const through = (owner: object) =>
      warnings((site, app) =>
        site
          .use((request, _, next) => {
            Object.defineProperty(request, "app", { value: owner, configurable: true, writable: true });
            next();
          })
          .get("/plain", plain(app))
          .get("/", page(app)),
      );
    assert.equal((await through(older({ stack: [{ handle: () => {} }] }))).length, 1);
    for (const owner of [older(undefined), { router: { stack: [{}] } }, { router: { stack: 5 } }])
      assert.deepEqual(await through(owner), []);
  });
});
