/** What one address may have, and how many tries. */
import { once } from "node:events";
import { integer } from "superstruct";
import { Failures } from "../../server/failures.ts";
import { networkOf } from "../../server/network.ts";
import { Signer } from "../../server/secret.ts";
import { Tokens } from "../../server/tokens.ts";
import { html, shared } from "../../src/index.ts";
import { closeCodes } from "../../src/wire/close-codes.ts";
import { greetAs, hangUp } from "../support/greet.ts";
import { cookiesOf, type Served, secret, serve } from "../support/serve.ts";
import { assert, suite, test } from "../support/suite.ts";
import { dropSockets, upgrade } from "../support/upgrade.ts";

const store = shared("address-store", { state: integer(), initial: () => 0 });

suite("an address", () => {
  const networks: Record<string, string> = {
    "192.0.2.1": "192.0.2.1",
    "192.0.2.1:4321": "192.0.2.1",
    "::ffff:192.0.2.1": "192.0.2.1",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    "2001:0DB8:0001:0002::1": "2001:db8:1:2::/64",
    "[2001:db8:1:2::1]:4321": "2001:db8:1:2::/64",
    "2001:db8::1": "2001:db8:0:0::/64",
    "::1": "0:0:0:0::/64",
    "fe80::1%eth0": "fe80:0:0:0::/64",
    unknown: "unknown",
    "": "",
  };
  for (const [text, network] of Object.entries(networks))
    test(`${JSON.stringify(text)} counts as ${JSON.stringify(network)}`, () =>
      assert.equal(networkOf(text), network));
});

const close = async ({ socket }: Awaited<ReturnType<typeof upgrade>>) => {
  socket?.destroy();
  if (socket && !socket.closed) await once(socket, "close");
};

/** Until the server has noticed what happened on a socket. */
const until = async (isSo: () => Promise<boolean>) => {
  while (!(await isSo())) await new Promise(setImmediate);
};

suite("the sockets of an address", () => {
  test("T37 are so many, from the upgrade request on: one more is a 429 before it is a socket", async () => {
    const asked: PromiseWithResolvers<undefined>[] = [];
    const served = await serve(() => {}, {
      limits: { socketsPerAddress: 2 },
      authenticate() {
        const answer = Promise.withResolvers<undefined>();
        asked.push(answer);
        return answer.promise;
      },
    });
    const first = [upgrade(served.url), upgrade(served.url)];
    await until(async () => asked.length === 2);
    assert.equal((await upgrade(served.url)).status, 429);
    for (const { resolve } of asked.splice(0)) resolve(undefined);
    const [one, two] = await Promise.all(first);
    assert.deepEqual([one?.status, two?.status], [101, 101]);
    assert.equal((await upgrade(served.url)).status, 429);
    assert.equal(asked.length, 0);
    const other = upgrade(served.url, { from: "127.0.0.2" });
    await until(async () => asked.length === 1);
    asked[0]?.resolve(undefined);
    assert.equal((await other).status, 101);
    dropSockets();
    await served.close();
  });

  test("are fewer again when one is gone, or was never let in", async () => {
    const served = await serve(() => {}, { limits: { socketsPerAddress: 1 } });
    const socket = async () => {
      let answered = await upgrade(served.url);
      while (answered.status === 429) answered = await upgrade(served.url);
      return answered;
    };
    await close(await socket());
    assert.equal((await socket()).status, 101);
    dropSockets();
    await served.close();
    const failing = await serve(() => {}, {
      limits: { socketsPerAddress: 1 },
      authenticate: () => Promise.reject(new Error("no database")),
    });
    for (let time = 0; time < 3; time++) assert.equal((await upgrade(failing.url)).status, 500);
    await failing.close();
    const strict = await serve(() => {}, { limits: { socketsPerAddress: 1 } });
    for (let time = 0; time < 3; time++)
      assert.equal((await upgrade(strict.url, { headers: { "sec-websocket-version": "7" } })).status, 400);
    await strict.close();
  });

  test("T61 are those of the address that the trusted proxy names, and of the proxy's own where none is trusted", async () => {
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
    const behind = await serve(() => {}, { trustedProxies: 1, limits: { socketsPerAddress: 1 } });
    assert.equal((await upgrade(behind.url, from("6.6.6.6, 198.51.100.7"))).status, 101);
    assert.equal((await upgrade(behind.url, from("7.7.7.7, 198.51.100.7"))).status, 429);
    assert.equal((await upgrade(behind.url, from("198.51.100.8"))).status, 101);
    dropSockets();
    await behind.close();
    const alone = await serve(() => {}, { limits: { socketsPerAddress: 1 } });
    assert.equal((await upgrade(alone.url, from("198.51.100.7"))).status, 101);
    assert.equal((await upgrade(alone.url, from("198.51.100.8"))).status, 429);
    dropSockets();
    await alone.close();
  });
});

