/** The codes of docs/protocol.md, each where it comes from: of errors as a frame, of closes as the end of a link. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { array, number, object, size, string } from "superstruct";
import { WebSocket } from "ws";
import { memory } from "../../../server/backends/memory.ts";
import { Registry } from "../../../server/calls/registry.ts";
import type { SharedOptions } from "../../../src/state/options.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { closeCodes } from "../../../src/wire/close-codes.ts";
import type { DownFrame, Frame } from "../../../src/wire/frames.ts";
import { HubBench, type HubBenchOptions, type HubPage, only } from "../../support/hub.ts";
import { codesIn, sectionOf, tablesOf } from "../../support/markdown.ts";
import { root } from "../../support/newcomer.ts";
import { serve } from "../../support/serve.ts";
import { resolveHere } from "../../support/stores.ts";
import { suite, test } from "../../support/suite.ts";

resolveHere();

const rowsOf = (section: string) =>
  tablesOf(sectionOf(readFileSync(`${root}docs/protocol.md`, "utf8"), section)).flatMap(({ rows }) => rows);

interface State {
  count: number;
  online: number;
  items: { id: string }[];
}
type Batch = Frame<"write">["batches"][number];
type Options = Partial<SharedOptions<State, Record<never, never>, "online">>;

const state = object({
  count: number(),
  online: number(),
  items: size(array(object({ id: string() })), 0, 99),
});
const initial = (): State => ({ count: 0, online: 0, items: [] });
const other = shared("codes-other", { state: number(), initial: () => 0 });
const increment: Batch = [["increment", ["count"], 1]];
const call = (action: string): Batch => ({ action, args: [], seed: 1, at: 0 });
let stores = 0;

const store = (options: Options = {}) =>
  definitionOf(shared(`codes${stores++}`, { state, initial, serverOnly: ["online"], ...options }));

/** What a page is answered that subscribes to the store. */
const subscribed = (options: Options, bench = new HubBench()): Promise<DownFrame[]> =>
  bench.page().hello("ann", { store: store(options).name, life: 1 });

/** A page that is subscribed to a store of its own. */
async function subscriber(options: Options = {}, benchOptions: HubBenchOptions = {}): Promise<HubPage> {
  const page = await new HubBench(benchOptions).subscriber("ann", store(options));
  await page.news();
  return page;
}

/** What a page is answered that writes these. */
const wrote = async (batch: Batch, options?: Options, limits = {}): Promise<DownFrame[]> =>
  (await subscriber(options, { limits })).sync(1, 1, 0, batch);

/** What a page is answered that calls an action of its store. */
const called = (act: (state: State) => void): Promise<DownFrame[]> =>
  wrote(call("act"), { actions: (action) => ({ act: action((state) => act(state as State)) }) } as Options);

const sent = async (text: string): Promise<DownFrame[]> => (await subscriber()).send(text);

const provoked: Readonly<Record<string, () => Promise<DownFrame[]>>> = {
  E_ACTION_SCOPE: () => called(() => void other.value++),
  E_BAD_KEY: () => wrote([["set", ["count", "__proto__"], 1]]),
  E_BAD_MESSAGE: () => sent("{"),
  E_BAD_PATH: () => wrote([["set", ["items", 4, "id"], "x"]]),
  E_CLIENT_EXPIRED: async () => (await subscriber()).sync(1, 7, 0, increment),
  E_FORBIDDEN: () => subscribed({ access: { read: () => false } }),
  E_GONE: () =>
    called(({ items }) => {
      items.push({ id: "a" });
      const [item] = items as [{ id: string }];
      items.pop();
      item.id = "b";
    }),
  E_INTERNAL: () =>
    called(() => {
      throw new Error("secret");
    }),
  E_LIMIT: () => subscribed({}, new HubBench({ limits: { storesPerSocket: 0 } })),
  E_NOT_JSON: () => called((state) => void (state.count = Number.NaN)),
  E_RATE: async () => {
    const page = await subscriber({}, { limits: { opBurst: 1 } });
    await page.sync(1, 1, 0, increment);
    return page.sync(1, 2, 1, increment);
  },
  E_RESTART: async () => {
    const bench = new HubBench();
    const page = bench.page();
    await bench.hub.close();
    return page.frames;
  },
  E_RESYNC: async () => {
    const page = await subscriber({}, { limits: { logOps: 1 } });
    for (const n of [1, 2, 3]) await page.sync(1, n, n - 1, increment);
    return page.sync(1, 4, 0, increment);
  },
  E_SEQ: async () => {
    const page = await subscriber();
    await page.sync(1, 1, 0, increment);
    return page.sync(1, 3, 1, increment);
  },
  E_SERVER_ONLY: () => wrote([["set", ["online"], 9]]),
  E_STATE_INVALID: () => {
    const stored = { epoch: "e", version: 1, value: {}, schema: 1, writers: new Map(), log: [] };
    return subscribed({}, new HubBench({ backend: { ...memory(), load: async () => stored } }));
  },
  E_STORE_FULL: () =>
    wrote([["splice", ["items", 0], 0, [{ id: "x".repeat(99) }]]], {}, { maxStoreBytes: 99 }),
  E_TOO_BIG: () => sent(JSON.stringify(Array.from({ length: 6000 }, () => 0))),
  E_TOO_DEEP: () => sent("[".repeat(50)),
  E_UNAVAILABLE: async () => {
    const backend = { ...memory(), commit: () => Promise.reject(new Error("down")) };
    return (await subscriber({}, { backend })).sync(1, 1, 0, increment);
  },
  E_UNKNOWN_ACTION: () => wrote(call("constructor")),
  E_UNKNOWN_CALLABLE: async () => {
    const registry = new Registry({});
    const bench = new HubBench({
      told: (frame) => void (frame.type === "call" && registry.find(frame.name, "realtime")),
    });
    const page = bench.page();
    await page.hello("ann");
    return page.send({ type: "call", name: "chat.search", args: [] });
  },
  E_VALIDATION: () => wrote([["set", ["count"], "many"]]),
};

