import assert from "node:assert/strict";
import { number, object } from "superstruct";
import type { Backend, StoredState } from "../../../server/backends/backend.ts";
import { memory } from "../../../server/backends/memory.ts";
import { VioletError } from "../../../src/errors.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { closeCodes } from "../../../src/wire/close-codes.ts";
import { HubBench, only } from "../../support/hub.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { suite, test } from "../../support/suite.ts";

let stores = 0;
const State = object({ count: number() });
const initial = () => ({ count: 0 });
const counter = () => definitionOf(shared(`hub${stores++}`, { state: State, initial }));
const rooms = () => definitionOf(shared.family(`hub${stores++}`, { state: State, initial }));
const increment: ["increment", string[], number][] = [["increment", ["count"], 1]];

/** Storage that answers when the test says so. */
function slowLoads() {
  const inner = memory();
  const loads: PromiseWithResolvers<void>[] = [];
  const load = async (store: string) => {
    const answer = Promise.withResolvers<void>();
    loads.push(answer);
    await answer.promise;
    return inner.load(store);
  };
  return { backend: { ...inner, load }, loads };
}

suite("an identity", () => {
  test("connects once, and outlives the loss of its link", async () => {
    const bench = new HubBench();
    const first = bench.page();
    await first.hello("ann");
    first.connection.closed(1006);
    bench.clock.pass(170_000);
    await bench.page().hello("ann");
    bench.clock.pass(20_000);
    assert.deepEqual(bench.events, [["connect", "ann"]]);
  });

  test("ends when its grace time is over", async () => {
    const bench = new HubBench();
    const page = bench.page();
    await page.hello("ann");
    page.connection.closed(1006);
    assert.deepEqual(bench.hub.clients(), []);
    bench.clock.pass(179_000);
    assert.equal(bench.events.length, 1);
    bench.clock.pass(2000);
    assert.deepEqual(bench.events, [
      ["connect", "ann"],
      ["disconnect", "ann"],
    ]);
  });

  test("ends at once when its page is left", async () => {
    const bench = new HubBench();
    const page = bench.page();
    await page.hello("ann");
    page.connection.closed(closeCodes.bye);
    assert.deepEqual(bench.events, [
      ["connect", "ann"],
      ["disconnect", "ann"],
    ]);
  });

  test("waits while its page is in the back/forward cache", async () => {
    const bench = new HubBench();
    const page = bench.page();
    await page.hello("ann");
    page.connection.closed(closeCodes.parked);
    assert.equal(bench.events.length, 1);
  });

  test("has one connection: a new one closes the old one", async () => {
    const bench = new HubBench();
    const [half, fresh] = [bench.page(), bench.page()];
    await half.hello("ann");
    await fresh.hello("ann");
    assert.equal(half.closedWith, closeCodes.resync);
    assert.deepEqual(bench.hub.clients(), [{ id: "ann" }]);
    assert.equal(bench.events.length, 1);
  });
});

