import { integer, object, string } from "superstruct";
import { live, memory } from "../../../server/index.ts";
import { defaultLimits } from "../../../server/limits.ts";
import type { Component } from "../../../server/live/component.ts";
import type { Instance } from "../../../server/live/instance.ts";
import { Instances } from "../../../server/live/instances.ts";
import { type Callable, namedIn } from "../../../src/calls/callable.ts";
import type { DownFrame } from "../../../src/wire/frames.ts";
import { ClockHubTime, TestClock } from "../../../testing/clock.ts";
import { SimHubTime } from "../../support/clock.ts";
import { HubBench, type HubPage, only } from "../../support/hub.ts";
import { assert, beforeEach, suite, test } from "../../support/suite.ts";

const ended: string[] = [];
let begins: () => { n: number; text: string } | Promise<{ n: number; text: string }>;
const box = live({
  state: object({ n: integer(), text: string() }),
  initial: () => begins(),
  onUnmount: (_, { client }) => ended.push(client.id),
});

/** What runs when it is awaited, as queries of databases do. */
const query = <T>(run: () => T): PromiseLike<T> =>
  new Proxy({} as PromiseLike<T>, {
    get: (_, name) => (name === "then" ? (done: (value: T) => void) => done(run()) : undefined),
  });

let gate = Promise.withResolvers<void>();
let path: PromiseWithResolvers<void>[] = [];
const steps = live({
  state: object({ n: integer() }),
  initial: () => ({ n: 0 }),
  callbacks: () => ({
    add: (state) => {
      state.n++;
    },
    hang: () => gate.promise,
    stroll: async (_, { render }) => {
      for (const step of path) {
        await step.promise;
        await render();
      }
    },
    query: (state) =>
      query(() => {
        state.n += 10;
      }),
  }),
});
const long = live({
  state: object({ n: integer(), text: string() }),
  initial: () => ({ n: 0, text: "x".repeat(4000) }),
  callbacks: () => ({
    add: (state) => {
      state.n++;
    },
  }),
});
const slow = live({
  state: object({ n: integer() }),
  initial: () => gate.promise.then(() => ({ n: 7 })),
});
const found = namedIn("instances", { box }).get("instances.box") as Callable;
const stepping = namedIn("instances", { steps, slow, long });

