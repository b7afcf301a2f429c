/** A session ends: because somebody says so, or because it is somebody else's now. */
import { once } from "node:events";
import { createServer } from "node:http";
import { integer } from "superstruct";
import { violet } from "../../server/app.ts";
import { memory } from "../../server/backends/memory.ts";
import { Door } from "../../server/door.ts";
import { settingsOf, type VioletOptions } from "../../server/options.ts";
import { VioletError } from "../../src/errors.ts";
import { html, shared } from "../../src/index.ts";
import { closeCodes } from "../../src/wire/close-codes.ts";
import { greetAs, hangUp, type Welcome } from "../support/greet.ts";
import { NodeClient } from "../support/node-client.ts";
import { cookiesOf, MemoryLogger, type Page, type Served, secret, serve } from "../support/serve.ts";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";

const store = shared("session-store", { state: integer(), initial: () => 0 });

type Known = { readonly id: string; readonly user?: object } | null;

/** A site on which everybody is who his cookie `login` says, and finds out about his session at /session. */
const serveSite = (options: VioletOptions = {}): Promise<Served> =>
  serve(
    (site, app) => {
      site.get(
        "/",
        app.page(() => html`<p>${store.value}</p>`),
      );
      site.get("/session", async (request, response) => {
        response.json((await app.sessionOf(request)) ?? null);
      });
    },
    {
      ...options,
      // The tokens of an old session are no good in a new one, and all of them come from here.
      authenticate({ headers }) {
        const [, login] = /login=(\w+)/.exec(headers.cookie ?? "") ?? [];
        return login === undefined ? undefined : login === "guest" ? { name: login } : { id: login };
      },
    },
  );

