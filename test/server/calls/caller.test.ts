/** A page's calls over HTTP, as a browser makes them, against a real site: what is repeated, and what is not. */
import { createServer, request, type Server, type ServerResponse } from "node:http";
import { integer, optional, string } from "superstruct";
import { server } from "../../../server/index.ts";
import { type Caller, callServer } from "../../../src/calls/rpc.ts";
import { html, shared } from "../../../src/index.ts";
import { cookiesOf, type Page, type Served, serve } from "../../support/serve.ts";
import { after, assert, before, beforeEach, suite, test } from "../../support/suite.ts";

const place = shared("caller-place", { state: integer(), initial: () => 0 });

let ran = 0;
let release = Promise.withResolvers<void>();
const functions = {
  add: server.rpc([integer()], (n) => {
    ran++;
    return n + 1;
  }),
  greet: server.rpc([string(), optional(string())], (name, word = "hello") => `${word} ${name}`),
  slow: server.rpc(async ({ signal }) => {
    ran++;
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => aborted.resolve());
    await Promise.race([release.promise, aborted.promise]);
    return signal.aborted ? "aborted" : "done";
  }),
};

/** A way to the site that loses as many answers as it is told to: they are cut when the site has given them. */
class Way {
  lost = 0;
  readonly #server: Server;