suite("instances of live components", () => {
  let clock: TestClock;
  let instances: Instances;
  const owner = (id: string, session?: string) => ({
    client: { id },
    session: session && { id: session },
    params: {},
  });
  const name = (key: string) => ({ component: "box", key });
  const value = { n: 0, text: "" };

  beforeEach(() => {
    ended.length = 0;
    begins = () => value;
    clock = new TestClock(() => 0.5);
    let ids = 0;
    instances = new Instances({
      backend: memory(),
      limits: defaultLimits,
      time: new SimHubTime(clock),
      nextId: () => ++ids,
      find: () => found as Component,
      within: (_, fn) => fn(),
      broadcast() {},
      report(error) {
        throw error;
      },
    });
  });

  test("that were rendered wait 30 seconds for their pages, and end without a word", async () => {
    instances.rendered(name("a"), owner("late"), value);
    const taken = instances.rendered(name("a"), owner("early"), value);
    clock.pass(29_999);
    instances.expire();
    assert.equal(await instances.open(name("a"), owner("early")), taken);
    clock.pass(1);
    instances.expire();
    assert.deepEqual([instances.size, ended], [1, []]);
    instances.endClient({ id: "early" });
    assert.deepEqual(ended, ["early"]);
  });

  test("T50 E2.1.2 are at most 10,000 that no page has: those that were only rendered end first, the oldest of them", async () => {
    const left = await instances.open(name("a"), owner("left"));
    instances.left(left);
    for (let index = 0; index < 10_005; index++) instances.rendered(name("a"), owner(`c${index}`), value);
    assert.equal(instances.size, 10_000);
    assert.equal(await instances.open(name("a"), owner("left")), left);
    assert.notEqual((await instances.open(name("a"), owner("c10004"))).links, 0);
    assert.deepEqual(ended, []);
  });

  test("T50 that no page has take at most 64 MiB", () => {
    const big = { n: 0, text: "x".repeat(1_000_000) };
    for (let index = 0; index < 80; index++) instances.rendered(name("a"), owner(`c${index}`), big);
    assert.equal(instances.size, 67);
  });

  /** A page that had one, and has lost its link. */
  const leave = async (client: string, session: string) => {
    const instance = await instances.open(name("a"), owner(client, session));
    instances.left(instance);
  };

  test("T50 are taken from the session that has most of them, the oldest first, and from nobody else", async () => {
    for (let index = 0; index < 100; index++) await leave(`other${index}`, `session ${index % 50}`);
    instances.rendered(name("a"), owner("shown", "session 0"), value);
    const place = { session: "session 1", path: "/" };
    await instances.openForForms(name("a"), owner("sent", "session 1"), place);
    for (let index = 0; index < 12_000; index++) await leave(`flood${index}`, "flood");
    assert.equal(instances.size, 10_000);
    const lost = 12_000 - (10_000 - 102);
    assert.deepEqual(
      ended,
      Array.from({ length: lost }, (_, index) => `flood${index}`),
    );
    assert.ok(instances.ofForms(name("a"), owner("sent", "session 1"), place));
  });

  test("T50 are taken from the session whose own are the biggest, where all of them are too big", async () => {
    for (let index = 0; index < 200; index++) await leave(`other${index}`, "a school");
    begins = () => ({ n: 0, text: "x".repeat(1_000_000) });
    for (let index = 0; index < 100; index++) await leave(`flood${index}`, "flood");
    assert.equal(ended.filter((id) => id.startsWith("other")).length, 0);
    assert.equal(instances.size, 200 + 67);
  });

  test("T50 are taken from those that were only rendered, where these are most, whoever asked for them", async () => {
    for (let index = 0; index < 10; index++) await leave(`other${index}`, "a family");
    for (let index = 0; index < 10_005; index++)
      instances.rendered(name("a"), owner(`c${index}`, `session ${index}`), value);
    assert.equal(instances.size, 10_000);
    assert.deepEqual(ended, []);
    assert.notEqual((await instances.open(name("a"), owner("c10004"))).links, 0);
  });

  test("T50 that no page has count with what they were given", () => {
    const params = { text: "x".repeat(8_000_000) };
    for (let index = 0; index < 10; index++)
      instances.rendered(name("a"), { ...owner(`c${index}`), params }, value);
    assert.equal(instances.size, 8);
  });

  test("end when their page came back without asking for them", async () => {
    const [left, taken] = [
      await instances.open(name("a"), owner("me")),
      await instances.open(name("b"), owner("me")),
    ];
    for (const each of [left, taken]) instances.left(each);
    await instances.open(name("b"), owner("me"));
    clock.pass(defaultLimits.graceMs + 29_999);
    instances.expire();
    assert.equal(instances.size, 2);
    clock.pass(1);
    instances.expire();
    assert.deepEqual([instances.size, ended], [1, ["me"]]);
    assert.equal(await instances.open(name("b"), owner("me")), taken);
  });

  test("end alone: another one that has the name by then goes on", async () => {
    const first = await instances.open(name("a"), owner("me"));
    instances.end(first);
    const second = await instances.open(name("a"), owner("me"));
    instances.end(first);
    instances.left(first);
    assert.equal(await instances.open(name("a"), owner("me")), second);
    assert.deepEqual(ended, ["me"]);
  });

  test("E6.4 may begin with what is awaited, though it is no Promise", async () => {
    begins = () => query(() => ({ n: 7, text: "" })) as Promise<typeof value>;
    assert.deepEqual((await instances.open(name("a"), owner("me"))).snapshot(), { n: 7, text: "" });
  });

  test("are kept while one link of their page takes the place of another", async () => {
    const begun = Promise.withResolvers<typeof value>();
    begins = () => begun.promise;
    const links: Promise<Instance>[] = [
      instances.open(name("a"), owner("me")),
      instances.open(name("a"), owner("me")),
    ];
    begun.resolve(value);
    const [first, second] = await Promise.all(links);
    assert.equal(first, second);
    instances.left(first as Instance);
    for (let index = 0; index < 10_001; index++) instances.rendered(name("a"), owner(`c${index}`), value);
    assert.equal(await instances.open(name("a"), owner("me")), first);
    assert.deepEqual(ended, []);
  });
});

