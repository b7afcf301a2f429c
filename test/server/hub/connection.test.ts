import assert from "node:assert/strict";
import { number, object, size, string } from "superstruct";
import { VioletError } from "../../../src/errors.ts";
import type { AccessRules } from "../../../src/state/definition.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { closeCodes } from "../../../src/wire/close-codes.ts";
import { HubBench, only } from "../../support/hub.ts";
import { suite, test } from "../../support/suite.ts";

let stores = 0;
type State = { count: number; text: string };
const State = object({ count: number(), text: string() });
const initial = () => ({ count: 0, text: "" });

const counter = (access: AccessRules<State> = {}) =>
  definitionOf(shared(`connection${stores++}`, { state: State, initial, access }));

const increment: ["increment", string[], number][] = [["increment", ["count"], 1]];

suite("a connection", () => {
  test("gets a welcome for its hello, and then its stores", async () => {
    const bench = new HubBench();
    const definition = counter();
    const frames = await bench.page().hello("ann", { store: definition.name, life: 1 });
    assert.deepEqual(frames[0], {
      type: "welcome",
      protocol: 1,
      client: "token of ann",
      self: { id: "ann" },
      heartbeatMs: 25_000,
      heard: bench.hub.mailbox.last,
    });
    assert.equal(frames[1]?.type, "state");
  });

  test("T36 gets nothing before its hello, and is closed when it sends something else", async () => {
    const bench = new HubBench();
    const page = bench.page();
    assert.deepEqual(await page.send({ type: "pong" }), []);
    assert.equal(page.closedWith, closeCodes.helloTimeout);
  });

  test("T36 is closed when it says nothing for 5 s", async () => {
    const bench = new HubBench();
    const page = bench.page();
    bench.clock.pass(5000);
    assert.equal(page.closedWith, undefined);
    bench.clock.pass(1000);
    assert.equal(page.closedWith, closeCodes.helloTimeout);
  });

  test("is closed for another protocol, a refused identity, or a second hello", async () => {
    const bench = new HubBench({
      identify: ({ client }) => (client === "ann" ? { client: { id: "ann" }, token: "" } : undefined),
    });
    const [old, refused, twice] = [bench.page(), bench.page(), bench.page()];
    await old.send({ type: "hello", protocol: 0, client: "ann", stores: [] });
    await refused.hello("eve");
    await twice.hello("ann");
    await twice.hello("ann");
    const { protocol, session, badMessages } = closeCodes;
    assert.deepEqual(
      [old, refused, twice].map(({ closedWith }) => closedWith),
      [protocol, session, badMessages],
    );
  });

  test("is closed, to come back, where it cannot be found out who it is", async () => {
    const bench = new HubBench({ identify: () => Promise.reject(new Error("no database")) });
    const page = bench.page();
    await page.hello("ann");
    assert.equal(page.closedWith, closeCodes.storage);
    assert.equal(bench.reports.length, 1);
  });

  test("is closed, to come back, where it takes too long to find out who it is", async () => {
    const bench = new HubBench({ identify: () => new Promise(() => {}) });
    const page = bench.page();
    await page.hello("ann");
    bench.clock.pass(10_000);
    await page.news();
    assert.equal(page.closedWith, closeCodes.storage);
  });

  test("is told of a bad frame, and closed at the fifth within a minute", async () => {
    const bench = new HubBench();
    const page = bench.page();
    await page.hello("ann");
    for (const bad of ["{", '{"type":"constructor"}', '{"type":"SYNC"}', "[".repeat(50)]) {
      const { code } = only(await page.send(bad), "error");
      assert.match(code, /E_BAD_MESSAGE|E_TOO_DEEP/);
    }
    assert.equal(page.closedWith, undefined);
    page.post("null");
    assert.equal(page.closedWith, closeCodes.badMessages);
  });

  test("is told of a message of more than 100 ops, whatever the number of its batches", async () => {
    const bench = new HubBench();
    const definition = counter();
    const page = await bench.subscriber("ann", definition);
    await page.news();
    const batches = (ops: number) =>
      Array.from({ length: 50 }, () => Array.from({ length: ops }, () => increment).flat());
    assert.equal(only(await page.sync(1, 1, 0, ...batches(3)), "error").code, "E_TOO_BIG");
    assert.equal((await bench.authority(definition)).version, 0);
    await page.sync(1, 1, 0, ...batches(2));
    assert.equal((await bench.authority(definition)).version, 50);
  });

  test("may send a bad frame now and then", async () => {
    const bench = new HubBench();
    const page = bench.page();
    await page.hello("ann");
    for (let count = 0; count < 20; count++) {
      page.post("{");
      bench.clock.pass(20_000);
    }
    assert.equal(page.closedWith, undefined);
  });

  test("T11 gets the same bytes for a store that it may not read and for one that is unknown", async () => {
    const bench = new HubBench();
    const secret = counter({ read: ({ id }) => id === "bob" });
    const rooms = definitionOf(
      shared.family(`connection${stores++}`, {
        key: size(string(), 1, 3),
        state: State,
        initial,
        access: { read: () => false },
      }),
    );
    const names = [secret.name, "nothing", rooms.name, `${rooms.name}/a`, `${rooms.name}/long`, "toString"];
    const page = bench.page();
    await page.hello("ann", ...names.map((store) => ({ store, life: 1 })));
    const answers = page.buffers
      .slice(1)
      .map((bytes, index) => String(bytes).replaceAll(names[index] as string, ""));
    assert.equal(answers.length, names.length);
    assert.deepEqual(
      [...new Set(answers)],
      [
        '{"type":"error","code":"E_FORBIDDEN","store":"","message":"E_FORBIDDEN: \\"\\": not allowed, or unknown."}',
      ],
    );
    assert.equal(bench.hub.find(rooms, "a"), undefined, "what may not be read is not even loaded");
    const { id } = await bench.authority(secret);
    await page.sync(id, 1, 0, increment);
    await page.sync(id + 50, 1, 0, increment);
    const [forbidden, unknown] = page.buffers
      .slice(-2)
      .map((bytes) => String(bytes).replace(/"store":\d+/, ""));
    assert.equal(forbidden, unknown);
    assert.equal((await bench.authority(secret)).version, 0);
  });

  test("waits for a rule that takes its time, in the order of its frames", async () => {
    const rule = Promise.withResolvers<boolean>();
    const bench = new HubBench();
    const slow = counter({ write: () => rule.promise });
    const quick = counter();
    const page = bench.page();
    await page.hello("ann", { store: slow.name, life: 1 }, { store: quick.name, life: 1 });
    assert.deepEqual(await page.sync(1, 1, 0, increment), []);
    assert.deepEqual(await page.sync(2, 1, 0, increment), []);
    rule.resolve(true);
    assert.deepEqual(
      (await page.news()).map((frame) => frame.type === "ack" && frame.store),
      [1, 2],
    );
  });

  test("is not read from while more than 256 KiB of its messages wait", async () => {
    const bench = new HubBench({ limits: { handlerMs: 3_600_000 } });
    const answer = Promise.withResolvers<boolean>();
    const page = await bench.subscriber("ann", counter({ write: () => answer.promise }));
    await page.news();
    const text = "x".repeat(60_000);
    for (let n = 1; n <= 4; n++)
      page.post({ type: "SYNC", store: 1, n, v: 0, batches: [[["set", ["title"], text]]] });
    assert.equal(page.isPaused, false);
    page.post({ type: "SYNC", store: 1, n: 5, v: 0, batches: [[["set", ["title"], text]]] });
    assert.equal(page.isPaused, true);
    answer.resolve(true);
    await page.news();
    assert.equal(page.isPaused, false);
  });

  test("is not read from while more than 64 of its messages wait, and does not count as silent then", async () => {
    const bench = new HubBench({ limits: { handlerMs: 3_600_000 } });
    const answers: ((allowed: boolean) => void)[] = [];
    const slow = counter({ write: () => new Promise<boolean>((answer) => answers.push(answer)) });
    const page = await bench.subscriber("ann", slow);
    await page.news();
    for (let n = 1; n <= 64; n++) page.post({ type: "SYNC", store: 1, n, v: 0, batches: [increment] });
    assert.equal(page.isPaused, false);
    page.post({ type: "SYNC", store: 1, n: 65, v: 0, batches: [increment] });
    assert.equal(page.isPaused, true);
    // What was on its way comes, too.
    page.post({ type: "SYNC", store: 1, n: 66, v: 0, batches: [increment] });
    bench.clock.pass(60_000);
    assert.equal(page.closedWith, undefined);
    const decide = async () => {
      answers.shift()?.(true);
      return (await page.news()).filter(({ type }) => type === "ack").length;
    };
    let decided = await decide();
    assert.equal(page.isPaused, true);
    decided += await decide();
    assert.equal(page.isPaused, false);
    while (answers.length) decided += await decide();
    assert.equal(decided, 66);
    assert.equal(bench.hub.counters.pauses, 1);
    bench.clock.pass(90_000);
    assert.equal(page.closedWith, closeCodes.heartbeat);
  });

  test("T35 has at most so many stores", async () => {
    const bench = new HubBench({ limits: { storesPerSocket: 1 } });
    const [one, two] = [counter(), counter()];
    const frames = await bench
      .page()
      .hello("ann", { store: one.name, life: 1 }, { store: two.name, life: 1 });
    const { code, message } = only(frames, "error");
    assert.deepEqual([code, message], ["E_LIMIT", "E_LIMIT: The limit of stores per socket is reached."]);
  });

  test("E5.1.3 hears no more of a store that it leaves", async () => {
    const bench = new HubBench();
    const definition = counter();
    const [ann, bob] = [await bench.subscriber("ann", definition), await bench.subscriber("bob", definition)];
    await bob.send({ type: "unsubscribe", store: 1 });
    await ann.sync(1, 1, 0, increment);
    assert.deepEqual(await bob.news(), []);
  });

  test("gets all frames of one turn of the event loop in one write", async () => {
    const bench = new HubBench();
    const definition = counter();
    const ann = await bench.subscriber("ann", definition);
    const { writes } = ann;
    const authority = await bench.authority(definition);
    for (let count = 0; count < 5; count++)
      authority.transaction(() => authority.write(["increment", ["count"], 1]));
    assert.equal((await ann.news()).length, 5);
    assert.equal(ann.writes, writes + 1);
  });
});

