/** Whatever the order in which a page comes to life: `ready` and `connect` run once, `ready` first, nothing is lost. */
import { on as register } from "../../../src/calls/bus.ts";
import { Runtime } from "../../../src/runtime.ts";
import type { TransportEvents } from "../../../src/socket/transports/websocket.ts";
import { TestClock } from "../../../testing/clock.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { assert, suite, test } from "../../support/suite.ts";

/** A browser runs some of them, beside its other tests. */
const RUNS = typeof document === "undefined" ? 10_000 : 500;
const EARLY = [0, 1, 2];

const welcome = JSON.stringify({
  type: "welcome",
  protocol: 1,
  client: "token",
  self: { id: "ann" },
  heartbeatMs: 25_000,
  heard: 0,
});

/** What happens to one page in one order, and what its handlers and its server saw of it. */
class Schedule {
  readonly #random: () => number;
  readonly #removers: (() => void)[] = [];
  readonly #runtime: Runtime;
  #wire: TransportEvents | undefined;
  readonly sent: unknown[] = [];
  readonly events: unknown[] = [];
  /** How often each handler ran. */
  readonly runs: { readonly event: string; count: number }[] = [];
  /** The order in which they did. */
  readonly begun: string[] = [];
  /** So many handlers of `ready` were there when it happened. */
  inTime = 0;
  #isReady = false;

  constructor(start: number) {
    this.#random = randomFrom(start);
    this.#runtime = new Runtime({
      origin: "http://sim",
      clock: new TestClock(() => 0.5),
      transport: (_, events) => {
        this.#wire = events;
        return { send: (text) => this.sent.push(JSON.parse(text)), close: () => {} };
      },
    });
    void this.#runtime.bus.whenReady().then(() => (this.#isReady = true));
    this.#removers.push(register("early", (n) => this.events.push(n)));
  }

  #register(event: "ready" | "connect", depth = 0) {
    const run = { event, count: 0 };
    if (event === "ready" && !this.#isReady) this.inTime++;
    this.runs.push(run);
    const remove = register(event, () => {
      run.count++;
      this.begun.push(event);
      if (depth < 2 && this.#random() < 0.3) this.#register(this.#either(), depth + 1);
    });
    this.#removers.push(remove);
  }

  #either = () => (this.#random() < 0.5 ? "ready" : "connect");

  async run(): Promise<void> {
    const dom = Promise.withResolvers<void>();
    const hydrated = dom.promise.then(() => hydration.promise).then(() => this.#runtime.bus.ready());
    const hydration = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    const link = opened.promise
      .then(() => this.#wire?.opened())
      .then(() => welcomed.promise)
      .then(() => this.#wire?.received(welcome));
    const welcomed = Promise.withResolvers<void>();
    let emitted = 0;
    const steps: (() => void)[] = [
      dom.resolve,
      hydration.resolve,
      opened.resolve,
      welcomed.resolve,
      ...EARLY.map(() => () => this.#runtime.emit("early", emitted++)),
      ...Array.from({ length: 4 }, () => () => this.#register(this.#either())),
    ];
    this.#runtime.link.connect();
    for (const step of this.#shuffled(steps)) {
      step();
      for (let turns = Math.floor(this.#random() * 4); turns > 0; turns--) await Promise.resolve();
    }
    await Promise.all([hydrated, link]);
    // Late handlers may register others, two deep: each in a turn or two.
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
  }

  #shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => [this.#random(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  }

  async end(): Promise<void> {
    this.#runtime.close();
    await Promise.resolve();
    for (const remove of this.#removers) remove();
  }
}

suite("a page that comes to life", () => {
  test(`C3.2 C4.3 runs ready and connect once each, ready first, and loses no early event, in ${RUNS} orders`, async () => {
    for (let run = 0; run < RUNS; run++) {
      const start = seed + run;
      const schedule = new Schedule(start);
      await schedule.run();
      const about = `seed ${start}`;
      for (const { event, count } of schedule.runs) assert.equal(count, 1, `${event}, ${about}`);
      assert.ok(
        schedule.begun.slice(0, schedule.inTime).every((event) => event === "ready"),
        about,
      );
      assert.equal(schedule.events.join(), EARLY.join(), about);
      const frames = schedule.sent as { type: string; data?: number }[];
      assert.equal(
        frames.map(({ type, data = "" }) => `${type}${data}`).join(),
        ["hello", ...EARLY.map((n) => `event${n}`)].join(),
        about,
      );
      await schedule.end();
    }
  });

  test("C4.3 runs a late ready before a late connect, where both come in the same task", async () => {
    const schedule = new Schedule(seed);
    await schedule.run();
    const seen: string[] = [];
    const removers = [
      register("connect", () => seen.push("connect")),
      register("ready", () => seen.push("ready")),
    ];
    for (let turns = 0; turns < 5; turns++) await Promise.resolve();
    assert.deepEqual(seen, ["ready", "connect"]);
    for (const remove of removers) remove();
    await schedule.end();
  });
});
