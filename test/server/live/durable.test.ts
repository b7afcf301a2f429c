/** Live components on a backend that outlives their process. */
import { array, integer, object, string } from "superstruct";
import type { Backend } from "../../../server/backends/backend.ts";
import { live, memory } from "../../../server/index.ts";
import { defaultLimits } from "../../../server/limits.ts";
import type { Component } from "../../../server/live/component.ts";
import { Instances } from "../../../server/live/instances.ts";
import { type Callable, namedIn } from "../../../src/calls/callable.ts";
import { ClockHubTime, TestClock } from "../../../testing/clock.ts";
import { HubBench, only } from "../../support/hub.ts";
import { assert, beforeEach, suite, test } from "../../support/suite.ts";

let begun = 0;
let gate = Promise.withResolvers<void>();
const options = {
  state: object({ n: integer(), begun: integer() }),
  initial: () => ({ n: 0, begun: ++begun }),
  callbacks: () => ({
    add: (state: { n: number }) => {
      state.n++;
    },
    wait: async (state: { n: number }) => {
      await gate.promise;
      state.n += 100;
    },
  }),
};
const componentOf = (made: object): Component =>
  namedIn("durable", { box: made as Callable }).get("durable.box") as unknown as Component;
const box = componentOf(live(options));

const store = "@box/a";
const name = { component: "box", key: "a" };
const call = (action: string) => ({ action, args: [], seed: 1, at: 0 });