suite("a rule that hangs", () => {
  const hanging = (rule: "read" | "write") => {
    const answer = Promise.withResolvers<boolean>();
    let asked = 0;
    // It answers from the second time on.
    return { access: { [rule]: () => asked++ > 0 || answer.promise }, answer };
  };

  test("T39 postpones the write after 10 s, and holds up nothing else", async () => {
    const bench = new HubBench();
    const { access, answer } = hanging("write");
    const [slow, quick] = [counter(access), counter()];
    const page = bench.page();
    await page.hello("ann", { store: slow.name, life: 1 }, { store: quick.name, life: 1 });
    await page.news();
    page.post({ type: "SYNC", store: 1, n: 1, v: 0, batches: [increment] });
    assert.deepEqual(await page.sync(2, 1, 0, increment), []);
    bench.clock.pass(10_000);
    const [error, ack] = await page.news();
    assert.deepEqual(error, {
      type: "error",
      store: 1,
      re: 1,
      code: "E_UNAVAILABLE",
      message: new VioletError("E_UNAVAILABLE").message,
      retryAfterMs: 1000,
    });
    assert.deepEqual(ack, { type: "ack", store: 2, n: 1, v: 1 });
    assert.match(String(bench.reports), new RegExp(`The rule "write" of "${slow.name}" took longer`));
    answer.resolve(true);
    assert.deepEqual(await page.news(), []);
    assert.equal((await bench.authority(slow)).version, 0);
    assert.equal(only(await page.sync(1, 1, 0, increment), "ack").v, 1);
  });

  test("T39 changes nothing where it answers, or fails, when its page is gone", async () => {
    const bench = new HubBench();
    const rules = [Promise.withResolvers<boolean>(), Promise.withResolvers<boolean>()] as const;
    const definitions = rules.map(({ promise }) => counter({ write: () => promise }));
    for (const definition of definitions) {
      const page = await bench.subscriber("ann", definition);
      page.post({ type: "SYNC", store: only(page.frames, "state").id, n: 1, v: 0, batches: [increment] });
      page.connection.closed(1006);
    }
    rules[0].resolve(true);
    rules[1].reject(new Error("late"));
    await bench.settle();
    for (const definition of definitions) assert.equal((await bench.authority(definition)).version, 0);
    assert.deepEqual(bench.reports.map(String), ["Error: late"]);
  });

  test("postpones the subscription after 10 s", async () => {
    const bench = new HubBench();
    const { access } = hanging("read");
    const slow = counter(access);
    const page = bench.page();
    await page.hello("ann", { store: slow.name, life: 1 });
    bench.clock.pass(10_000);
    const { code, store, retryAfterMs } = only(await page.news(), "error");
    assert.deepEqual(
      { code, store, retryAfterMs },
      { code: "E_UNAVAILABLE", store: slow.name, retryAfterMs: 1000 },
    );
    assert.match(String(bench.reports), new RegExp(`The rule "read" of "${slow.name}" took longer`));
    only(await page.send({ type: "subscribe", store: slow.name, life: 1 }), "state");
  });
});