  private constructor(target: string) {
    this.#server = createServer((incoming, outgoing) => {
      const { method, headers, url } = incoming;
      const forwarded = request(target + url, { method, headers }, (answer) => {
        if (this.lost-- > 0) return void answer.resume().on("end", () => outgoing.destroy());
        outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(outgoing);
      });
      outgoing.on("close", () => forwarded.destroy());
      forwarded.on("error", () => outgoing.destroy());
      incoming.pipe(forwarded);
    });
  }

  static async to(target: string): Promise<Way> {
    const way = new Way(target);
    await new Promise<void>((resolve) => way.#server.listen(0, "127.0.0.1", resolve));
    return way;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** A page: a browser would send its cookie and origin by itself. Its waits take no time. */
class PageCaller implements Caller {
  readonly origin: string;
  readonly waits: number[] = [];
  renewals = 0;
  csrf: string;
  readonly #page: Page;
  readonly #home: string;

  constructor(page: Page, home: string, way: string) {
    this.#page = page;
    this.#home = home;
    this.origin = way;
    this.csrf = page.payload?.csrf ?? "";
  }

  credentials(): Record<string, string> {
    const { client = "" } = this.#page.payload ?? {};
    return {
      host: new URL(this.#home).host,
      origin: this.#home,
      cookie: cookiesOf(this.#page.headers),
      "violet-client": client,
      "violet-csrf": this.csrf,
    };
  }

  async renew(): Promise<void> {
    this.renewals++;
    const { cookie = "", origin = "" } = this.credentials();
    const answer = await fetch(`${this.#home}/_violet/session`, {
      method: "POST",
      headers: { cookie, origin },
    });
    this.csrf = ((await answer.json()) as { csrf: string }).csrf;
  }

  async wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    this.waits.push(ms);
    signal?.throwIfAborted();
  }
}

suite("a page that calls over HTTP", () => {
  let served: Served;
  let way: Way;
  let page: PageCaller;

  before(async () => {
    served = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<p>${place.value}</p><violet-status></violet-status>`),
        ),
      { modules: { calls: functions }, origins: "any", limits: { handlerMs: 300, messageBurst: 1000 } },
    );
    way = await Way.to(served.url);
  });
  after(async () => {
    way.close();
    await served.close();
  });
  beforeEach(async () => {
    ran = 0;
    way.lost = 0;
    release = Promise.withResolvers<void>();
    page = new PageCaller(await served.get("/"), served.url, way.url);
  });

  test("C2.1.4 gets the result, and the error's code and field", async () => {
    assert.equal(await callServer(page, "calls.add", [1]), 2);
    await assert.rejects(callServer(page, "calls.add", ["x"]), {
      code: "E_VALIDATION",
      field: "0",
      origin: "peer",
    });
    assert.deepEqual(page.waits, []);
  });

  test("leaves out arguments that are undefined, and sends none that is no JSON", async () => {
    assert.equal(await callServer(page, "calls.greet", ["ann", undefined]), "hello ann");
    for (const args of [[new Date()], [undefined, "x"], [() => {}]])
      await assert.rejects(callServer(page, "calls.greet", args), { code: "E_NOT_JSON" });
  });

  test("renews its tokens once when they are refused, and calls again", async () => {
    page.csrf = "worn out";
    assert.equal(await callServer(page, "calls.add", [1]), 2);
    assert.equal(page.renewals, 1);
    page.credentials = () => ({ origin: served.url });
    await assert.rejects(callServer(page, "calls.add", [1]), { code: "E_CSRF" });
    assert.equal(page.renewals, 2);
    assert.equal(ran, 1);
  });

  test("does not repeat by itself what may have run: E_NETWORK", async () => {
    way.lost = 1;
    await assert.rejects(callServer(page, "calls.add", [1]), { code: "E_NETWORK", origin: "network" });
    assert.equal(ran, 1);
  });

  test("T27 repeats a call with an id whose answer was lost, which runs once", async () => {
    way.lost = 2;
    assert.equal(await callServer(page, "calls.add", [1], { id: "lost" }), 2);
    assert.equal(ran, 1);
    assert.deepEqual(page.waits, [1000, 2000]);
  });

  test("gives up after five tries", async () => {
    way.lost = 5;
    await assert.rejects(callServer(page, "calls.add", [1], { id: "never" }), { code: "E_NETWORK" });
    assert.deepEqual([page.waits.length, ran], [4, 1]);
  });

  test("T27 gets what a call gave that took longer than the time-out, without running it again", async () => {
    const wait = page.wait.bind(page);
    page.wait = (ms, signal) => {
      release.resolve();
      return wait(ms, signal);
    };
    assert.equal(await callServer(page, "calls.slow", [], { id: "late" }), "done");
    assert.deepEqual([page.waits.length, ran], [1, 1]);
    await assert.rejects(callServer(page, "calls.slow", [1]), { code: "E_VALIDATION" });
  });

  test("rejects with the signal's reason, also while it waits to try again", async () => {
    const leaving = new AbortController();
    const reason = new Error("left");
    const call = callServer(page, "calls.slow", [], { signal: leaving.signal });
    while (ran === 0) await new Promise(setImmediate);
    leaving.abort(reason);
    await assert.rejects(call, (error) => error === reason);
    way.lost = 1;
    const later = new AbortController();
    page.wait = async (_, signal) => {
      later.abort(reason);
      signal?.throwIfAborted();
    };
    const retried = callServer(page, "calls.add", [1], { id: "left", signal: later.signal });
    await assert.rejects(retried, (error) => error === reason);
  });

  test("is told E_NETWORK where nobody answers, or what answers is no site of Violet's", async () => {
    const nowhere = new PageCaller(await served.get("/"), served.url, "http://127.0.0.1:1");
    await assert.rejects(callServer(nowhere, "calls.add", [1]), { code: "E_NETWORK" });
    const other = createServer((_, response) => response.writeHead(502).end("<h1>Bad gateway</h1>"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const lost = new PageCaller(await served.get("/"), served.url, `http://127.0.0.1:${port}`);
    await assert.rejects(callServer(lost, "calls.add", [1]), { code: "E_NETWORK" });
    other.closeAllConnections();
    other.close();
  });

  test("is told E_FORBIDDEN where something else sends it away: a login by JSON, by HTML, or by a redirect", async () => {
    const answers: ((response: ServerResponse) => unknown)[] = [
      (response) => response.writeHead(401).end('{"error":"log in"}'),
      (response) => response.writeHead(403).end("<h1>Log in</h1>"),
      (response) => response.writeHead(303, { location: "/login" }).end(),
    ];
    let answer = answers[0];
    const login = createServer(({ url }, response) =>
      url === "/login" ? response.end("<h1>Log in</h1>") : answer?.(response),
    );
    await new Promise<void>((resolve) => login.listen(0, "127.0.0.1", resolve));
    const { port } = login.address() as { port: number };
    const away = new PageCaller(await served.get("/"), served.url, `http://127.0.0.1:${port}`);
    for (answer of answers)
      await assert.rejects(callServer(away, "calls.add", [1], { id: "away" }), {
        code: "E_FORBIDDEN",
        message: /"calls.add"/,
      });
    assert.deepEqual(away.waits, []);
    login.closeAllConnections();
    login.close();
  });

  test("calls again what came too soon, with no id: it did not run", async () => {
    const limited = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<p>${place.value}</p><violet-status></violet-status>`),
        ),
      { modules: { calls: functions }, limits: { messagesPerSecond: 1, messageBurst: 1 } },
    );
    const visitor = new PageCaller(await limited.get("/"), limited.url, limited.url);
    // Without an id. Its waits take no time, so that some tries come too soon again.
    while (!visitor.waits.length)
      await callServer(visitor, "calls.add", [1]).catch(({ code }: { code: string }) =>
        assert.equal(code, "E_RATE"),
      );
    assert.ok(visitor.waits.every((ms) => ms >= 1000));
    await limited.close();
  });
});
