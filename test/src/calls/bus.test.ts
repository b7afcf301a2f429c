import { Bus, on as register } from "../../../src/calls/bus.ts";
import { subscribe } from "../../../src/state/helpers.ts";
import { local } from "../../../src/state/local.ts";
import { resolveHere } from "../../support/stores.ts";
import { afterEach, assert, suite, test } from "../../support/suite.ts";
import { uncaughtOf } from "../../support/uncaught.ts";

resolveHere();

const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

suite("on", () => {
  let buses: Bus[] = [];
  let removers: (() => void)[] = [];
  const on = ((...args: Parameters<typeof register>) => {
    const remove = register(...args);
    removers.push(remove);
    return remove;
  }) as typeof register;
  const newBus = () => {
    const bus = new Bus();
    buses.push(bus);
    return bus;
  };
  afterEach(async () => {
    for (const remove of removers) remove();
    for (const bus of buses) bus.emit("disconnect", { code: 1000 });
    await settle();
    removers = [];
    buses = [];
  });

  test("C2.2.10 C2.2.11 runs nothing before ready, which is first", async () => {
    const seen: string[] = [];
    on("connect", () => seen.push("connect"));
    on("refused", ({ store }) => seen.push(`refused ${store}`));
    on("ready", () => seen.push("ready"));
    const bus = newBus();
    bus.emit("connect", undefined);
    bus.emit("refused", { store: "chat", error: new Error("no") });
    await settle();
    assert.deepEqual(seen, []);
    bus.ready();
    await settle();
    assert.deepEqual(seen, ["ready", "connect", "refused chat"]);
  });

  test("runs a late handler of connect once while the link stands, and not after it is lost", async () => {
    const bus = newBus();
    bus.ready();
    bus.emit("connect", undefined);
    await settle();
    let count = 0;
    on("connect", () => count++);
    await settle();
    assert.equal(count, 1);
    bus.emit("disconnect", { code: 1006 });
    await settle();
    on("connect", () => count++);
    await settle();
    assert.equal(count, 1);
  });

  test("C2.2.11 gives the function that removes the handler", async () => {
    const codes: number[] = [];
    const remove = on("disconnect", ({ code }) => codes.push(code));
    const bus = newBus();
    bus.ready();
    bus.emit("disconnect", { code: 1006 });
    await settle();
    remove();
    bus.emit("disconnect", { code: 4000 });
    await settle();
    assert.deepEqual(codes, [1006]);
  });

  test("runs a handler once for each time that it is registered, and each removal ends one of these", async () => {
    let count = 0;
    const handler = () => count++;
    const [first, second] = [on("disconnect", handler), on("disconnect", handler)];
    const bus = newBus();
    bus.ready();
    for (const [remove, runs] of [
      [() => {}, 2],
      [first, 3],
      [first, 4],
      [second, 4],
    ] as const) {
      remove();
      bus.emit("disconnect", { code: 1006 });
      await settle();
      assert.equal(count, runs);
    }
  });

  test("runs no handler that another one has removed while the event is told", async () => {
    const seen: string[] = [];
    on("disconnect", () => removeOther());
    const removeOther = on("disconnect", () => seen.push("removed"));
    on("disconnect", () => seen.push("kept"));
    const bus = newBus();
    bus.ready();
    bus.emit("disconnect", { code: 1006 });
    await settle();
    assert.deepEqual(seen, ["kept"]);
  });

  test("lets no handler that throws hinder another one: its error is an uncaught one", async () => {
    const error = new Error("a handler's");
    const seen: unknown[] = [];
    on("overflow", () => {
      throw error;
    });
    on("overflow", ({ store }) => seen.push(store));
    const bus = newBus();
    bus.ready();
    assert.equal(await uncaughtOf(() => bus.emit("overflow", { store: "chat" })), error);
    assert.deepEqual(seen, ["chat"]);
  });
});

test("a store's listener that throws hinders no other one: its error is an uncaught one", async () => {
  const store = local("uncaught", { initial: () => ({ count: 0 }) });
  const error = new Error("a listener's");
  const seen: number[] = [];
  const stops = [
    subscribe(store, () => {
      throw error;
    }),
    subscribe(store, ({ count }) => seen.push(count)),
  ];
  const write = () => {
    store.count = 1;
  };
  assert.equal(await uncaughtOf(write), error);
  assert.deepEqual(seen, [1]);
  for (const stop of stops) stop();
});