suite("a copy of a page", () => {
  /** Signs no ids: a client's token is its id. */
  const signless = () => {
    let count = 0;
    return new HubBench({
      identify: ({ client = `new ${++count}` }) => ({ client: { id: client }, token: client }),
    });
  };
  const greet = async (bench: HubBench, client: string, copy: number) => {
    const page = bench.page();
    const frames = await page.send({ type: "hello", protocol: 1, client, copy, stores: [] });
    return { page, client: only(frames, "welcome").client };
  };

  test("T64 gets a client of its own, and both stay", async () => {
    const bench = signless();
    const first = await greet(bench, "ann", 1);
    const second = await greet(bench, "ann", 2);
    const third = await greet(bench, "ann", 3);
    assert.deepEqual([first.client, second.client, third.client], ["ann", "new 1", "new 2"]);
    assert.deepEqual(
      bench.hub.clients().map(({ id }) => id),
      ["ann", "new 1", "new 2"],
    );
    assert.deepEqual(
      [first, second, third].map(({ page }) => page.closedWith),
      [undefined, undefined, undefined],
    );
  });

  test("gets one of its own when both come at once, and it takes time to know who they are", async () => {
    const bench = new HubBench({
      identify: async ({ client = "other" }) => ({ client: { id: client }, token: client }),
    });
    const pages = [bench.page(), bench.page()];
    for (const [copy, page] of pages.entries())
      page.post({ type: "hello", protocol: 1, client: "ann", copy, stores: [] });
    const clients = await Promise.all(pages.map(async (page) => only(await page.news(), "welcome").client));
    assert.deepEqual(clients, ["ann", "other"]);
  });

  test("stays who it became", async () => {
    const bench = signless();
    await greet(bench, "ann", 1);
    const { page, client } = await greet(bench, "ann", 2);
    page.connection.closed(1006);
    assert.equal((await greet(bench, client, 2)).client, client);
  });

  test("is another one also while the page itself is away", async () => {
    const bench = signless();
    const { page } = await greet(bench, "ann", 1);
    page.connection.closed(closeCodes.parked);
    assert.equal((await greet(bench, "ann", 2)).client, "new 1");
    assert.equal((await greet(bench, "ann", 1)).client, "ann");
  });

  test("is the client when the page itself was left", async () => {
    const bench = signless();
    const { page } = await greet(bench, "ann", 1);
    page.connection.closed(closeCodes.bye);
    assert.equal((await greet(bench, "ann", 2)).client, "ann");
    assert.equal((await greet(bench, "ann", 1)).client, "new 1");
  });

  test("is none when the same page comes back: that replaces its half-open link", async () => {
    const bench = signless();
    const half = await greet(bench, "ann", 1);
    const fresh = await greet(bench, "ann", 1);
    assert.equal(half.page.closedWith, closeCodes.resync);
    assert.equal(fresh.client, "ann");
  });
});

suite("the heartbeat", () => {
  test("pings each connection within its period", async () => {
    const bench = new HubBench();
    const pages = Array.from({ length: 30 }, () => bench.page());
    for (const [index, page] of pages.entries()) await page.hello(`c${index}`);
    bench.clock.pass(25_000);
    for (const page of pages) only(await page.news(), "ping");
  });

  test("T52 closes who has not been heard for 45 s", async () => {
    const bench = new HubBench();
    const [silent, alive] = [bench.page(), bench.page()];
    await silent.hello("ann");
    await alive.hello("bob");
    for (let count = 0; count < 8; count++) {
      bench.clock.pass(10_000);
      alive.post({ type: "pong" });
    }
    assert.equal(silent.closedWith, closeCodes.heartbeat);
    assert.equal(alive.closedWith, undefined);
  });

  test("closes who falls silent within a second of 45 s, whenever that is", async () => {
    for (let at = 0; at < 26_000; at += 1300) {
      const bench = new HubBench();
      const page = bench.page();
      await page.hello("ann");
      bench.clock.pass(at);
      page.post({ type: "pong" });
      bench.clock.pass(44_999);
      assert.equal(page.closedWith, undefined);
      bench.clock.pass(1001);
      assert.equal(page.closedWith, closeCodes.heartbeat);
    }
  });

  test("E8.2.4 has the period and the patience of its options", async () => {
    const bench = new HubBench({ limits: { heartbeatMs: 60_000, deadAfterMs: 108_000 } });
    const page = bench.page();
    const { heartbeatMs } = only(await page.hello("ann"), "welcome");
    assert.equal(heartbeatMs, 60_000);
    bench.clock.pass(60_000);
    only(await page.news(), "ping");
    bench.clock.pass(47_000);
    assert.equal(page.closedWith, undefined);
    bench.clock.pass(2000);
    assert.equal(page.closedWith, closeCodes.heartbeat);
  });

  test("comes at once when a page asks", async () => {
    const bench = new HubBench();
    const page = bench.page();
    await page.hello("ann");
    assert.deepEqual(await page.send({ type: "probe" }), [{ type: "ping" }]);
  });

  test("says nothing to a page before its welcome", async () => {
    const known = Promise.withResolvers<void>();
    const bench = new HubBench({
      identify: () => known.promise.then(() => ({ client: { id: "ann" }, token: "" })),
      limits: { handlerMs: 60_000 },
    });
    const page = bench.page();
    page.post({ type: "hello", protocol: 1, client: "ann", stores: [] });
    bench.clock.pass(30_000);
    known.resolve();
    const [first] = await page.news();
    assert.equal(first?.type, "welcome");
  });

  const DAY_MS = 86_400_000;
  for (const byMs of [DAY_MS, -DAY_MS])
    test(`T59 takes no notice when the clock is set by ${byMs} ms`, async () => {
      const bench = new HubBench();
      const [page, lost] = [bench.page(), bench.page()];
      await page.hello("ann");
      await lost.hello("bob");
      bench.clock.pass(20_000);
      lost.connection.closed(1006);
      bench.clock.set(byMs);
      bench.clock.pass(24_000);
      assert.equal(page.closedWith, undefined);
      assert.equal(bench.events.length, 2, "and nobody's grace time ends");
      bench.clock.pass(2000);
      assert.equal(page.closedWith, closeCodes.heartbeat);
      bench.clock.pass(160_000);
      assert.deepEqual(bench.events.at(-1), ["disconnect", "bob"]);
    });

  test("ends nobody who could not be heard while the machine slept, and goes on", async () => {
    const bench = new HubBench();
    const [page, greeting] = [bench.page(), bench.page()];
    await page.hello("ann");
    bench.clock.sleep(8 * 3_600_000);
    await greeting.hello("bob");
    bench.clock.pass(40_000);
    assert.deepEqual([page.closedWith, greeting.closedWith], [undefined, undefined]);
    bench.clock.pass(10_000);
    assert.deepEqual([page.closedWith, greeting.closedWith], [closeCodes.heartbeat, closeCodes.heartbeat]);
  });
});

