import { number, object } from "superstruct";
import { Rates } from "../../../server/hub/rates.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { closeCodes } from "../../../src/wire/close-codes.ts";
import type { Frame, UpFrame } from "../../../src/wire/frames.ts";
import { HubBench, type HubPage } from "../../support/hub.ts";
import { assert, suite, test } from "../../support/suite.ts";

let stores = 0;
const counter = () =>
  definitionOf(
    shared(`rates${stores++}`, { state: object({ count: number() }), initial: () => ({ count: 0 }) }),
  );
const increments = (ops: number): ["increment", string[], number][] =>
  Array.from({ length: ops }, () => ["increment", ["count"], 1]);

/** What a page hears of its writes: the waits it is told, and how many writes are taken. */
function heard(page: HubPage) {
  const waits = page.frames.flatMap((frame) =>
    frame.type === "error" && frame.code === "E_RATE" ? [frame.retryAfterMs] : [],
  );
  return { waits, acks: page.frames.filter(({ type }) => type === "ack").length };
}

async function writer(bench: HubBench, definition = counter()) {
  const page = await bench.subscriber("ann", definition);
  const post = (n: number, ops = 1) =>
    page.post({ type: "SYNC", store: 1, n, v: 0, batches: [increments(ops)] });
  const version = async () => (await bench.authority(definition)).version;
  return { page, post, version };
}

suite("a page that sends too fast", () => {
  test("T34 is told when each message is to come again: 100 at once, then 50 a second", async () => {
    const bench = new HubBench();
    const { page, post, version } = await writer(bench);
    for (let n = 1; n <= 103; n++) post(n);
    await bench.settle();
    assert.deepEqual(heard(page), { waits: [20, 40, 60], acks: 100 });
    assert.equal(await version(), 100);
    for (let n = 101; n <= 103; n++) {
      bench.clock.pass(20);
      post(n);
    }
    await bench.settle();
    assert.deepEqual(heard(page), { waits: [20, 40, 60], acks: 103 });
    assert.equal(page.closedWith, undefined);
    assert.equal(bench.hub.counters.errors.E_RATE, 3);
  });

  test("T34 is told so of its store and its number, and of nothing else", async () => {
    const bench = new HubBench({ limits: { messageBurst: 1 } });
    const { page, post } = await writer(bench);
    post(1);
    await page.news();
    post(2);
    const [error] = await page.news();
    const { message, ...rest } = error as Frame<"error">;
    assert.deepEqual<unknown>(rest, { type: "error", store: 1, re: 2, code: "E_RATE", retryAfterMs: 20 });
    assert.match(message, /kept and sent again/);
  });

  test("T34 may bring 500 ops a second, and 1,000 at once", async () => {
    const bench = new HubBench();
    const { page, post } = await writer(bench);
    for (let n = 1; n <= 84; n++) post(n, 12);
    await bench.settle();
    assert.deepEqual(heard(page), { waits: [16], acks: 83 });
    bench.clock.pass(16);
    post(84, 12);
    await bench.settle();
    assert.equal(heard(page).acks, 84);
  });

  test("T34 is closed, to come back, when as many more come as it may send at once", async () => {
    const bench = new HubBench();
    const { page, post, version } = await writer(bench);
    for (let n = 1; n <= 200; n++) post(n);
    assert.equal(page.closedWith, undefined);
    post(201);
    assert.equal(page.closedWith, closeCodes.rate);
    await bench.settle();
    assert.equal(bench.hub.counters.closes.rate, 1);
    assert.equal(await version(), 100);
  });

  test("T34 is closed by what it asks, whatever that is", async () => {
    for (const frame of [
      { type: "probe" },
      { type: "pong" },
      { type: "unsubscribe", store: 1 },
    ] as UpFrame[]) {
      const bench = new HubBench();
      const page = bench.page();
      await page.hello("ann");
      for (let count = 0; count < 200; count++) page.post(frame);
      assert.equal(page.closedWith, undefined);
      page.post(frame);
      assert.equal(page.closedWith, closeCodes.rate, frame.type);
    }
  });

  test("keeps its subscription when it asks for it too often, and gets it later", async () => {
    const bench = new HubBench({ limits: { messageBurst: 1 } });
    const definition = counter();
    const page = await bench.subscriber("ann", definition);
    const subscribe: UpFrame = { type: "subscribe", store: definition.name, life: 1 };
    page.post(subscribe);
    await page.news();
    const [error] = (await page.send(subscribe)) as [Frame<"error">];
    assert.deepEqual(
      [error.code, error.store, error.re, error.retryAfterMs],
      ["E_RATE", definition.name, undefined, 20],
    );
    const authority = await bench.authority(definition);
    authority.transaction(() => authority.write(["increment", ["count"], 1]));
    assert.equal((await page.news())[0]?.type, "SYNC");
    bench.clock.pass(20);
    assert.equal((await page.send(subscribe))[0]?.type, "state");
  });

  test("leaves a store all the same, and is answered when it asks whether the link stands", async () => {
    const bench = new HubBench({ limits: { messageBurst: 2 } });
    const definition = counter();
    const page = await bench.subscriber("ann", definition);
    page.post({ type: "pong" });
    page.post({ type: "pong" });
    await page.news();
    page.post({ type: "unsubscribe", store: 1 });
    const authority = await bench.authority(definition);
    authority.transaction(() => authority.write(["increment", ["count"], 1]));
    assert.deepEqual(await page.send({ type: "probe" }), [{ type: "ping" }]);
  });

  test("is one page: others are taken meanwhile, and it has its own rate again when it comes back", async () => {
    const bench = new HubBench();
    const definition = counter();
    const { page, post } = await writer(bench, definition);
    for (let n = 1; n <= 201; n++) post(n);
    assert.equal(page.closedWith, closeCodes.rate);
    const other = bench.page();
    await other.hello("bob", { store: definition.name, life: 1 });
    const back = await writer(bench, definition);
    for (const { connection } of [other, back.page])
      connection.receive(
        JSON.stringify({ type: "SYNC", store: 1, n: 101, v: 100, batches: [increments(1)] }),
      );
    await bench.settle();
    assert.equal(heard(back.page).acks, 1);
    assert.deepEqual(heard(other).waits, []);
  });
});

