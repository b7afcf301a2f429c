import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { integer } from "superstruct";
import { type Middleware, server } from "../../server/index.ts";
import type { SessionMiddleware } from "../../server/options.ts";
import { html, shared } from "../../src/index.ts";
import { closeCodes } from "../../src/wire/close-codes.ts";
import { type Greeting, greetAs, hangUp, type Welcome } from "../support/greet.ts";
import { cookiesOf, MemoryLogger, type Served, secret, serve } from "../support/serve.ts";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";
import { upgrade } from "../support/upgrade.ts";

const store = shared("door-store", { state: integer(), initial: () => 5 });
const seen: unknown[] = [];
server.access(store, {
  read(client, { session }) {
    seen.push({ user: client.user, session });
    return true;
  },
});

const page = (site: import("express").Express, app: Served["app"]) =>
  site.get(
    "/",
    app.page(() => html`<p>${store.value}</p>`),
  );

suite("a hello", () => {
  let served: Served;
  before(async () => {
    served = await serve(page);
  });
  afterEach(hangUp);
  after(() => served.close());

  test("E14.1.2 speaks for the client that the page was rendered for", async () => {
    const rendered = await served.get("/");
    const welcome = (await greetAs(rendered, served.url)) as Welcome;
    assert.deepEqual<unknown>(welcome.self, rendered.payload?.self);
    const again = (await greetAs(rendered, served.url, { client: welcome.client })) as Welcome;
    assert.equal(again.self.id, welcome.self.id);
  });

  test("gets a client where it brings none", async () => {
    const rendered = await served.get("/");
    const welcome = (await greetAs(rendered, served.url, { client: undefined })) as Welcome;
    assert.match(welcome.self.id, /^[\w-]{22}$/);
    assert.notEqual(welcome.self.id, rendered.payload?.self.id);
  });

  test("T18 T24 D14.3 E14.1.1 is refused without the session's own tokens", async () => {
    const [mine, other] = [await served.get("/"), await served.get("/")];
    const refused: Record<string, Partial<Greeting>> = {
      "no csrf": { csrf: undefined },
      "another session's csrf": { csrf: other.payload?.csrf },
      "another session's client": { client: other.payload?.client },
      "a tampered client": { client: `A${mine.payload?.client}` },
      "a client for a csrf": { csrf: mine.payload?.client },
      "no cookie": { cookie: "" },
      "another session's cookie": { cookie: cookiesOf(other.headers) },
      "a tampered cookie": { cookie: cookiesOf(mine.headers).replace("=", "=A") },
    };
    for (const [name, change] of Object.entries(refused))
      assert.equal(await greetAs(mine, served.url, change), closeCodes.session, name);
  });

  test("of a page from before a restart is taken after it", async () => {
    const rendered = await served.get("/");
    const restarted = await serve(page);
    const welcome = (await greetAs(rendered, restarted.url)) as Welcome;
    await restarted.close();
    assert.equal(welcome.self.id, rendered.payload?.self.id);
    const rotated = await serve(page, { secret: ["a newer secret than before", secret] });
    assert.equal(((await greetAs(rendered, rotated.url)) as Welcome).self.id, rendered.payload?.self.id);
    await rotated.close();
    const changed = await serve(page, { secret: "another secret altogether" });
    assert.equal(await greetAs(rendered, changed.url), closeCodes.session);
    await changed.close();
  });

  test("C2.1.12 makes connect happen, once per identity, in the app's scope", async () => {
    const events: string[] = [];
    const connected = Promise.withResolvers<void>();
    const removers = [
      server.on("connect", ({ id }) => {
        events.push(`connect ${id} of ${server.connections().length}, ${store.value}`);
        connected.resolve();
      }),
    ];
    const rendered = await served.get("/");
    await greetAs(rendered, served.url);
    await connected.promise;
    await greetAs(rendered, served.url);
    for (const remove of removers) remove();
    assert.deepEqual(events, [`connect ${rendered.payload?.self.id} of 1, 5`]);
  });
});

suite("an app with users and sessions of its own", () => {
  // A session middleware in small: like express-session, it knows its sessions by a cookie.
  const kept = new Map<string, object>();
  const sessions: Middleware = (request, response, next) => {
    const [, known] = /sid=([\w-]+)/.exec(request.headers.cookie ?? "") ?? [];
    const sid = known && kept.has(known) ? known : randomUUID();
    if (sid !== known) response.appendHeader("Set-Cookie", `sid=${sid}`);
    const session = kept.get(sid) ?? { theme: `of ${sid}` };
    kept.set(sid, session);
    Object.assign(request, { session });
    next();
  };
  let served: Served;
  before(async () => {
    served = await serve(
      (site, app) => {
        site.use(sessions);
        page(site, app);
      },
      {
        session: sessions,
        authenticate: ({ headers }) =>
          headers.cookie?.includes("login") ? { name: "Ada", password: "pass word" } : undefined,
        publicUser: ({ name }) => ({ name }),
      },
    );
  });
  after(() => served.close());

  test("shows the public part of the user, and its rules get session and user whole", async () => {
    const rendered = await served.get("/", { cookie: "login=1" });
    const cookie = `${cookiesOf(rendered.headers)}; login=1`;
    assert.deepEqual<unknown>(rendered.payload?.self.user, { name: "Ada" });
    assert.doesNotMatch(rendered.html, /pass word|theme/);
    const { session } = seen.at(-1) as { session: { user: object; data: { theme: string } } };
    assert.deepEqual(session.user, { name: "Ada", password: "pass word" });
    assert.match(session.data.theme, /^of /);
    const welcome = (await greetAs(rendered, served.url, { cookie })) as Welcome;
    assert.deepEqual<unknown>(welcome.self, rendered.payload?.self);
  });

  test("starts a new session with a new one of the app's", async () => {
    const before = await served.get("/");
    const violet = cookiesOf(before.headers).match(/violet-session=[^;]+/)?.[0] ?? "";
    const same = await served.get("/", { cookie: cookiesOf(before.headers) });
    assert.deepEqual(same.headers.getSetCookie(), []);
    const relogged = await served.get("/", { cookie: violet });
    assert.match(cookiesOf(relogged.headers), /violet-session=/);
    assert.equal(
      await greetAs(before, served.url, { cookie: cookiesOf(relogged.headers) }),
      closeCodes.session,
    );
  });
});

