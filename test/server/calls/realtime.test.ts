/** Calls and events over the socket, both ways: a real site, and a page's runtime in this process. */
import { integer, object, string } from "superstruct";
import { type EventContext, server, type VioletApp } from "../../../server/index.ts";
import { register } from "../../../src/calls/callable.ts";
import { client, html, shared } from "../../../src/index.ts";
import { type PagePayload, Runtime, realClock } from "../../../src/runtime.ts";
import { closeCodes } from "../../../src/wire/close-codes.ts";
import { NodeClient, socketWith } from "../../support/node-client.ts";
import { cookiesOf, type MemoryLogger, type Served, serve } from "../../support/serve.ts";
import { afterEach, assert, beforeEach, suite, test } from "../../support/suite.ts";
import { uncaughtOf } from "../../support/uncaught.ts";

const place = shared("realtime-place", { state: object({ n: integer() }), initial: () => ({ n: 0 }) });

const seen: unknown[] = [];
const told: unknown[] = [];

const serverModule = {
  keystroke: server.realtime([integer()], (n, { client }) => {
    seen.push([n, client.id]);
  }),
  returns: server.realtime(() => "lost"),
  fails: server.realtime(() => {
    throw new Error("out of order");
  }),
  asked: server.rpc(() => {
    seen.push("asked");
    return 1;
  }),
  helper: () => seen.push("helper"),
};
const clientModule = {
  notify: client.realtime([string()], (text) => {
    told.push(text);
  }),
  breaks: client.realtime(() => {
    throw new Error("broken in the page");
  }),
  ping: client.realtime(() => {
    told.push("ping");
  }),
};

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise(setImmediate);
};