suite("a room", () => {
  test("is loaded on first use, and dropped when it is idle", async () => {
    const bench = new HubBench();
    const definition = rooms();
    const page = bench.page();
    await page.hello("ann", { store: `${definition.name}/42`, life: 1 });
    await page.sync(1, 1, 0, increment);
    for (let count = 0; count < 4; count++) {
      bench.clock.pass(30_000);
      page.post({ type: "pong" });
    }
    assert.ok(bench.hub.find(definition, "42"), "somebody looks at it");
    page.connection.closed(1006);
    bench.clock.pass(62_000);
    assert.equal(bench.hub.find(definition, "42"), undefined);
    const again = await bench.hub.open(definition, "42");
    assert.deepEqual(again.tree.root, { count: 1 });
    assert.equal(again.version, 1);
  });

  test("is stored as it is where the server writes in the turn in which a page's write is committed", async () => {
    const bench = new HubBench();
    const definition = rooms();
    const page = bench.page();
    await page.hello("ann", { store: `${definition.name}/42`, life: 1 });
    const authority = await bench.hub.open(definition, "42");
    page.post({ type: "SYNC", store: authority.id, n: 1, v: 0, batches: [increment] });
    authority.write(["increment", ["count"], 10]);
    await bench.settle();
    page.connection.closed(1000);
    bench.clock.pass(62_000);
    const again = await bench.hub.open(definition, "42");
    assert.notEqual(again, authority);
    assert.deepEqual(again.tree.root, { count: 11 });
  });

  test("keeps what it knows of its writers", async () => {
    const bench = new HubBench();
    const definition = rooms();
    const store = `${definition.name}/42`;
    const page = bench.page();
    await page.hello("ann", { store, life: 1 });
    await page.sync(1, 1, 0, increment);
    page.connection.closed(1006);
    bench.clock.pass(62_000);
    const again = bench.page();
    assert.equal(only(await again.hello("ann", { store, life: 1 }), "state").last, 1);
  });

  test("is stored by its first change, not by a look or a refused write", async () => {
    const backend = memory();
    const bench = new HubBench({ backend });
    const definition = rooms();
    const store = `${definition.name}/42`;
    const page = bench.page();
    await page.hello("ann", { store, life: 1 });
    await page.sync(1, 1, 0, [["set", ["count"], "x"]]);
    assert.equal(await backend.load(store), undefined);
    await page.sync(1, 2, 0, increment);
    const stored = await backend.load(store);
    assert.deepEqual(stored?.value, { count: 1 });
    assert.deepEqual([...(stored?.writers ?? [])], [["ann.1", { n: 2, at: bench.clock.now() }]]);
  });

  test("has a key that its struct lets through", async () => {
    const bench = new HubBench();
    const { name } = rooms();
    for (const store of [name, `${name}/`, `${name}/../x`, `${name}/a b`, `${name}/${"x".repeat(65)}`]) {
      const frames = await bench.page().hello("ann", { store, life: 1 });
      assert.equal(only(frames, "error").code, "E_FORBIDDEN", store);
    }
  });

  test("T51 is loaded once, however many ask before, while and after it is loaded", async () => {
    const { backend, loads } = slowLoads();
    const bench = new HubBench({ backend });
    const store = `${rooms().name}/a`;
    const pages = Array.from({ length: 100 }, () => bench.page());
    const greet = (from: number, to: number) =>
      Promise.all(
        pages.slice(from, to).map((page, index) => page.hello(`c${from + index}`, { store, life: 1 })),
      );
    await greet(0, 50);
    await greet(50, 90);
    loads[0]?.resolve();
    await greet(90, 100);
    assert.equal(loads.length, 1);
    for (const { frames } of pages) assert.equal(only(frames, "state").id, 1);
  });

  test("that could not be loaded is loaded again, once, when the next ones ask", async () => {
    const { backend, loads } = slowLoads();
    const bench = new HubBench({ backend });
    const store = `${rooms().name}/a`;
    const pages = Array.from({ length: 10 }, () => bench.page());
    await Promise.all(pages.map((page, index) => page.hello(`c${index}`, { store, life: 1 })));
    loads[0]?.reject(new VioletError("E_UNAVAILABLE"));
    for (const page of pages) assert.equal(only(await page.news(), "error").retryAfterMs, 1000);
    await Promise.all(pages.map((page) => page.send({ type: "subscribe", store, life: 1 })));
    assert.equal(loads.length, 2);
    loads[1]?.resolve();
    for (const page of pages) assert.equal(only(await page.news(), "state").id, 1);
  });

  test("whose loading hangs is given up after 10 s, and asked for again", async () => {
    const { backend, loads } = slowLoads();
    const bench = new HubBench({ backend });
    const store = `${rooms().name}/a`;
    const page = bench.page();
    await page.hello("ann", { store, life: 1 });
    bench.clock.pass(10_000);
    const { code, retryAfterMs } = only(await page.news(), "error");
    assert.deepEqual({ code, retryAfterMs }, { code: "E_UNAVAILABLE", retryAfterMs: 1000 });
    assert.match(String(bench.reports), new RegExp(`Loading "${store}" took longer than 10000 ms`));
    await page.send({ type: "subscribe", store, life: 1 });
    loads[0]?.resolve();
    assert.deepEqual(await page.news(), []);
    loads[1]?.resolve();
    only(await page.news(), "state");
  });
});