suite("one of the two checks", () => {
  const warnings = ({ logger }: { logger: MemoryLogger }) =>
    logger.notes.filter((note) => / off: /.test(note));

  test("may be off: without tokens the origin is asked, and a warning says so", async () => {
    const options = { csrf: false, logger: new MemoryLogger() };
    const served = await serve(page, options);
    const rendered = await served.get("/");
    const welcome = (await greetAs(rendered, served.url, { csrf: undefined })) as Welcome;
    assert.equal(welcome.self.id, rendered.payload?.self.id);
    const other = await served.get("/");
    const stolen = { csrf: undefined, client: other.payload?.client };
    assert.equal(await greetAs(rendered, served.url, stolen), closeCodes.session);
    const evil = await greetAs(rendered, served.url, { from: "http://evil.example" }).catch(String);
    assert.equal(evil, "Error: refused");
    assert.deepEqual(warnings(options), [
      "CSRF tokens are off: the Origin check alone keeps other websites out",
    ]);
    await served.close();
  });

  test("may be off: without the Origin check the token is asked, and a warning says so", async () => {
    const options = { origins: "any", logger: new MemoryLogger() } as const;
    const served = await serve(page, options);
    const rendered = await served.get("/");
    const from = "https://app.example";
    assert.equal(
      ((await greetAs(rendered, served.url, { from })) as Welcome).self.id,
      rendered.payload?.self.id,
    );
    assert.equal(await greetAs(rendered, served.url, { from, csrf: undefined }), closeCodes.session);
    assert.deepEqual(warnings(options), [
      "the Origin check is off: CSRF tokens alone keep other websites out",
    ]);
    await served.close();
  });
});

test("who answers too late who somebody is, is not waited for", async () => {
  const never = () => new Promise<never>(() => {});
  for (const options of [{ authenticate: never }, { session: never }]) {
    const served = await serve(page, { ...options, limits: { handlerMs: 20 } });
    if ("authenticate" in options) assert.equal((await served.get("/")).status, 503);
    assert.equal((await upgrade(served.url)).status, 503);
    await served.close();
  }
});

suite("session middleware that answers by itself", () => {
  interface Answering {
    readonly session: SessionMiddleware;
    readonly status: number;
    readonly ofSocket: number;
  }
  const answering: Record<string, Answering> = {
    "at once": {
      session: (_: never, response: ServerResponse) => void response.writeHead(401).end("log in"),
      status: 401,
      ofSocket: 401,
    },
    later: {
      session: (_: never, response: ServerResponse) =>
        void setImmediate(() => response.writeHead(302, { location: "/login" }).end()),
      status: 302,
      ofSocket: 403,
    },
  };
  for (const [when, { session, status, ofSocket }] of Object.entries(answering))
    test(`${when} ends what asked for one: a call and a page by its answer, a socket by ${ofSocket}`, async () => {
      const logger = new MemoryLogger();
      const served = await serve(page, { session, logger });
      const ask = async (path: string, init?: RequestInit) =>
        (await fetch(served.url + path, { redirect: "manual", ...init })).status;
      const headers = { origin: served.url, "content-type": "application/json" };
      const post = { method: "POST", headers, body: "{}" };
      assert.equal((await upgrade(served.url)).status, ofSocket);
      assert.equal(await ask("/"), status);
      assert.equal(await ask("/_violet/session", post), status);
      assert.equal(await ask("/_violet/rpc/any.name", post), status);
      await served.close();
      assert.deepEqual(logger.errors, []);
    });

  test("and fails ends it, too: asynchronous or not, its error is logged", async () => {
    const logger = new MemoryLogger();
    const served = await serve(page, { session: () => Promise.reject(new Error("no sessions")), logger });
    assert.equal((await upgrade(served.url)).status, 500);
    await served.close();
    assert.deepEqual(
      logger.errors.map(({ err }) => err.message),
      ["no sessions"],
    );
  });
});

test("on https the session's cookie is Secure and belongs to this host alone", async () => {
  const served = await serve(page, { trustedProxies: 1 });
  const https = { "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1" };
  const { headers } = await served.get("/", https);
  const again = await served.get("/", { ...https, cookie: cookiesOf(headers) });
  await served.close();
  assert.match(
    headers.getSetCookie()[0] ?? "",
    /^__Host-violet-session=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  assert.deepEqual(again.headers.getSetCookie(), []);
});