suite("rates", () => {
  const write = (ops: number): UpFrame => ({
    type: "SYNC",
    store: 1,
    n: 1,
    v: 0,
    batches: [increments(ops)],
  });
  const limits = { messagesPerSecond: 50, messageBurst: 100, opsPerSecond: 500, opBurst: 1000 };

  /** Pages' stores that always have something to send, and wait when they are told to: how many were taken when. */
  function play(senders: number, ops: number, seconds: number, given = limits): number[] {
    const rates = new Rates(given);
    const frame = write(ops);
    const due = Array.from({ length: senders }, () => 0);
    const taken: number[] = [];
    for (let now = 0; now < seconds * 1000; now++)
      for (const [sender, at] of due.entries()) {
        if (at > now) continue;
        const waitMs = rates.take(frame, now);
        assert.ok(Number.isFinite(waitMs), `sender ${sender} at ${now}`);
        // The answer is there after 1 ms; a timer may be as late.
        due[sender] = now + Math.max(waitMs, 1) + 1;
        if (!waitMs) taken.push(now);
      }
    return taken;
  }

  test("never end a page that waits when it is told to, however many of its stores write", () => {
    for (const senders of [1, 2, 64]) {
      const steady = play(senders, 1, 20).filter((at) => at >= 10_000).length / 10;
      assert.ok(steady > 40 && steady <= 50, `${senders} senders: ${steady} a second`);
    }
  });

  test("never end a page for its many ops, either", () => {
    const steady = play(64, 100, 60).filter((at) => at >= 30_000).length / 30;
    assert.ok(steady > 4 && steady <= 5, `${steady} messages a second`);
  });

  test("let more through at once than a bucket holds, when it is full", () => {
    const rates = new Rates({ ...limits, opBurst: 10 });
    assert.equal(rates.take(write(100), 0), 0);
    assert.equal(rates.take(write(1), 1), 181);
    assert.equal(rates.take(write(100), 200), 0);
  });

  test("are full again after a while", () => {
    const rates = new Rates(limits);
    for (let at = 0; at < 10; at++) {
      for (let n = 0; n < 100; n++) assert.equal(rates.take(write(1), at * 2000), 0);
      assert.ok(rates.take(write(1), at * 2000) > 0);
    }
  });
});