suite("live components on a durable backend", () => {
  let clock: TestClock;
  let backend: Backend;
  let reports: unknown[];

  /** A server: the one before it was killed, where nobody closed it. */
  const start = (component = box) => {
    let ids = 0;
    const instances = new Instances({
      backend,
      limits: defaultLimits,
      time: new ClockHubTime(clock),
      nextId: () => ++ids,
      find: () => component,
      within: (_, fn) => fn(),
      broadcast() {},
      report: (error) => reports.push(error),
    });
    return { bench: new HubBench({ live: instances, backend }), instances };
  };
  const stored = () => backend.load(`me${store}`);

  beforeEach(() => {
    begun = 0;
    gate = Promise.withResolvers();
    reports = [];
    clock = new TestClock(() => 0.5);
    backend = { ...memory({ now: () => clock.now() }), durability: "process" };
  });

  test("go on after a restart where they were, also where nothing was called yet", async () => {
    const before = only(await start().bench.page().hello("me", { store, life: 1 }), "state");
    const { epoch, version } = before;
    const after = only(await start().bench.page().hello("me", { store, life: 1, epoch, version }), "state");
    assert.deepEqual([after.epoch, after.version, after.patches], [epoch, 0, []]);
    const other = only(await start().bench.page().hello("you", { store, life: 1 }), "state");
    assert.deepEqual([before.value?.begun, other.value?.begun], [1, 2]);
  });

  test("T53 do a call once, though it was answered by nobody", async () => {
    const first = start();
    const page = first.bench.page();
    const { id, epoch } = only(await page.hello("me", { store, life: 1 }), "state");
    await page.sync(id, 1, 0, call("add"));
    // Killed here: the page never heard of it.
    const again = start().bench.page();
    const state = only(await again.hello("me", { store, life: 1, epoch, version: 0 }), "state");
    assert.deepEqual([state.last, state.version], [1, 1]);
    const frames = await again.sync(state.id, 1, 0, call("add"));
    assert.deepEqual(
      frames.map(({ type }) => type),
      ["ack"],
    );
    await again.sync(state.id, 2, 1, call("add"));
    assert.deepEqual([(await stored())?.value, begun], [{ n: 2, begun: 1 }, 1]);
  });

  test("do a call again that the end of their process ended", async () => {
    const first = start();
    const page = first.bench.page();
    const { id, epoch } = only(await page.hello("me", { store, life: 1 }), "state");
    await page.sync(id, 1, 0, call("wait"));
    const again = start().bench.page();
    const state = only(await again.hello("me", { store, life: 1, epoch, version: 0 }), "state");
    assert.equal(state.last, 0);
    again.post({ type: "SYNC", store: state.id, n: 1, v: 0, batches: [call("wait")] });
    gate.resolve();
    await again.news();
    assert.deepEqual((await stored())?.value, { n: 100, begun: 1 });
  });

  test("are over in storage when their element is gone, and its next one begins afresh", async () => {
    const { bench } = start();
    const page = bench.page();
    const { id } = only(await page.hello("me", { store, life: 1 }), "state");
    page.post({ type: "unsubscribe", store: id });
    page.post({ type: "subscribe", store, life: 2 });
    const next = only(await page.news(), "state");
    assert.equal(next.value?.begun, 2);
    assert.deepEqual((await stored())?.value, { n: 0, begun: 2 });
    await page.send({ type: "unsubscribe", store: next.id });
    assert.equal(await stored(), undefined);
    assert.deepEqual(reports, []);
  });

  test("stay stored when their server is closed, and for twice the grace time when it never comes back", async () => {
    const { bench } = start();
    await bench.page().hello("me", { store, life: 1 });
    await bench.hub.close();
    assert.ok(await stored());
    clock.pass(2 * defaultLimits.graceMs + 31_000);
    assert.equal(await stored(), undefined);
  });

  test("last in storage as long as their page is there", async () => {
    const { bench, instances } = start();
    await bench.page().hello("me", { store, life: 1 });
    for (let passed = 0; passed < 10; passed++) {
      clock.pass(defaultLimits.graceMs / 2);
      instances.expire();
      await bench.settle();
    }
    assert.ok(await stored());
  });

  test("are not stored while they are only rendered", async () => {
    const { instances, bench } = start();
    const owner = { client: { id: "me" }, session: undefined, params: {} };
    instances.rendered(name, owner, { n: 5, begun: 0 });
    assert.equal(await stored(), undefined);
    const { value } = only(await bench.page().hello("me", { store, life: 1 }), "state");
    assert.equal(value?.n, 5);
    assert.deepEqual((await stored())?.value, { n: 5, begun: 0 });
  });

  test("keep what forms wrote in their session", async () => {
    const owner = { client: { id: "one" }, session: undefined, params: {} };
    const place = { session: "s", path: "/page" };
    const first = await start().instances.openForForms(name, owner, place);
    await first.run("add", [], undefined);
    const { instances } = start();
    const found = await instances.ofForms(name, { ...owner, client: { id: "two" } }, place);
    assert.deepEqual(found?.snapshot(), { n: 1, begun: 1 });
    assert.equal(instances.ofForms(name, owner, place), found);
    assert.equal(await instances.ofForms(name, owner, { session: "other", path: "/page" }), undefined);
  });

  test("whose state no longer fits are refused and left as they are, or migrated", async () => {
    await start().bench.page().hello("me", { store, life: 1 });
    const before = await stored();
    const changed = {
      ...options,
      state: object({ n: array(string()) }),
      initial: () => ({ n: [] }),
      callbacks: () => ({}),
    };
    const [refusal] = await start(componentOf(live(changed)))
      .bench.page()
      .hello("me", { store, life: 1 })
      .then((frames) => frames.filter((frame) => frame.type === "error"));
    assert.equal(refusal?.code, "E_STATE_INVALID");
    assert.deepEqual(await stored(), before);
    const migrating = componentOf(
      live({
        ...changed,
        version: 2,
        migrate: (old, version) => ({ n: [`${(old as { n: number }).n} of ${version}`] }),
      }),
    );
    const known = { epoch: before?.epoch as string, version: before?.version as number };
    const state = only(
      await start(migrating)
        .bench.page()
        .hello("me", { store, life: 1, ...known }),
      "state",
    );
    assert.deepEqual([state.value, state.patches], [{ n: ["0 of 1"] }, undefined]);
  });

  test("are loaded anew where another process wrote to them", async () => {
    const [here, there] = [start(), start()];
    const page = here.bench.page();
    const { id } = only(await page.hello("me", { store, life: 1 }), "state");
    const other = there.bench.page();
    const theirs = only(await other.hello("me", { store, life: 2 }), "state");
    await other.sync(theirs.id, 1, 0, call("add"));
    const codes = (await page.sync(id, 1, 0, call("add"))).map(
      (frame) => frame.type === "error" && frame.code,
    );
    assert.deepEqual(codes, ["E_RESYNC", "E_UNAVAILABLE"]);
    const state = only(await page.send({ type: "subscribe", store, life: 1 }), "state");
    assert.deepEqual([state.value, state.last], [{ n: 1, begun: 1 }, 0]);
  });
});
