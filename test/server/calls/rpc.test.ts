/** Calls over HTTP, against a real site. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import express from "express";
import { integer, object, string } from "superstruct";
import {
  type CallContext,
  type Session,
  server,
  type VioletApp,
  type VioletOptions,
  violet,
} from "../../../server/index.ts";
import type { Middleware } from "../../../server/options.ts";
import { VioletError } from "../../../src/errors.ts";
import { callback, client, html, shared } from "../../../src/index.ts";
import { type CallInit, HttpCaller } from "../../support/caller.ts";
import { getPage, MemoryLogger, type Served, secret, serve } from "../../support/serve.ts";
import { after, assert, before, suite, test } from "../../support/suite.ts";

const place = shared("calls-place", { state: object({ n: integer() }), initial: () => ({ n: 0 }) });

const ran: unknown[] = [];
const contexts: CallContext[] = [];
let waiting = Promise.withResolvers<void>();

const who = server.rpc((context) => {
  contexts.push(context);
  return context.client.id;
});
const functions = {
  who,
  add: server.rpc([integer(), integer()], (a, b) => {
    ran.push(["add", a, b]);
    return a + b;
  }),
  asks: server.rpc((context) => {
    contexts.push(context);
    return who();
  }),
  nothing: server.rpc(() => undefined),
  fails: server.rpc(() => {
    throw new Error("the secret of the database");
  }),
  refuses: server.rpc(() => {
    throw new VioletError("E_FORBIDDEN", { store: "the vault" });
  }),
  busy: server.rpc(() => {
    throw new VioletError("E_UNAVAILABLE");
  }),
  checked: server.rpc([string()], integer(), (text) => text as unknown as number),
  unprintable: server.rpc(() => ({ at: new Date(0) }) as never),
  slow: server.rpc(async ({ signal }) => {
    ran.push("slow");
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve());
      void waiting.promise.then(resolve);
    });
    ran.push(signal.aborted ? "aborted" : "answered");
    return ran.length;
  }),
  hiding: server.rpc([string()], object({ name: string() }), (name) => ({ name, password: "hidden" })),
  giving: server.rpc([string()], (kind) => secrets[kind as keyof typeof secrets] as never),
  quiet: server.realtime([integer()], () => {
    ran.push("quiet");
  }),
  secret: () => ran.push("secret"),
  marked: callback(() => ran.push("marked")),
  notify: client.realtime(() => {
    ran.push("notify");
  }),
};

/** What a function may give by mistake, with something in it that nobody is to see. */
const secrets = {
  function: { name: "ann", check: () => "hidden" },
  error: new Error("hidden"),
  nested: { ok: [{ reason: new Error("hidden") }] },
  class: new (class {
    password = "hidden";
  })(),
  date: { at: new Date(0), hidden: 1 },
  map: new Map([["hidden", 1]]),
  toJSON: { toJSON: () => "hidden" },
};

suite("a function that is called before the router", () => {
  // A session middleware in small: it knows its one session by a cookie.
  const kept = { theme: "dark" };
  let asked = 0;
  const sessions: Middleware = (request, response, next) => {
    asked++;
    const isKnown = request.headers.cookie?.includes("sid=1");
    if (!isKnown) response.appendHeader("Set-Cookie", "sid=1");
    Object.assign(request, { session: isKnown ? kept : { theme: "light" } });
    next();
  };
  const seen: CallContext[] = [];
  const look = server.rpc((context) => {
    seen.push(context);
    return null;
  });
  let passed = 0;
  let app: VioletApp;
  let url: string;
  before(async () => {
    app = violet({ secret, logger: new MemoryLogger(), session: sessions, modules: { calls: { look } } });
    const site = express();
    site.use((_request, _response, next) => {
      passed++;
      next();
    });
    site.use(sessions);
    site.get(
      "/",
      app.page(() => html`<p>${place.n}</p><violet-status></violet-status>`),
    );
    const listening = await app.listen(
      (request, response) => app.middleware(request, response, () => site(request, response)),
      0,
      "127.0.0.1",
    );
    url = `http://127.0.0.1:${(listening.address() as { port: number }).port}`;
  });
  after(() => app.close());

  test("has the app's session, which is asked once for each request", async () => {
    const get = (path: string) => getPage(url + path, { cookie: "sid=1" });
    const page = await HttpCaller.visit({ url, get });
    const before = { passed, asked };
    const cookie = `${page.cookie}; sid=1`;
    const { status } = await page.call("calls.look", { headers: { cookie } });
    assert.equal(status, 200);
    assert.equal((seen.at(-1)?.session as Session | undefined)?.data, kept);
    assert.deepEqual({ passed, asked: asked - 1 }, before);
  });

  test("is not called with the session of before a login", async () => {
    const page = await HttpCaller.visit({ url, get: (path) => getPage(url + path, { cookie: "sid=1" }) });
    const { status, code } = await page.call("calls.look");
    assert.deepEqual([status, code], [403, "E_CSRF"]);
  });
});