suite("a stored state", () => {
  const storage = (value: object): Backend => ({
    ...memory(),
    load: async () => ({
      epoch: "e",
      version: 3,
      value: value as never,
      schema: 1,
      writers: new Map(),
      log: [],
    }),
  });

  test("goes on where it was", async () => {
    const bench = new HubBench({ backend: storage({ count: 7 }) });
    const authority = await bench.authority(counter());
    assert.deepEqual(authority.look({ id: "ann" }), { epoch: "e", version: 3, value: { count: 7 } });
  });

  test("that somebody else wrote to is loaded anew: its pages come back, and what waited is kept", async () => {
    const backend = memory();
    const [here, there] = [new HubBench({ backend }), new HubBench({ backend })];
    const definition = counter();
    const page = await here.subscriber("ann", definition);
    const { id } = await here.authority(definition);
    const other = await there.subscriber("bob", definition);
    await other.sync(1, 1, 0, [["increment", ["count"], 5]]);
    const news = await page.sync(id, 1, 0, [["increment", ["count"], 1]]);
    assert.deepEqual(
      news.map((frame) => frame.type === "error" && [frame.code, frame.store, frame.re, frame.retryAfterMs]),
      [
        ["E_UNAVAILABLE", id, 1, 1000],
        ["E_RESYNC", definition.name, undefined, 0],
      ],
    );
    const state = only(await page.send({ type: "subscribe", store: definition.name, life: 1 }), "state");
    assert.deepEqual([state.value, state.version, state.last], [{ count: 5 }, 1, 0]);
    await page.sync(state.id, 1, 1, [["increment", ["count"], 1]]);
    assert.deepEqual((await backend.load(definition.name))?.value, { count: 6 });
  });

  test("brings the newest versions with it: a page that was away gets what it missed", async () => {
    const backend = memory();
    const definition = counter();
    const before = await new HubBench({ backend }).subscriber("ann", definition);
    for (let n = 1; n <= 5; n++) await before.sync(1, n, n - 1, [["increment", ["count"], n]]);
    const { epoch } = (await backend.load(definition.name)) as StoredState;
    const page = new HubBench({ backend }).page();
    const store = { store: definition.name, life: 2, epoch, version: 3 };
    const state = only(await page.hello("ann", store), "state");
    assert.deepEqual(
      state.patches?.map(({ ops }) => ops),
      [[["increment", ["count"], 4]], [["increment", ["count"], 5]]],
    );
  });

  test("that its struct refuses stops its store", async () => {
    const bench = new HubBench({ backend: storage({ count: "many" }) });
    await assert.rejects(bench.authority(counter()), { code: "E_STATE_INVALID" });
  });

  test("of an earlier version is migrated", async () => {
    const bench = new HubBench({ backend: storage({ total: 7 }) });
    const definition = definitionOf(
      shared(`hub${stores++}`, {
        state: State,
        initial,
        version: 2,
        migrate: (old, from) => ({ count: (old as { total: number }).total + from }),
      }),
    );
    assert.deepEqual((await bench.authority(definition)).tree.root, { count: 8 });
  });

  test("that cannot be loaded is asked for again later", async () => {
    const backend = { ...memory(), load: () => Promise.reject(new VioletError("E_UNAVAILABLE")) };
    const bench = new HubBench({ backend });
    const definition = counter();
    const { code, store, retryAfterMs } = only(
      await bench.page().hello("ann", { store: definition.name, life: 1 }),
      "error",
    );
    assert.deepEqual(
      { code, store, retryAfterMs },
      { code: "E_UNAVAILABLE", store: definition.name, retryAfterMs: 1000 },
    );
  });
});