suite("a session", () => {
  let served: Served;
  const clients: NodeClient[] = [];
  before(async () => {
    served = await serveSite();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    hangUp();
  });
  after(() => served.close());

  const known = async (cookie: string): Promise<Known> =>
    (await fetch(`${served.url}/session`, { headers: { cookie } })).json() as Promise<Known>;
  const idOf = async (cookie: string): Promise<string> => (await known(cookie))?.id ?? "none";

  /** A page that is live, with what its browser sends. */
  async function live(page: Page, cookie = cookiesOf(page.headers)): Promise<NodeClient> {
    const client = NodeClient.of(served.url, page, cookie);
    clients.push(client);
    client.core(store);
    await client.until("live");
    return client;
  }

  test("is known by its request, and only while it holds", async () => {
    const { headers } = await served.get("/");
    assert.match(await idOf(cookiesOf(headers)), /^[\w-]{22}$/);
    assert.equal(await known(""), null);
    assert.equal(await known(`${cookiesOf(headers)}x`), null);
    assert.equal(await known(`${cookiesOf(headers)}; login=ada`), null);
  });

  test("T20 that is revoked has its sockets closed with 4502, and its pages stop and are gone", async () => {
    const first = await served.get("/");
    const cookie = cookiesOf(first.headers);
    const second = await served.get("/", { cookie });
    const [one, two] = [await live(first), await live(second, cookie)];
    const other = await live(await served.get("/"));
    const gone = new Set<string | undefined>();
    const remove = served.app.on("disconnect", ({ id }) => void gone.add(id));
    await served.app.revoke(await idOf(cookie));
    await Promise.all([one.until("stopped"), two.until("stopped")]);
    remove();
    assert.deepEqual(gone, new Set([first.payload?.self.id, second.payload?.self.id]));
    assert.equal(served.app.counters.closes.revoked, 2);
    await other.until("live");
  });

  test("T20 that is revoked is taken no more, and its page gets a new one when it asks", async () => {
    const page = await served.get("/");
    const cookie = cookiesOf(page.headers);
    const id = await idOf(cookie);
    await served.app.revoke(id);
    assert.equal(await known(cookie), null);
    assert.equal(await greetAs(page, served.url), closeCodes.session);
    const headers = { cookie, origin: served.url, "violet-client": page.payload?.client ?? "" };
    const answer = await fetch(`${served.url}/_violet/session`, { method: "POST", headers });
    const renewed = { ...page, headers: answer.headers, payload: (await answer.json()) as never };
    assert.notEqual(await idOf(cookiesOf(renewed.headers)), id);
    const welcome = (await greetAs(renewed, served.url)) as Welcome;
    assert.notEqual(welcome.self.id, page.payload?.self.id);
  });

  test("is revoked by an id", async () => {
    for (const wrong of [undefined, "", "x", {}])
      await assert.rejects(served.app.revoke(wrong as never), { code: "E_OPTION" });
  });

  const changes = {
    "a login": ["", "login=ada"],
    "a logout": ["login=ada", ""],
    "another user's login": ["login=ada", "login=bob"],
    "a login without an id": ["", "login=guest"],
    "a logout of a user without an id": ["login=guest", ""],
  } as const;
  for (const [name, [before, after]] of Object.entries(changes))
    test(`T19 does not survive ${name}: its sockets are closed with 4502, and the next page has another id`, async () => {
      const old = await served.get("/", { cookie: before });
      const planted = cookiesOf(old.headers);
      const client = await live(old, `${planted}; ${before}`);
      const id = await idOf(`${planted}; ${before}`);
      assert.equal(await idOf(`${planted}; ${after}`), "none");
      const revoked = served.app.counters.closes.revoked ?? 0;
      const page = await served.get("/", { cookie: `${planted}; ${after}` });
      await client.until("stopped");
      assert.equal(served.app.counters.closes.revoked, revoked + 1);
      const cookie = `${cookiesOf(page.headers)}; ${after}`;
      assert.match(await idOf(cookie), /^[\w-]{22}$/);
      assert.notEqual(await idOf(cookie), id);
      assert.equal(await greetAs(page, served.url, { cookie: `${planted}; ${after}` }), closeCodes.session);
      assert.equal(await greetAs(old, served.url, { cookie }), closeCodes.session);
      assert.equal(typeof (await greetAs(page, served.url, { cookie })), "object");
    });

  test("T19 is given to nobody whose id may look like another's", async () => {
    const logger = new MemoryLogger();
    const authenticate = () => ({ id: { of: "a database" } });
    const site = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<p>${store.value}</p>`),
        ),
      {
        logger,
        authenticate,
      },
    );
    const { status, headers } = await site.get("/");
    await site.close();
    assert.deepEqual([status, headers.getSetCookie()], [500, []]);
    assert.match(logger.errors[0]?.err.message ?? "", /E_OPTION.*authenticate.*id is a text or a number/);
  });

  test("is not ended by a link on another site, to which an app's own cookie may not come", async () => {
    const page = await served.get("/", { cookie: "login=ada" });
    const own = cookiesOf(page.headers);
    const client = await live(page, `${own}; login=ada`);
    const linked = await served.get("/", { cookie: own, "sec-fetch-site": "cross-site" });
    assert.deepEqual(linked.headers.getSetCookie(), []);
    assert.equal(await greetAs(linked, served.url, { cookie: `${own}; login=ada` }), closeCodes.session);
    await client.until("live");
    assert.equal(typeof (await greetAs(page, served.url, { cookie: `${own}; login=ada` })), "object");
  });

  test("stays as it is while its user stays", async () => {
    const page = await served.get("/", { cookie: "login=ada" });
    const cookie = `${cookiesOf(page.headers)}; login=ada`;
    const client = await live(page, cookie);
    assert.deepEqual((await served.get("/", { cookie })).headers.getSetCookie(), []);
    await client.until("live");
    assert.deepEqual((await known(cookie))?.user, { id: "ada" });
  });
});

suite("a session that was revoked before the server started anew", () => {
  test("T20 is taken no more, and its socket is closed that came before that was known", async () => {
    const kept = memory();
    const first = await serveSite({ backend: kept });
    const page = await first.get("/");
    const cookie = cookiesOf(page.headers);
    const { id } = (await (await fetch(`${first.url}/session`, { headers: { cookie } })).json()) as {
      id: string;
    };
    await first.app.revoke(id);
    await first.close();

    const isAsked = Promise.withResolvers<void>();
    const revoked = () => isAsked.promise.then(() => kept.revoked());
    const logger = new MemoryLogger();
    const app = violet({ secret, logger, backend: { ...kept, revoked } });
    const server = createServer(app.middleware as never).listen(0, "127.0.0.1");
    app.attach(server);
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const client = NodeClient.of(url, page, cookie);
    client.core(store);
    await client.until("live");
    isAsked.resolve();
    await client.until("stopped");
    await app.ready;
    assert.equal(app.counters.closes.revoked, 1);
    assert.equal(await greetAs(page, url), closeCodes.session);
    client.close();
    hangUp();
    await app.close();
    server.close();
  });

  test("T20 is not said to be stored where it is not, and holds while the server lives", async () => {
    const revoke = () => Promise.reject(new VioletError("E_UNAVAILABLE"));
    const site = await serveSite({ backend: { ...memory(), revoke } });
    const page = await site.get("/");
    const cookie = cookiesOf(page.headers);
    const known = async () => (await fetch(`${site.url}/session`, { headers: { cookie } })).json();
    const { id } = (await known()) as { id: string };
    await assert.rejects(site.app.revoke(id), { code: "E_UNAVAILABLE" });
    assert.equal(await known(), null);
    await site.close();
  });
});

test("T20 a session that is revoked between its upgrade and its hello is refused", () => {
  const door = new Door(settingsOf({ secret }, {}));
  const session = { id: "A".repeat(22), user: undefined, data: undefined };
  const peer = { session, address: "" };
  const claim = door.credentials(door.newClient(session), session);
  assert(door.identify(claim, peer));
  door.revoke(session.id);
  assert.equal(door.identify(claim, peer), undefined);
});