suite("a function of the server, called over HTTP", () => {
  let served: Served;
  let page: HttpCaller;
  const call = (name: string, init?: CallInit) => page.call(`calls.${name}`, init);
  const logger = () => (served.app as unknown as { settings: { logger: MemoryLogger } }).settings.logger;

  before(async () => {
    served = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<p>${place.n}</p><violet-status></violet-status>`),
        ),
      { modules: { calls: functions }, limits: { handlerMs: 300, messageBurst: 1000 } },
    );
    page = await HttpCaller.visit(served);
  });
  after(() => served.close());

  test("C2.1.2 C2.1.3 C2.1.4 answers, with its arguments checked and in its scope", async () => {
    const { status, result, headers } = await call("add", { args: [1, 2] });
    assert.deepEqual([status, result], [200, 3]);
    assert.equal(headers.get("cache-control"), "no-store");
    const who = await call("who");
    assert.equal(who.result, page.id);
    assert.equal(contexts.at(-1)?.client.id, page.id);
    assert.deepEqual((await call("nothing")).result, undefined);
  });

  test("is a function like any other to the server's own code", async () => {
    assert.equal(await functions.add(20, 22), 42);
    await assert.rejects(functions.add("x" as never, 1), { code: "E_VALIDATION" });
    assert.equal(await served.app.run(() => functions.who()), "server");
    assert.equal(contexts.at(-1)?.session, undefined);
  });

  test("is named where the server's own code gives it what does not fit", async () => {
    const unlisted = server.rpc([integer()], function counts(n) {
      return n;
    });
    const nameless = server.rpc([integer()], (n) => n);
    const calls = [
      [functions.add, '"calls.add.0"'],
      [unlisted, '"counts.0"'],
      [nameless, '"a function.0"'],
    ] as const;
    for (const [call, name] of calls)
      await assert.rejects((call as (...args: unknown[]) => Promise<unknown>)("x", 1), {
        code: "E_VALIDATION",
        message: new RegExp(`${name} is refused`),
      });
    const quiet = functions.quiet as (...args: unknown[]) => void;
    assert.throws(() => quiet("x"), { message: /"calls\.quiet\.0" is refused/ });
  });

  test("calls others for its own caller: they get its client and its session", async () => {
    assert.equal((await call("asks")).result, page.id);
    const [asking, asked] = contexts.slice(-2);
    assert.ok(asking?.session);
    assert.equal(asked?.session, asking?.session);
  });

  const refused: [string, string, CallInit, number, string][] = [
    ["a wrong argument", "calls.add", { args: [1, "x"] }, 400, "E_VALIDATION"],
    ["too few arguments", "calls.add", { args: [1] }, 400, "E_VALIDATION"],
    ["too many arguments", "calls.add", { args: [1, 2, 3] }, 400, "E_VALIDATION"],
    ["no JSON", "calls.add", { body: "{" }, 400, "E_BAD_MESSAGE"],
    ["arguments that are no list", "calls.add", { args: { 0: 1 } }, 400, "E_BAD_MESSAGE"],
    ["33 arguments", "calls.add", { args: Array(33).fill(1) }, 400, "E_BAD_MESSAGE"],
    ["an id without letters", "calls.add", { args: [1, 2], id: "" }, 400, "E_BAD_MESSAGE"],
    ["an id of 129 letters", "calls.add", { args: [1, 2], id: "x".repeat(129) }, 400, "E_BAD_MESSAGE"],
    ["an id that is no text", "calls.add", { body: '{"args":[1,2],"id":null}' }, 400, "E_BAD_MESSAGE"],
    ["a field that no call has", "calls.add", { body: '{"args":[1,2],"more":1}' }, 400, "E_BAD_MESSAGE"],
    ["a body that is no object", "calls.add", { body: "null" }, 400, "E_BAD_MESSAGE"],
    ["an unsafe key", "calls.add", { body: '{"args":[{"__proto__":1}]}' }, 400, "E_BAD_KEY"],
    ["depth", "calls.add", { body: `{"args":${"[".repeat(60)}${"]".repeat(60)}}` }, 400, "E_TOO_DEEP"],
    ["a body that is too long", "calls.add", { args: ["x".repeat(70_000)] }, 413, "E_TOO_BIG"],
    ["no function of this name", "calls.subtract", {}, 404, "E_UNKNOWN_CALLABLE"],
    ["an export that is not marked", "calls.secret", {}, 404, "E_UNKNOWN_CALLABLE"],
    ["an inherited name", "constructor", {}, 404, "E_UNKNOWN_CALLABLE"],
    ["a realtime function", "calls.quiet", { args: [1] }, 404, "E_UNKNOWN_CALLABLE"],
    ["GET", "calls.add", { method: "GET" }, 405, "E_METHOD"],
    ["text", "calls.add", { headers: { "content-type": "text/plain" } }, 415, "E_CONTENT_TYPE"],
    ["no token", "calls.add", { headers: { "violet-csrf": undefined } }, 403, "E_CSRF"],
    ["another token", "calls.add", { headers: { "violet-csrf": "a.b.c" } }, 403, "E_CSRF"],
    ["another client", "calls.add", { headers: { "violet-client": "a.b.c" } }, 403, "E_CSRF"],
    ["no cookie", "calls.add", { headers: { cookie: undefined } }, 403, "E_CSRF"],
    ["another origin", "calls.add", { headers: { origin: "https://evil.example" } }, 403, "E_ORIGIN"],
    ["no origin", "calls.add", { headers: { origin: undefined } }, 403, "E_ORIGIN"],
  ];
  for (const [what, name, init, status, code] of refused)
    test(`refuses ${what}: ${status} ${code}`, async () => {
      const before = ran.length;
      const answer = await page.call(name, init);
      assert.deepEqual([answer.status, answer.code], [status, code]);
      assert.equal(ran.length, before);
    });

  /** What a call of a function that is not there gets, under each name's own. */
  const isUnknown = async (name: string) => {
    const before = ran.length;
    const { status, code, message } = await page.call(name);
    const there = await page.call("calls.missing");
    assert.deepEqual([status, code], [404, "E_UNKNOWN_CALLABLE"], name);
    assert.equal(message?.replace(name, ""), there.message?.replace("calls.missing", ""), name);
    assert.equal(ran.length, before, name);
  };

  test("T04 is not found by an inherited name", async () => {
    for (const name of ["constructor", "toString", "hasOwnProperty", "valueOf", "__proto__", "prototype"])
      for (const path of [name, `calls.${name}`, `calls.add.${name}`]) await isUnknown(path);
  });

  test("T05 is not called where it is not marked as one of the server's, and looks as if it were not there", async () => {
    for (const name of ["secret", "marked"]) await isUnknown(`calls.${name}`);
  });

  test("T06 C1.1 C3.3 is not called by another way than its own", async () => {
    for (const name of ["quiet", "notify"]) await isUnknown(`calls.${name}`);
    const before = ran.length;
    const { status, headers } = await call("add", { method: "PUT", args: [1, 2] });
    assert.deepEqual([status, headers.get("allow")], [405, "POST, OPTIONS"]);
    assert.equal((await call("add?args=[1,2]", { method: "GET" })).status, 405);
    assert.equal(ran.length, before);
  });

  for (const kind of Object.keys(secrets))
    test(`T10 gives plain JSON alone: no ${kind}`, async () => {
      const answer = await call("giving", { args: [kind] });
      assert.deepEqual([answer.status, answer.code], [500, "E_INTERNAL"]);
      assert.ok(!JSON.stringify(answer).includes("hidden"));
    });

  test("T10 gives nothing that its struct does not know", async () => {
    const answer = await call("hiding", { args: ["ann"] });
    assert.deepEqual([answer.status, answer.code], [500, "E_INTERNAL"]);
    assert.ok(!JSON.stringify(answer).includes("hidden"));
  });

  test("names the argument that does not fit", async () => {
    assert.equal((await call("add", { args: [1, "x"] })).field, "1");
  });

  test("keeps to itself what it throws, and passes on what is meant for the caller", async () => {
    // The stack is told outside of production alone.
    const { stack, ...failed } = await call("fails");
    assert.equal(typeof stack, "string");
    assert.deepEqual([failed.status, failed.code], [500, "E_INTERNAL"]);
    assert.ok(!JSON.stringify(failed).includes("database"));
    assert.ok(logger().errors.some(({ err }) => err.message.includes("database")));
    const refused = await call("refuses");
    assert.deepEqual([refused.status, refused.code], [403, "E_FORBIDDEN"]);
  });

  test("checks its result", async () => {
    assert.equal((await call("checked", { args: ["x"] })).status, 500);
    assert.equal((await call("unprintable")).status, 500);
  });

  test("is told when its caller gives up, and is waited for no longer than handlerMs", async () => {
    const leaving = new AbortController();
    const call1 = call("slow", { signal: leaving.signal });
    while (ran.at(-1) !== "slow") await new Promise(setImmediate);
    leaving.abort();
    await assert.rejects(call1, { name: "AbortError" });
    while (ran.at(-1) !== "aborted") await new Promise(setImmediate);
    ran.push("late");
    const late = await call("slow");
    assert.deepEqual([late.status, late.code, late.retryAfterMs], [503, "E_UNAVAILABLE", 1000]);
    while (ran.at(-1) !== "aborted") await new Promise(setImmediate);
  });

  test("is no failure where its caller leaves before all of it is there", async () => {
    const before = logger().errors.length;
    const { port } = served.server.address() as AddressInfo;
    const closed = once(served.server, "request").then(([, response]) =>
      once(response as ServerResponse, "close"),
    );
    const socket = connect(port, "127.0.0.1");
    const { client = "", csrf = "" } = page.credentials;
    const head = {
      host: `127.0.0.1:${port}`,
      origin: served.url,
      cookie: page.cookie,
      "violet-client": client,
      "violet-csrf": csrf,
      "content-type": "application/json",
      "content-length": "100",
    };
    const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
    socket.write(`POST /_violet/rpc/calls.add HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n{"args":[`);
    socket.once("connect", () => socket.end());
    await closed;
    await call("fails");
    assert.deepEqual(
      logger()
        .errors.slice(before)
        .map(({ err }) => err.message),
      ["the secret of the database"],
    );
  });

  test("runs once for each id, and gives everybody who repeats the call what it gave", async () => {
    waiting = Promise.withResolvers();
    const before = ran.filter((each) => each === "slow").length;
    const calls = [call("slow", { id: "once" }), call("slow", { id: "once" })];
    while (ran.filter((each) => each === "slow").length === before) await new Promise(setImmediate);
    waiting.resolve();
    const [first, second] = await Promise.all(calls);
    assert.equal(first?.status, 200);
    assert.equal(second?.result, first?.result);
    assert.equal((await call("slow", { id: "once" })).result, first?.result);
    assert.equal(ran.filter((each) => each === "slow").length, before + 1);
    const other = await call("add", { id: "once", args: [1, 1] });
    assert.deepEqual([other.status, other.code], [409, "E_CALL_ID"]);
  });

  test("T27 that threw on a call with an id is not worth another try: that would get the same", async () => {
    for (const id of [undefined, "threw"]) {
      const { status, code, retryAfterMs } = await call("busy", id === undefined ? {} : { id });
      assert.deepEqual([status, code, retryAfterMs], [503, "E_UNAVAILABLE", undefined]);
    }
  });

  const isLimited = async (options: VioletOptions, headers: CallInit["headers"]) => {
    const limited = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<p>${place.n}</p><violet-status></violet-status>`),
        ),
      { modules: {}, limits: { messagesPerSecond: 1, messageBurst: 2 }, ...options },
    );
    const visitor = await HttpCaller.visit(limited);
    const statuses = [];
    for (let count = 0; count < 4; count++)
      statuses.push(await visitor.call("any.name", { headers: headers ?? {} }));
    await limited.close();
    assert.ok(statuses.some(({ status }) => status === 404));
    const last = statuses.at(-1);
    assert.deepEqual([last?.status, last?.code], [429, "E_RATE"]);
    assert.ok(Number(last?.headers.get("retry-after")) >= 1);
    assert.ok((last?.retryAfterMs ?? 0) > 0);
  };

  test("T34 is called so often and no more by one session", () => isLimited({}, {}));

  test("T34 is called so often and no more from one address, by who brings no session where no token is asked for", () =>
    isLimited({ csrf: false }, { cookie: undefined, "violet-client": undefined, "violet-csrf": undefined }));
});