suite("an error", () => {
  test("has a code of docs/protocol.md, each of which is provoked here", () => {
    assert.deepEqual(
      Object.keys(provoked),
      rowsOf("Error codes").map(([code = ""]) => codesIn(code)[0]),
    );
  });

  for (const [code, provoke] of Object.entries(provoked))
    test(`says ${code}`, async () => {
      assert.equal(only(await provoke(), "error").code, code);
    });
});

/** A page whose link the hub closes, or will. */
async function ended(end: (page: HubPage, bench: HubBench) => unknown, options: HubBenchOptions = {}) {
  const bench = new HubBench(options);
  const page = bench.page();
  await end(page, bench);
  await bench.settle();
  return page.closedWith;
}

/** How a real socket ends: the codes that its page is told, and that the server takes note of. */
async function endedSocket(end: (socket: WebSocket) => void) {
  const { app, url, close } = await serve(() => {});
  const { closes } = app.counters;
  const socket = new WebSocket(`${url.replace("http", "ws")}/_violet/socket`, { origin: url });
  socket.on("open", () => end(socket));
  const [told] = (await once(socket, "close")) as [number];
  while (!Object.keys(closes).length) await pause(5);
  await close();
  const [noted] = Object.keys(closes);
  return { told, noted: closeCodes[noted as keyof typeof closeCodes] };
}

/** The page leaves with this code. */
const left = async (code: number) => (await endedSocket((socket) => socket.close(code))).noted;

/** What a page is told that sends this. */
const told = async (message: string | Buffer) => (await endedSocket((socket) => socket.send(message))).told;

const greet = (page: HubPage) => page.hello("ann");

const closed: Readonly<Record<string, () => Promise<number | undefined>>> = {
  bye: () => left(closeCodes.bye),
  restart: () => left(closeCodes.restart),
  unsupported: () => told(Buffer.from("{}")),
  tooBig: () => told("x".repeat(65_537)),
  parked: () => left(closeCodes.parked),
  drain: () => ended((_, { hub }) => hub.close()),
  helloTimeout: () => ended((_, { clock }) => clock.pass(6000)),
  slow: () =>
    ended(async (page, { clock }) => {
      page.isStalled = true;
      await greet(page);
      for (let count = 0; count < 4; count++) {
        clock.pass(10_000);
        page.post({ type: "pong" });
      }
    }),
  heartbeat: () =>
    ended(async (page, { clock }) => {
      await greet(page);
      clock.pass(46_000);
    }),
  resync: () =>
    ended(async (page, bench) => {
      await greet(page);
      await greet(bench.page());
    }),
  storage: () => ended(greet, { identify: () => Promise.reject(new Error("down")) }),
  rate: () =>
    ended(async (page) => {
      await greet(page);
      for (let count = 0; count < 201; count++) page.post({ type: "pong" });
    }),
  session: () => ended(greet, { identify: () => undefined }),
  revoked: () =>
    ended(async (page, { hub }) => {
      await greet(page);
      hub.endSession(page.connection.peer.session.id);
    }),
  protocol: () => ended((page) => page.post({ type: "hello", protocol: 2, stores: [] })),
  tooMany: () =>
    ended(
      async (page, bench) => {
        await bench.page(page.connection.peer.session.id).hello("bob");
        await greet(page);
      },
      { limits: { socketsPerSession: 1 } },
    ),
  badMessages: () =>
    ended((page) => {
      for (let count = 0; count < 5; count++) page.post("{");
    }),
};

suite("a link that is closed", () => {
  test("has a code of docs/protocol.md, each of which is provoked here", () => {
    assert.deepEqual(
      Object.keys(closed),
      rowsOf("Close codes").map(([, name = ""]) => name),
    );
  });

  for (const [name, close] of Object.entries(closed))
    test(`says ${name}`, async () => {
      assert.equal(await close(), closeCodes[name as keyof typeof closeCodes]);
    });
});