suite("tokens that nobody signed", () => {
  const site = () =>
    serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<p>${store.value}</p>`),
        ),
      { limits: { tokenFailures: 3 } },
    );
  const statusOfSession = async ({ url }: Served) => {
    const answer = await fetch(`${url}/_violet/session`, { method: "POST", headers: { origin: url } });
    return [answer.status, Number(answer.headers.get("retry-after"))] as const;
  };

  test("T21 are so many from an address: then it gets 429, and another address does not", async () => {
    const served = await site();
    const page = await served.get("/");
    const forged = [
      { csrf: `${page.payload?.csrf}x` },
      { client: `x${page.payload?.client}` },
      { csrf: "guessed..0.AAAA" },
    ];
    for (const claim of forged) {
      assert.equal((await upgrade(served.url)).status, 101);
      assert.equal(await greetAs(page, served.url, claim), closeCodes.session);
    }
    const { status, headers } = await upgrade(served.url);
    assert.equal(status, 429);
    const seconds = Number(headers["retry-after"]);
    assert(seconds > 500 && seconds <= 600, `${seconds} s`);
    const [sessionStatus, sessionSeconds] = await statusOfSession(served);
    assert.equal(sessionStatus, 429);
    assert(sessionSeconds > 500 && sessionSeconds <= 600, `${sessionSeconds} s`);
    assert.equal((await served.get("/")).status, 200);
    assert.equal((await upgrade(served.url, { from: "127.0.0.2" })).status, 101);
    dropSockets();
    hangUp();
    await served.close();
  });

  test("are not those of another session: a login leaves the tabs before it with such", async () => {
    const served = await site();
    const [before, after] = [await served.get("/"), await served.get("/")];
    const cookie = cookiesOf(after.headers);
    for (let time = 0; time < 4; time++)
      assert.equal(await greetAs(before, served.url, { cookie }), closeCodes.session);
    assert.equal(typeof (await greetAs(after, served.url)), "object");
    hangUp();
    await served.close();
  });

  test("are not those that are missing, or over by now", async () => {
    const served = await site();
    const page = await served.get("/");
    const [, id = ""] = /=([\w-]{22})/.exec(cookiesOf(page.headers)) ?? [];
    const longAgo = new Tokens(new Signer([secret]), { now: () => Date.now() - 40 * 24 * 3_600_000 });
    for (let time = 0; time < 4; time++) {
      assert.equal(await greetAs(page, served.url, { csrf: undefined }), closeCodes.session);
      assert.equal(await greetAs(page, served.url, { csrf: longAgo.csrf(id) }), closeCodes.session);
    }
    assert.equal(typeof (await greetAs(page, served.url)), "object");
    assert.equal((await statusOfSession(served))[0], 200);
    hangUp();
    await served.close();
  });

  test("are forgotten after their time", async () => {
    const failures = new Failures({ tokenFailures: 1, tokenFailuresMs: 5 });
    failures.add("192.0.2.1");
    await until(async () => (await failures.waitMs("192.0.2.1")) === 0);
  });
});