suite("calls and events over the socket", () => {
  let served: Served;
  let app: VioletApp;
  let page: NodeClient;
  const removers: (() => void)[] = [];
  const on = (remove: () => void) => removers.push(remove);
  const errors = () => (app as unknown as { settings: { logger: MemoryLogger } }).settings.logger.errors;
  const notes = () => (app as unknown as { settings: { logger: MemoryLogger } }).settings.logger.notes;

  beforeEach(async () => {
    seen.length = 0;
    told.length = 0;
    served = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<p>${place.n}</p><violet-status></violet-status>`),
        ),
      { modules: { keys: serverModule, toast: clientModule } },
    );
    app = served.app;
    register("toast", clientModule);
    page = await NodeClient.visit(`${served.url}/`);
    page.runtime.bus.ready();
  });
  afterEach(async () => {
    for (const remove of removers.splice(0)) remove();
    page.close();
    await served.close();
  });
  const connect = async () => {
    page.runtime.link.connect();
    await page.until("live");
  };
  const press = (n: number) => page.runtime.tell({ type: "call", name: "keys.keystroke", args: [n] });
  const numbers = () => seen.map((each) => (each as unknown[])[0]);

  test("C2.1.6 C2.1.7 C2.1.8 wait for the link, and arrive in their order", async () => {
    for (const n of [1, 2, 3]) press(n);
    await page.until("live");
    for (const n of [4, 5]) assert.equal(press(n), undefined);
    await until(() => seen.length === 5);
    assert.deepEqual(numbers(), [1, 2, 3, 4, 5]);
    assert.equal((seen[0] as unknown[])[1], page.runtime.client.id);
  });

  test("C3.2 wait 64 deep, fewer than a page may send at once; of what is more the page is told", async () => {
    const full: unknown[] = [];
    on(client.on("overflow", (about) => full.push(about)));
    for (let n = 0; n < 65; n++) press(n);
    await until(() => full.length > 0);
    assert.deepEqual(full, [{ call: "keys.keystroke" }]);
    await until(() => seen.length === 64);
    assert.deepEqual(numbers(), [...Array(64).keys()]);
  });

  test("T04 T05 T06 are not taken with wrong arguments, for unknown names, and for functions of another kind; the page is told", async () => {
    const refused: [string | undefined, string][] = [];
    on(
      client.on("refused", ({ call, error }) =>
        refused.push([call, (error as Error & { code: string }).code]),
      ),
    );
    await connect();
    for (const [name, args] of [
      ["keys.keystroke", ["x"]],
      ["keys.unknown", []],
      ["keys.asked", []],
      ["constructor", []],
      ["toast.notify", ["x"]],
      ["keys.helper", []],
    ] as const)
      page.runtime.tell({ type: "call", name, args: [...args] });
    await until(() => refused.length === 6);
    assert.deepEqual(refused, [
      ["keys.keystroke", "E_VALIDATION"],
      ["keys.unknown", "E_UNKNOWN_CALLABLE"],
      ["keys.asked", "E_UNKNOWN_CALLABLE"],
      ["constructor", "E_UNKNOWN_CALLABLE"],
      ["toast.notify", "E_UNKNOWN_CALLABLE"],
      ["keys.helper", "E_UNKNOWN_CALLABLE"],
    ]);
    assert.deepEqual(seen, []);
  });

  test("C2.1.9 that return something are warned of, once; those that throw are logged", async () => {
    await connect();
    for (const name of ["keys.returns", "keys.returns", "keys.fails"])
      page.runtime.tell({ type: "call", name, args: [] });
    press(1);
    await until(() => seen.length === 1);
    assert.equal(notes().filter((note) => note.includes("keys.returns")).length, 1);
    assert.deepEqual(
      errors().map(({ err }) => err.message),
      ["out of order"],
    );
  });

  test("C2.2.6 C2.2.7 C2.2.8 of the server reach the pages that they are for", async () => {
    await connect();
    const { id } = page.runtime.client;
    app.run(() => {
      assert.equal<unknown>(clientModule.notify.invoke(id, "hello"), undefined);
      clientModule.notify.invoke(["nobody", id], "psst");
      clientModule.ping.broadcast();
      clientModule.notify.invoke("nobody", "not for you");
    });
    await until(() => told.length === 3);
    assert.deepEqual(told, ["hello", "psst", "ping"]);
    assert.throws(() => app.run(() => clientModule.notify.invoke(id, 1 as never)), { code: "E_VALIDATION" });
  });

  test("of the server name the function whose module it was not given, and the cure", async () => {
    const to = [client.realtime(() => {}), client.realtime(function shows() {})];
    for (const [index, name] of ["A client function", 'The client function "shows"'].entries()) {
      const cure =
        "its file has to be in violet\\({ modules }\\), and in start\\({ modules }\\) of the pages";
      const message = new RegExp(`${name}: ${cure}`);
      assert.throws(() => app.run(() => to[index]?.invoke("ann")), { code: "E_UNKNOWN_CALLABLE", message });
    }
  });

  test("come whole where a frame's length takes one, two or eight bytes", async () => {
    await connect();
    const overhead = JSON.stringify({ type: "call", name: "toast.notify", args: [""], i: Date.now() }).length;
    const texts = [125, 126, 65_535, 65_536].map((bytes) => "é".padEnd(bytes - overhead - 1, "e"));
    app.run(() => texts.map((text) => clientModule.notify.broadcast(text)));
    await until(() => told.length === texts.length);
    assert.deepEqual(told, texts);
  });

  test("come whole where they are as large as a page may send them", async () => {
    const heard: unknown[] = [];
    on(app.on("large", { data: string() }, (data) => heard.push(data.length)));
    await connect();
    const longest = 60_000 - JSON.stringify({ type: "event", event: "large", data: "" }).length;
    assert.throws(() => page.runtime.emit("large", "x".repeat(longest + 1)), { code: "E_TOO_BIG" });
    page.runtime.emit("large", "x".repeat(longest));
    await until(() => heard.length > 0);
    assert.deepEqual(heard, [longest]);
  });

  test("that fail in a page end nothing there: its error is an uncaught one", async () => {
    await connect();
    const { id } = page.runtime.client;
    const error = await uncaughtOf(() => app.run(() => clientModule.breaks.invoke(id)));
    assert.match(String(error), /broken in the page/);
    app.run(() => clientModule.ping.invoke(id));
    await until(() => told.length === 1);
  });

  test("C2.2.8 that a page missed arrive when it comes back: once, and in order", async () => {
    const events: unknown[] = [];
    on(client.on("news", (data) => events.push(data)));
    await connect();
    const { id } = page.runtime.client;
    const say = (text: string) => app.run(() => clientModule.notify.invoke(id, text));
    say("1");
    await until(() => told.length === 1);
    page.runtime.link.drop(closeCodes.heartbeat);
    say("2");
    app.broadcast("news", 3);
    app.run(() => clientModule.ping.broadcast());
    say("4");
    await page.until("live");
    say("5");
    await until(() => told.length === 5);
    assert.deepEqual(told, ["1", "2", "ping", "4", "5"]);
    assert.deepEqual(events, [3]);
  });

  test("C2.2.8 that a page missed are 256 at most; of others it is told loss, before them", async () => {
    const losses: unknown[] = [];
    on(client.on("loss", (about) => losses.push([about, told.length])));
    await connect();
    for (const missed of [256, 257]) {
      told.length = 0;
      page.runtime.link.drop(closeCodes.heartbeat);
      app.run(() => {
        for (let n = 0; n < missed; n++) clientModule.notify.invoke(page.runtime.client.id, String(n));
      });
      await page.until("live");
      await until(() => told.at(-1) === String(missed - 1));
      assert.equal(told.length, 256);
    }
    assert.deepEqual(losses, [[{ reason: "E_MISSED" }, 0]]);
  });

  test("C2.2.8 that were written to a page whose welcome was lost arrive with its next one", async () => {
    on(app.on("connect", ({ id }) => app.run(() => clientModule.notify.invoke(id, "hello"))));
    const { headers, payload } = await served.get("/");
    const open = socketWith(served.url, cookiesOf(headers));
    let isFirst = true;
    const runtime = new Runtime({
      origin: served.url,
      payload: payload as PagePayload,
      transport: (url, events) => {
        if (!isFirst) return open(url, events);
        isFirst = false;
        const wire = open(url, { ...events, received: () => wire.close(closeCodes.parked) });
        return wire;
      },
      clock: { ...realClock, random: () => 0 },
    });
    runtime.bus.ready();
    runtime.link.connect();
    await until(() => told.length > 0);
    app.run(() => clientModule.notify.invoke(runtime.client.id, "again"));
    await until(() => told.length > 1);
    runtime.close();
    assert.deepEqual(told, ["hello", "again"]);
  });

  test("C1.2 C2.1.11 C2.1.13 events travel to the server where a handler takes them by a struct, and to nobody else", async () => {
    const moved: unknown[] = [];
    const refused: unknown[] = [];
    on(
      app.on("moved", { data: object({ x: integer() }) }, (data, context: EventContext) =>
        moved.push([data, context.client.id]),
      ),
    );
    on(app.on("moved", (data: unknown) => moved.push(["own", data])));
    on(app.on("inner", (data: unknown) => moved.push(["inner", data])));
    on(
      client.on("refused", ({ call, error }) =>
        refused.push([call, (error as Error & { code: string }).code]),
      ),
    );
    const here: unknown[] = [];
    on(client.on("moved", (data) => here.push(data)));
    await connect();
    page.runtime.emit("moved", { x: 1 });
    page.runtime.emit("moved", { x: "one" });
    page.runtime.emit("inner", 1);
    for (const event of ["start", "stop", "connect", "disconnect"])
      page.runtime.tell({ type: "event", event });
    await until(() => refused.length === 6);
    assert.deepEqual(moved, [[{ x: 1 }, page.runtime.client.id]]);
    assert.deepEqual(here, [{ x: 1 }, { x: "one" }]);
    await app.emit("moved", { x: 2 });
    await app.emit("inner", 3);
    assert.deepEqual(moved.slice(1), [
      [{ x: 2 }, "server"],
      ["own", { x: 2 }],
      ["inner", 3],
    ]);
  });

  test("nobody but Violet tells the events of a life cycle", async () => {
    assert.throws(() => page.runtime.emit("ready"), { code: "E_EVENT" });
    await assert.rejects(app.emit("start"), { code: "E_EVENT" });
    for (const event of ["connect", "ready", "refused"])
      assert.throws(() => app.broadcast(event), { code: "E_EVENT" });
    assert.throws(() => app.on("connect", { data: string() }, () => {}), { code: "E_EVENT" });
  });
});
