/** The slow network of development builds. */
import { Latency } from "../../../src/dev/latency.ts";
import type { TransportEvents } from "../../../src/socket/transports/websocket.ts";
import { TestClock } from "../../../testing/clock.ts";
import { assert, beforeEach, suite, test } from "../../support/suite.ts";
import { uncaughtOf } from "../../support/uncaught.ts";

suite("the latency simulator", () => {
  let clock: TestClock;
  let latency: Latency;
  let events: TransportEvents;
  let happened: string[];

  beforeEach(() => {
    clock = new TestClock(() => 0);
    latency = new Latency(clock);
    happened = [];
  });

  const note = (what: string) => () => void happened.push(what);
  const connect = () =>
    latency.transport((_, given) => {
      events = given;
      return {
        send: (text) => happened.push(`sent ${text}`),
        close: (code) => happened.push(`left ${code}`),
      };
    })("ws://test", {
      opened: note("opened"),
      received: (text) => happened.push(`got ${text}`),
      closed: (code) => happened.push(`closed ${code}`),
    });
  const seen = () => happened.splice(0).join(", ");

  test("changes nothing before it is asked to", () => {
    const wire = connect();
    events.opened();
    wire.send("a");
    events.received("b");
    assert.equal(seen(), "opened, sent a, got b");
    assert.equal(clock.timers, 0);
  });

  test("holds back what goes out and what comes in, for half of the round trip each", () => {
    latency.roundTripMs = 200;
    const wire = connect();
    events.opened();
    wire.send("a");
    events.received("b");
    clock.pass(99);
    assert.equal(seen(), "");
    clock.pass(1);
    assert.equal(seen(), "sent a, opened, got b");
    wire.close(4000);
    events.closed(4000);
    clock.pass(100);
    assert.equal(seen(), "left 4000, closed 4000");
  });

  test("lets nothing overtake when it changes, and lets go of all when it ends", () => {
    latency.roundTripMs = 1000;
    const wire = connect();
    wire.send("a");
    clock.pass(100);
    latency.roundTripMs = 400;
    wire.send("b");
    clock.pass(100);
    assert.equal(seen(), "sent a");
    clock.pass(99);
    assert.equal(seen(), "");
    wire.send("c");
    latency.roundTripMs = 0;
    wire.send("d");
    assert.equal(seen(), "sent b, sent c, sent d");
    assert.equal(clock.timers, 0);
  });

  test("goes on after a message that throws", async () => {
    latency.roundTripMs = 2;
    const wire = connect();
    latency
      .transport(() => ({
        send: () => {
          throw new Error("boom");
        },
        close: () => {},
      }))("ws://other", events)
      .send("bad");
    wire.send("good");
    const error = await uncaughtOf(() => clock.pass(1));
    assert.equal((error as Error).message, "boom");
    assert.equal(seen(), "sent good");
  });

  test("holds back requests and their answers", async () => {
    latency.roundTripMs = 100;
    void latency.request().then(note("request"));
    void latency.answer().then(note("answer"));
    await Promise.resolve();
    assert.equal(seen(), "");
    clock.pass(50);
    await Promise.resolve();
    assert.equal(seen(), "request, answer");
  });

  test("takes milliseconds up to a minute: E_OPTION", () => {
    for (const ms of [-1, Number.NaN, 60_001, "fast" as unknown as number])
      assert.throws(() => (latency.roundTripMs = ms), { code: "E_OPTION" });
    assert.equal(latency.roundTripMs, 0);
  });
});