suite("a page that reads slowly", () => {
  const slow = async () => {
    const bench = new HubBench({ limits: { outboxBytes: 1000, stalledMs: 30_000 } });
    const definition = counter();
    const page = await bench.subscriber("slow", definition);
    const writer = await bench.subscriber("ann", definition);
    await page.news();
    page.backlogBytes = 1500;
    for (let n = 1; n <= 50; n++) await writer.sync(1, n, n - 1, increment);
    return { bench, definition, page };
  };

  test("is told once that it has missed something, and then nothing", async () => {
    const { page } = await slow();
    assert.deepEqual(
      (await page.news()).map((frame) => frame.type === "error" && frame.code),
      ["E_RESYNC"],
    );
  });

  test("gets on when it subscribes again", async () => {
    const { bench, definition, page } = await slow();
    page.read();
    await page.news();
    const { epoch } = await bench.authority(definition);
    const state = only(
      await page.send({ type: "subscribe", store: definition.name, life: 1, epoch, version: 0 }),
      "state",
    );
    assert.equal(state.version, 50);
    const writer = await bench.subscriber("bob", definition);
    await writer.sync(1, 1, 50, increment);
    assert.equal(only(await page.news(), "SYNC").type, "SYNC");
  });

  test("T50 is closed after 30 s without progress", async () => {
    const { bench, page } = await slow();
    bench.clock.pass(29_000);
    page.backlogBytes = 1000;
    page.post({ type: "pong" });
    bench.clock.pass(29_000);
    assert.equal(page.closedWith, undefined);
    bench.clock.pass(3000);
    assert.equal(page.closedWith, closeCodes.slow);
  });

  test("is closed when it asks and asks, and never reads", async () => {
    const { page } = await slow();
    page.backlogBytes = 2500;
    page.post("{");
    assert.equal(page.closedWith, closeCodes.slow);
  });

  test("is not closed while it reads a state that is larger than all limits, and misses nothing meanwhile", async () => {
    const bench = new HubBench({ limits: { outboxBytes: 1000 } });
    const definition = definitionOf(
      shared("large", {
        state: object({ text: string(), count: number() }),
        initial: () => ({ text: "x".repeat(9000), count: 0 }),
      }),
    );
    const page = bench.page();
    page.isStalled = true;
    await page.hello("slow", { store: "large", life: 1 });
    const writer = await bench.subscriber("ann", definition);
    page.backlogBytes -= 5000;
    await writer.sync(1, 1, 0, increment);
    bench.clock.pass(26_000);
    await bench.settle();
    assert.equal(page.closedWith, undefined);
    assert.equal(only(await page.news(), "SYNC").v, 1);
  });

  test("makes progress also within one write", async () => {
    const { bench, page } = await slow();
    bench.clock.pass(29_000);
    page.sendingBytes = 1000;
    page.post({ type: "pong" });
    bench.clock.pass(29_000);
    assert.equal(page.closedWith, undefined);
  });

  test("T50 costs no more than the limit, and leaves everybody else alone", async () => {
    const bench = new HubBench({ limits: { outboxBytes: 5000, messageBurst: 200 } });
    const definition = counter();
    const [page, other, writer] = [
      await bench.subscriber("slow", definition),
      await bench.subscriber("bob", definition),
      await bench.subscriber("ann", definition),
    ];
    await Promise.all([page.news(), other.news()]);
    page.isStalled = true;
    for (let n = 1; n <= 200; n++) await writer.sync(1, n, n - 1, increment);
    const patches = page.frames.filter(({ type }) => type === "SYNC").length;
    assert.equal((await other.news()).length, 200);
    const { drops, errors, queuedBytes } = bench.hub.counters;
    assert.equal(drops, 200 - patches);
    assert.deepEqual(errors, { E_RESYNC: 1 });
    const told = page.buffers.at(-1)?.length ?? 0;
    assert.equal(queuedBytes, page.backlogBytes);
    assert.ok(queuedBytes > 4000 && queuedBytes - told <= 5000, `${queuedBytes} bytes`);
  });

  test("gets no patch that alone is more than the limit", async () => {
    const bench = new HubBench({ limits: { outboxBytes: 1000 } });
    const definition = counter();
    const [page, writer] = [
      await bench.subscriber("bob", definition),
      await bench.subscriber("ann", definition),
    ];
    await page.news();
    await writer.sync(1, 1, 0, [["set", ["text"], "x".repeat(1000)]]);
    assert.equal(only(await page.news(), "error").code, "E_RESYNC");
    const { value } = only(await page.send({ type: "subscribe", store: definition.name, life: 1 }), "state");
    assert.deepEqual(value, { count: 0, text: "x".repeat(1000) });
  });

  test("has at most so many frames waiting, in one turn and over many", async () => {
    const bench = new HubBench({ limits: { outboxFrames: 10 } });
    const definition = counter();
    const pages = [await bench.subscriber("bob", definition), await bench.subscriber("eve", definition)];
    const writer = await bench.subscriber("ann", definition);
    const authority = await bench.authority(definition);
    for (const page of pages) await page.news();
    const [once, slow] = pages as [(typeof pages)[0], (typeof pages)[0]];
    for (let count = 0; count < 15; count++)
      authority.transaction(() => authority.write(["increment", ["count"], 1]));
    const patchesOf = async (page: typeof once) =>
      (await page.news()).filter(({ type }) => type === "SYNC").length;
    assert.equal(await patchesOf(once), 10);
    await slow.send({ type: "subscribe", store: definition.name, life: 1 });
    slow.isStalled = true;
    for (let n = 1; n <= 15; n++) await writer.sync(1, n, 14 + n, increment);
    assert.equal(await patchesOf(slow), 10);
    slow.read();
    await slow.send({ type: "subscribe", store: definition.name, life: 1 });
    await writer.sync(1, 16, 30, increment);
    assert.equal(await patchesOf(slow), 1);
  });

  test("gets whole states one at a time, as it reads", async () => {
    const bench = new HubBench({ limits: { outboxBytes: 1000 } });
    const definitions = [counter(), counter(), counter()];
    for (const definition of definitions) {
      const authority = await bench.authority(definition);
      authority.transaction(() => authority.write(["set", ["text"], "x".repeat(1000)]));
      await authority.settled();
    }
    const page = bench.page();
    page.isStalled = true;
    await page.hello("bob", ...definitions.map(({ name }) => ({ store: name, life: 1 })));
    const states = () => page.frames.filter(({ type }) => type === "state").length;
    for (const count of [1, 2, 3]) {
      await page.news();
      assert.equal(states(), count);
      page.read();
      page.isStalled = true;
    }
    assert.equal(page.closedWith, undefined);
  });
});