suite("the calls of an instance", () => {
  const call = (action: string) => ({ action, args: [], seed: 1, at: 0 });
  const said = (frames: readonly DownFrame[]) =>
    frames.map((frame) => (frame.type === "error" ? `${frame.code} ${frame.re}` : frame.type));
  let clock: TestClock;
  let page: HubPage;
  let store: number;

  beforeEach(async () => {
    gate = Promise.withResolvers();
    clock = new TestClock(() => 0.5);
    let ids = 0;
    const bench: HubBench = new HubBench({
      live: new Instances({
        backend: memory(),
        limits: { ...defaultLimits, handlerMs: 1000 },
        time: new ClockHubTime(clock),
        nextId: () => ++ids,
        find: (component) => stepping.get(`instances.${component}`) as Component,
        within: (_, fn) => fn(),
        broadcast() {},
        report() {},
      }),
    });
    page = bench.page();
    store = only(await page.hello("me", { store: "@steps/a", life: 1 }), "state").id;
  });

  test("T34 wait behind one that is under way as one message; the next one comes later", async () => {
    assert.deepEqual(said(await page.sync(store, 1, 0, call("hang"))), []);
    assert.deepEqual(said(await page.sync(store, 2, 0, call("add"), call("add"))), []);
    assert.deepEqual(said(await page.sync(store, 4, 0, call("add"))), ["E_UNAVAILABLE 4"]);
    // All that it has comes again, as on a new link.
    assert.deepEqual(said(await page.sync(store, 1, 0, call("hang"), call("add"), call("add"))), []);
    gate.resolve();
    assert.deepEqual(said(await page.news()), ["ack", "ack", "ack"]);
    assert.deepEqual(said(await page.sync(store, 4, 0, call("add"))), ["ack"]);
    assert.equal(page.frames.filter(({ type }) => type === "ack").length, 4);
  });

  test("of another element go on where one is refused, and are answered to none but it", async () => {
    await page.sync(store, 1, 0, call("hang"), call("add"));
    await page.send({ type: "subscribe", store: "@steps/a", life: 2 });
    assert.deepEqual(said(await page.sync(store, 1, 0, call("stroll"))), ["E_UNAVAILABLE 1"]);
    clock.pass(1000);
    assert.deepEqual(said(await page.news()), []);
    assert.deepEqual(said(await page.sync(store, 1, 0, call("hang"))), []);
    await page.send({ type: "subscribe", store: "@steps/a", life: 3 });
    assert.deepEqual(said(await page.sync(store, 1, 0, call("add"))), []);
    clock.pass(1000);
    assert.deepEqual(said(await page.news()), ["ack"]);
  });

  test("have their time anew after each render(), also behind one that had none left", async () => {
    await page.sync(store, 1, 0, call("hang"));
    clock.pass(1000);
    assert.deepEqual(said(await page.news()), ["E_UNAVAILABLE 1"]);
    path = [Promise.withResolvers(), Promise.withResolvers()];
    await page.sync(store, 2, 0, call("stroll"));
    // The first one is done after all.
    gate.resolve();
    await page.news();
    for (const step of path) {
      clock.pass(900);
      step.resolve();
      assert.equal(said(await page.news()).includes("E_UNAVAILABLE 2"), false);
    }
    assert.deepEqual(said(page.frames.slice(-1)), ["ack"]);
  });

  test("T39 do not wait for what another one begins with, nor does anything else of its page", async () => {
    gate = Promise.withResolvers();
    page.post({ type: "subscribe", store: "@slow/a", life: 1 });
    page.post({ type: "subscribe", store: "@slow/a", life: 1 });
    page.post({ type: "subscribe", store: "@steps/b", life: 1 });
    const { id } = only(await page.news(), "state");
    assert.deepEqual(said(await page.sync(id, 1, 0, call("add"))), ["ack"]);
    assert.deepEqual(said(await page.send({ type: "probe" })), ["ping"]);
    gate.resolve();
    const states = await page.news();
    assert.deepEqual(
      states.map((frame) => frame.type === "state" && [frame.store, frame.value]),
      [
        ["@slow/a", { n: 7 }],
        ["@slow/a", { n: 7 }],
      ],
    );
  });

  test("T35 count from when they are asked for, not from when they are there", async () => {
    gate = Promise.withResolvers();
    for (let index = 0; index < 64; index++)
      page.post({ type: "subscribe", store: `@slow/${index}`, life: 1 });
    assert.deepEqual(
      (await page.news()).map((frame) => frame.type === "error" && [frame.code, frame.store]),
      [["E_LIMIT", "@slow/63"]],
    );
    gate.resolve();
    assert.equal((await page.news()).length, 63);
  });

  test("come to a page that was away as what it missed, or as the state where that is no more", async () => {
    const missed = async (name: string, calls: number) => {
      const { id, epoch } = only(await page.send({ type: "subscribe", store: name, life: 1 }), "state");
      for (let n = 1; n <= calls; n++) await page.sync(id, n, n - 1, call("add"));
      const again = { type: "subscribe", store: name, life: 1, epoch, version: 0 } as const;
      const { patches, value } = only(await page.send(again), "state");
      return [patches?.length, (value as { n: number } | undefined)?.n];
    };
    assert.deepEqual(await missed("@long/a", 4), [4, undefined]);
    assert.deepEqual(await missed("@long/b", 5), [undefined, 5]);
    assert.deepEqual(await missed("@steps/b", 1), [undefined, 1]);
  });

  test("are over when what they give is, though it is no Promise", async () => {
    const frames = await page.sync(store, 1, 0, call("query"));
    assert.deepEqual(only(frames, "ack").ops, [["set", ["n"], 10]]);
  });
});
