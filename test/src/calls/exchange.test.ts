/** What a page tells and is told over its socket, while that comes and goes. */
import { string } from "superstruct";
import { register } from "../../../src/calls/callable.ts";
import { client } from "../../../src/index.ts";
import { Runtime } from "../../../src/runtime.ts";
import type { TransportEvents } from "../../../src/socket/transports/websocket.ts";
import type { DownFrame } from "../../../src/wire/frames.ts";
import { TestClock } from "../../../testing/clock.ts";
import { afterEach, assert, beforeEach, suite, test } from "../../support/suite.ts";

const told: string[] = [];
register("exchange", { say: client.realtime([string()], (text) => told.push(text)) });

/** Longer than the first step of the backoff. */
const BACK_MS = 1000;

suite("a page's calls and events", () => {
  const clock = new TestClock(() => 0.5);
  let runtime: Runtime;
  let wire: TransportEvents;
  let sent: { readonly type: string; readonly [key: string]: unknown }[];
  let removers: (() => void)[];

  beforeEach(() => {
    [told.length, sent, removers] = [0, [], []];
    runtime = new Runtime({
      origin: "http://sim",
      clock,
      transport: (_, events) => {
        wire = events;
        return { send: (text) => sent.push(JSON.parse(text)), close: () => {} };
      },
    });
  });
  afterEach(() => {
    for (const remove of removers) remove();
    runtime.close();
  });

  const receive = (frame: DownFrame) => wire.received(JSON.stringify(frame));
  const call = (n: number) => runtime.tell({ type: "call", name: "keys.press", args: [n] });
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  function welcome(heard = 0): void {
    wire.opened();
    const self = { id: "ann" };
    receive({ type: "welcome", protocol: 1, client: "token", self, heartbeatMs: 25_000, heard });
  }
  /** What was sent behind the hello, in short. */
  const news = () =>
    sent.filter(({ type }) => type !== "hello").map(({ args, event }) => event ?? (args as number[])[0]);

  test("open the link, wait for its welcome, and are sent in their order", () => {
    assert.equal(runtime.status, "idle");
    call(1);
    assert.equal(runtime.status, "connecting");
    runtime.emit("moved");
    wire.opened();
    call(2);
    assert.deepEqual(news(), []);
    welcome();
    call(3);
    assert.deepEqual(news(), [1, "moved", 2, 3]);
  });

  test("are refused where they are made, and nothing is sent or told, where no server would take them", async () => {
    const here: unknown[] = [];
    removers.push(client.on("large", (data) => here.push(data)));
    runtime.bus.ready();
    const call = (args: string[]) => runtime.tell({ type: "call", name: "keys.press", args });
    const refused: [string, () => void][] = [
      ["E_TOO_BIG", () => call(["x".repeat(70_000)])],
      ["E_TOO_BIG", () => call(["é".repeat(30_000)])],
      ["E_TOO_BIG", () => runtime.emit("large", "x".repeat(70_000))],
      ["E_TOO_BIG", () => runtime.emit("large", Array(5000).fill(0))],
      [
        "E_TOO_BIG",
        () => runtime.emit("large", Object.fromEntries([...Array(501).keys()].map((n) => [n, n]))),
      ],
      ["E_BAD_MESSAGE", () => call(Array(33).fill("x"))],
      ["E_BAD_MESSAGE", () => runtime.emit("")],
      ["E_BAD_MESSAGE", () => runtime.emit("e".repeat(193))],
    ];
    for (const isLive of [false, true]) {
      for (const [code, tell] of refused) assert.throws(tell, { code });
      if (isLive) break;
      assert.equal(runtime.status, "idle");
      runtime.link.connect();
      welcome();
    }
    call(Array(32).fill("x"));
    runtime.emit("e".repeat(192), "x".repeat(59_000));
    await settle();
    assert.deepEqual(here, []);
    assert.deepEqual(
      sent.map(({ type }) => type),
      ["hello", "call", "event"],
    );
  });

  test("open no link where they are events alone, and the last 64 wait for what does", () => {
    for (let n = 0; n < 100; n++) runtime.emit(`moved ${n}`);
    assert.equal(runtime.status, "idle");
    call(1);
    assert.equal(runtime.status, "connecting");
    welcome();
    const events = Array.from({ length: 63 }, (_, index) => `moved ${index + 37}`);
    assert.deepEqual(news(), [...events, 1]);
  });

  test("that the server does not know are refused, and as events stay in the page until the next link", async () => {
    const refused: unknown[] = [];
    const here: unknown[] = [];
    removers.push(
      client.on("refused", ({ call }) => refused.push(call)),
      client.on("menu", (data) => here.push(data)),
    );
    runtime.bus.ready();
    runtime.link.connect();
    welcome();
    runtime.emit("menu", 1);
    receive({ type: "error", call: "menu", code: "E_UNKNOWN_CALLABLE", message: "no" });
    receive({ type: "error", call: "moved", code: "E_VALIDATION", message: "no" });
    for (const event of ["menu", "moved", "menu"]) runtime.emit(event, 2);
    await settle();
    assert.deepEqual(refused, ["menu", "moved"]);
    assert.deepEqual(here, [1, 2, 2]);
    assert.deepEqual(news(), ["menu", "moved"]);
    wire.closed(1006);
    clock.pass(BACK_MS);
    welcome();
    runtime.emit("menu", 3);
    assert.deepEqual(news(), ["menu", "moved", "menu"]);
  });

  test("are sent once, however often the link comes back", () => {
    call(1);
    welcome();
    for (const n of [2, 3]) {
      wire.closed(1006);
      call(n);
      clock.pass(BACK_MS);
      welcome();
    }
    assert.deepEqual(news(), [1, 2, 3]);
  });

  test("wait 64 deep; the next one is not sent, and the page is told which it was", async () => {
    const full: unknown[] = [];
    removers.push(client.on("overflow", (about) => full.push(about)));
    runtime.bus.ready();
    for (let n = 0; n < 64; n++) call(n);
    runtime.emit("moved");
    call(64);
    await settle();
    assert.deepEqual(full, [{ event: "moved" }, { call: "keys.press" }]);
    welcome();
    assert.deepEqual(news(), [...Array(64).keys()]);
  });

  test("that the server did not take are told to refused, with its reason", async () => {
    const refused: unknown[] = [];
    removers.push(
      client.on("refused", ({ call, store, error }) => {
        const { code, field, origin, message } = error as Error & Record<string, unknown>;
        refused.push([call, store, code, field, origin, message]);
      }),
    );
    runtime.bus.ready();
    call(1);
    welcome();
    receive({ type: "error", call: "keys.press", code: "E_VALIDATION", field: "0", message: "no" });
    await settle();
    assert.deepEqual(refused, [["keys.press", undefined, "E_VALIDATION", "0", "peer", "no"]]);
  });

  test("of the server wait for ready, and run in their order", async () => {
    removers.push(client.on("exchange-news", (data) => told.push(String(data))));
    runtime.link.connect();
    welcome();
    receive({ type: "call", i: 1, name: "exchange.say", args: ["one"] });
    receive({ type: "event", i: 2, event: "exchange-news", data: "two" });
    receive({ type: "call", i: 3, name: "exchange.say", args: ["three"] });
    await settle();
    assert.deepEqual(told, []);
    runtime.bus.ready();
    await settle();
    assert.deepEqual(told, ["one", "two", "three"]);
  });

  test("of the server are counted: the next hello says which one came last", () => {
    runtime.link.connect();
    welcome(7);
    receive({ type: "event", i: 9, event: "exchange-nobody" });
    wire.closed(1006);
    clock.pass(BACK_MS);
    wire.opened();
    assert.deepEqual(
      sent.map(({ heard }) => heard),
      [undefined, 9],
    );
  });

  test("of the server for a function that the page does not have are warned of, and hinder no others", async () => {
    const warnings: unknown[] = [];
    const { warn } = console;
    console.warn = (message) => warnings.push(message);
    removers.push(() => {
      console.warn = warn;
    });
    runtime.bus.ready();
    runtime.link.connect();
    welcome();
    for (const name of ["exchange.missing", "constructor"]) receive({ type: "call", i: 1, name, args: [] });
    receive({ type: "call", i: 2, name: "exchange.say", args: ["there"] });
    await settle();
    assert.deepEqual(told, ["there"]);
    assert.deepEqual(
      warnings,
      ["exchange.missing", "constructor"].map(
        (name) => `The server called "${name}", which is not in start({ modules }) of this page.`,
      ),
    );
  });
});
