import assert from "node:assert/strict";
import { number, object } from "superstruct";
import { memory } from "../../../server/backends/memory.ts";
import { Writers } from "../../../server/hub/writers.ts";
import { VioletError } from "../../../src/errors.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { HubBench, only } from "../../support/hub.ts";
import { suite, test } from "../../support/suite.ts";

const DAY_MS = 24 * 3_600_000;
const limits = { dedupeMs: DAY_MS, dedupeClients: 3 };
const namesOf = (writers: Writers) => Array.from(writers, ([name]) => name);

suite("dedupe records", () => {
  test("are those of the writers that wrote last", () => {
    const writers = new Writers(limits);
    for (const [at, writer] of ["a.1", "b.1", "c.1", "a.1", "d.1"].entries())
      writers.record({ ops: [], writer, n: at + 1, at });
    assert.deepEqual(namesOf(writers), ["c.1", "a.1", "d.1"]);
    assert.deepEqual(writers.get("a.1"), { n: 4, at: 3 });
    assert.deepEqual(writers.forgotten, ["b.1"]);
  });

  test("end after their time", () => {
    const writers = new Writers(limits);
    writers.record({ ops: [], writer: "a.1", n: 1, at: 0 });
    writers.record({ ops: [], writer: "b.1", n: 1, at: DAY_MS });
    assert.deepEqual(namesOf(writers), ["a.1", "b.1"]);
    writers.record({ ops: [], writer: "b.1", n: 2, at: DAY_MS + 1 });
    assert.deepEqual(namesOf(writers), ["b.1"]);
  });

  test("are known in their order again after they were stored", () => {
    const stored = new Map([
      ["late.1", { n: 1, at: 30 }],
      ["early.1", { n: 1, at: 10 }],
      ["middle.1", { n: 1, at: 20 }],
    ]);
    const writers = new Writers(limits, stored);
    writers.record({ ops: [], writer: "new.1", n: 1, at: 40 });
    assert.deepEqual(namesOf(writers), ["middle.1", "late.1", "new.1"]);
  });
});

const State = object({ count: number() });
const increment: ["increment", string[], number][] = [["increment", ["count"], 1]];
let stores = 0;
const counter = () =>
  definitionOf(shared(`writers${stores++}`, { state: State, initial: () => ({ count: 0 }) }));

suite("a writer whose record had its time", () => {
  test("is not remembered as forgotten where nothing was ever stored", async () => {
    const backend = memory();
    const bench = new HubBench({ backend, limits: { dedupeClients: 2 } });
    const definition = counter();
    const forgotten: number[] = [];
    const commit = backend.commit.bind(backend);
    backend.commit = (each) => {
      forgotten.push(each.forgotten.length);
      return commit(each);
    };
    for (const name of ["a", "b", "c", "d", "e"])
      await (await bench.subscriber(name, definition)).sync(1, 1, 0, []);
    await (await bench.subscriber("f", definition)).sync(1, 1, 0, increment);
    // The last one alone: it was forgotten after storage would have been told.
    assert.deepEqual(forgotten, [1]);
  });

  const expire = async (backend = memory()) => {
    const bench = new HubBench({ backend });
    const definition = counter();
    const [ann, bob] = [await bench.subscriber("ann", definition), await bench.subscriber("bob", definition)];
    await ann.sync(1, 1, 0, increment);
    for (const page of [ann, bob]) page.connection.closed(1006);
    bench.clock.pass(DAY_MS + 1);
    const [ann2, bob2] = [
      await bench.subscriber("ann", definition),
      await bench.subscriber("bob", definition),
    ];
    await bob2.sync(1, 1, 1, increment);
    await ann2.news();
    return { bench, definition, ann: ann2, bob: bob2 };
  };

  test("is refused, and nothing is applied", async () => {
    const { bench, definition, ann } = await expire();
    const { code, next } = only(await ann.sync(1, 2, 2, increment), "error");
    assert.deepEqual({ code, next }, { code: "E_CLIENT_EXPIRED", next: 1 });
    assert.deepEqual((await bench.authority(definition)).tree.root, { count: 2 });
  });

  test("starts anew in another life", async () => {
    const { definition, ann } = await expire();
    await ann.send({ type: "subscribe", store: definition.name, life: 2 });
    assert.equal(only(await ann.sync(1, 1, 2, increment), "ack").v, 3);
  });

  test("is forgotten by storage with the next commit that it takes", async () => {
    const inner = memory();
    const forgotten: (readonly string[])[] = [];
    let fails = false;
    const { bench, definition, bob } = await expire({
      ...inner,
      commit(commit) {
        forgotten.push(commit.forgotten);
        return fails ? Promise.reject(new VioletError("E_UNAVAILABLE")) : inner.commit(commit);
      },
    });
    const writers = async () => [...((await inner.load(definition.name))?.writers.keys() ?? [])];
    assert.deepEqual(await writers(), ["ann.1", "bob.1"]);
    fails = true;
    await bob.sync(1, 2, 2, increment);
    assert.deepEqual(await writers(), ["ann.1", "bob.1"]);
    fails = false;
    await bob.sync(1, 2, 2, increment);
    assert.deepEqual(await writers(), ["bob.1"]);
    await bob.sync(1, 3, 3, increment);
    assert.deepEqual(forgotten, [[], [], ["ann.1"], ["ann.1"], []]);
    assert.equal(bench.hub.counters.errors.E_UNAVAILABLE, 1);
  });
});