suite("a hub that closes", () => {
  test("sends its pages away, with a time to come back", async () => {
    const bench = new HubBench();
    const definition = counter();
    const page = await bench.subscriber("ann", definition);
    page.post({ type: "SYNC", store: 1, n: 1, v: 0, batches: [increment] });
    await bench.hub.close();
    assert.equal(page.closedWith, closeCodes.drain);
    const { code, retryAfterMs = -1 } = only(page.frames, "error");
    assert.equal(code, "E_RESTART");
    assert.ok(retryAfterMs >= 0 && retryAfterMs < 1000);
    assert.deepEqual((await bench.backend.load(definition.name))?.value, { count: 1 });
  });

  test("T51 spreads their return over a second, and over a millisecond for each of many", async () => {
    for (const [count, spreadMs] of [
      [100, 1000],
      [4000, 4000],
    ] as const) {
      const bench = new HubBench();
      bench.dice = randomFrom(seed);
      const pages = Array.from({ length: count }, () => bench.page());
      for (const [index, page] of pages.entries())
        page.post({ type: "hello", protocol: 1, client: `c${index}`, stores: [] });
      await bench.settle();
      await bench.hub.close();
      const quarters = [0, 0, 0, 0];
      for (const { frames } of pages) {
        const { retryAfterMs = -1 } = only(frames, "error");
        assert.ok(Number.isInteger(retryAfterMs) && retryAfterMs >= 0 && retryAfterMs < spreadMs);
        (quarters[Math.floor((retryAfterMs * 4) / spreadMs)] as number)++;
      }
      assert.ok(Math.min(...quarters) > count / 20, `${quarters.join(" ")} with the seed ${seed}`);
    }
  });
});
