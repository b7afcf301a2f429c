import { integer, object, string } from "superstruct";
import { live } from "../../../server/index.ts";
import { defaultLimits } from "../../../server/limits.ts";
import type { Component } from "../../../server/live/component.ts";
import type { Instance } from "../../../server/live/instance.ts";
import { Instances } from "../../../server/live/instances.ts";
import { type Callable, namedIn } from "../../../src/calls/callable.ts";
import { TestClock } from "../../../testing/clock.ts";
import { SimHubTime } from "../../support/clock.ts";
import { assert, beforeEach, suite, test } from "../../support/suite.ts";

const ended: string[] = [];
let begins: () => { n: number; text: string } | Promise<{ n: number; text: string }>;
const box = live({
  state: object({ n: integer(), text: string() }),
  initial: () => begins(),
  onUnmount: (_, { client }) => ended.push(client.id),
});
const found = namedIn("instances", { box }).get("instances.box") as Callable;

suite("instances of live components", () => {
  let clock: TestClock;
  let instances: Instances;
  const owner = (id: string) => ({ client: { id }, session: undefined, params: {} });
  const name = (key: string) => ({ component: "box", key });
  const value = { n: 0, text: "" };

  beforeEach(() => {
    ended.length = 0;
    begins = () => value;
    clock = new TestClock(() => 0.5);
    let ids = 0;
    instances = new Instances({
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

  test("T50 are at most 10,000 that no page has: those that were only rendered end first, the oldest of them", async () => {
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
