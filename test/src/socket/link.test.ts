import {
  createLink,
  type Link,
  type LinkHost,
  type LinkOptions,
  type LinkState,
} from "../../../src/socket/link.ts";
import type { TransportEvents } from "../../../src/socket/transports/websocket.ts";
import { closeCodes } from "../../../src/wire/close-codes.ts";
import type { DownFrame } from "../../../src/wire/frames.ts";
import { TestClock } from "../../../testing/clock.ts";
import { assert, suite, test } from "../../support/suite.ts";

const backoffMs = [1000, 2000, 5000];

/** A link, its page and its network, all in the hands of the test. */
class Bench implements LinkHost {
  dice = 0.5;
  isAway = false;
  readonly clock = new TestClock(() => this.dice);
  readonly states: [LinkState, code?: number][] = [];
  readonly frames: DownFrame[] = [];
  renewals = 0;
  renewal: () => Promise<void> = () => Promise.resolve();
  /** The attempts to connect, each with what was sent on it and how it was closed. */
  readonly wires: { events: TransportEvents; sent: string[]; closedWith?: number }[] = [];
  readonly link: Link;
  lastLetter: number | undefined;

  constructor(options: Partial<LinkOptions> = {}) {
    const transport: LinkOptions["transport"] = (_, events) => {
      const wire: Bench["wires"][number] = { events, sent: [] };
      this.wires.push(wire);
      return {
        send: (text) => wire.sent.push(text),
        close: (code) => {
          wire.closedWith = code;
        },
      };
    };
    const { clock } = this;
    this.link = createLink(
      { url: "ws://sim", transport, clock, backoffMs, isAway: () => this.isAway, ...options },
      this,
    );
  }

  hello() {
    return { stores: [] };
  }

  welcomed(frame: DownFrame): void {
    this.frames.push(frame);
  }

  received(frame: DownFrame): void {
    this.frames.push(frame);
  }

  changed(state: LinkState, code?: number): void {
    this.states.push(code === undefined ? [state] : [state, code]);
  }

  async renew(): Promise<void> {
    this.renewals++;
    await this.renewal();
  }

  get wire() {
    const wire = this.wires.at(-1);
    if (!wire) throw new Error("it never connected");
    return wire;
  }

  receive(frame: DownFrame): void {
    this.wire.events.received(JSON.stringify(frame));
  }

  /** The frames that were sent on the last connection. */
  get sent(): { type: string }[] {
    return this.wire.sent.map((text) => JSON.parse(text));
  }

  welcome(heartbeatMs = 25_000): void {
    this.wire.events.opened();
    this.receive({ type: "welcome", protocol: 1, client: "c", self: { id: "c" }, heard: 0, heartbeatMs });
  }

  /** Connected, and live. */
  static live({ heartbeatMs, ...options }: Partial<LinkOptions> & { heartbeatMs?: number } = {}): Bench {
    const bench = new Bench(options);
    bench.link.connect();
    bench.welcome(heartbeatMs);
    return bench;
  }
}

const error = (about: object): DownFrame => ({ type: "error", code: "E_RESTART", message: "", ...about });

suite("a link", () => {
  test("D7.3.4 connects, says hello, and is live with the welcome", () => {
    const bench = new Bench();
    assert.equal(bench.link.state, "idle");
    bench.link.connect();
    bench.wire.events.opened();
    assert.deepEqual(bench.wire.sent, ['{"type":"hello","protocol":1,"stores":[]}']);
    bench.welcome();
    assert.deepEqual(bench.states, [["connecting"], ["live"]]);
  });

  test("connects once, however often it is asked", () => {
    const bench = Bench.live();
    bench.link.connect();
    assert.equal(bench.wires.length, 1);
  });

  test("that nothing needs is not lost when its page is left", () => {
    const bench = new Bench();
    bench.link.close(closeCodes.bye);
    assert.equal(bench.link.offlineSince, undefined);
    assert.deepEqual(bench.states, []);
  });

  test("hands on nothing that comes before the welcome", () => {
    const bench = new Bench();
    bench.link.connect();
    bench.wire.events.opened();
    bench.receive({ type: "SYNC", store: 1, v: 1, ops: [] });
    assert.deepEqual(bench.frames, []);
  });

  test("hands on nothing of an earlier connection", () => {
    const bench = Bench.live();
    const { events } = bench.wire;
    bench.link.drop(closeCodes.heartbeat);
    const { length } = bench.states;
    events.received('{"type":"SYNC","store":1,"v":1,"ops":[]}');
    events.closed(1006);
    assert.equal(bench.frames.length, 1);
    assert.equal(bench.states.length, length);
  });

  test("answers pings", () => {
    const bench = Bench.live();
    bench.receive({ type: "ping" });
    assert.equal(bench.wire.sent.at(-1), '{"type":"pong"}');
  });
});

suite("a link that is lost", () => {
  test("says since when, until it is live again", () => {
    const bench = Bench.live();
    bench.clock.pass(7);
    const since = bench.clock.now();
    bench.wire.events.closed(1006);
    assert.equal(bench.link.offlineSince, since);
    bench.clock.pass(60_000);
    assert.equal(bench.link.offlineSince, since);
    bench.welcome();
    assert.equal(bench.link.offlineSince, undefined);
    assert.deepEqual(bench.states.slice(2, 4), [["offline", 1006], ["connecting"]]);
  });

  test("T51 E8.2.3 tries again within random(0, step), the steps one after another and then at the last", () => {
    const bench = Bench.live();
    for (const step of [1000, 2000, 5000, 5000, 5000]) {
      bench.wire.events.closed(1006);
      const { length } = bench.wires;
      bench.clock.pass(step / 2 - 1);
      assert.equal(bench.wires.length, length);
      bench.clock.pass(1);
      assert.equal(bench.wires.length, length + 1);
    }
    assert.equal(bench.link.tries, 4);
    bench.welcome();
    assert.equal(bench.link.tries, 0);
  });

  test("comes back when the server said", () => {
    const bench = Bench.live();
    bench.receive(error({ retryAfterMs: 4321 }));
    bench.wire.events.closed(closeCodes.drain);
    bench.clock.pass(4320);
    assert.equal(bench.wires.length, 1);
    bench.clock.pass(1);
    assert.equal(bench.wires.length, 2);
    bench.wire.events.closed(1006);
    bench.clock.pass(1000);
    assert.equal(bench.wires.length, 3);
  });

  test("tries at once when it is asked to, and not once more", () => {
    const bench = Bench.live();
    bench.wire.events.closed(1006);
    bench.link.connect();
    assert.equal(bench.wires.length, 2);
    bench.welcome();
    bench.clock.pass(5000);
    assert.equal(bench.wires.length, 2);
  });

  test("D12.2 tries first within a second, is never more than 30 s from the next try, and never gives up", () => {
    for (const dice of [0, 0.999]) {
      const bench = Bench.live({ backoffMs: [1000, 2000, 5000, 10_000, 30_000] });
      bench.dice = dice;
      bench.wire.events.closed(1006);
      bench.clock.pass(1000);
      for (let count = 2; count < 300; count++) {
        assert.equal(bench.wires.length, count);
        bench.wire.events.closed(1006);
        bench.clock.pass(30_000);
      }
      assert.equal(bench.link.state, "connecting");
    }
  });

  test("comes back after the codes that say so, and stops after the others", () => {
    const fates = new Map<LinkState, number[]>();
    for (const code of [...Object.values(closeCodes), 1005, 1006, 1008, 1011, 1012, 4499, 4500, 4999]) {
      const bench = Bench.live();
      bench.renewal = () => Promise.reject(new Error("none"));
      bench.wire.events.closed(code);
      fates.set(bench.link.state, [...(fates.get(bench.link.state) ?? []), code]);
    }
    const { revoked, protocol, tooMany, badMessages } = closeCodes;
    assert.deepEqual(fates.get("stopped"), [revoked, protocol, tooMany, badMessages, 4500, 4999]);
    assert.deepEqual([...fates.keys()], ["offline", "stopped"]);
  });
});

suite("a link that is silent", () => {
  test("T52 is asked after 35 s, and is lost after 45", () => {
    const bench = Bench.live();
    bench.clock.pass(30_000);
    bench.receive({ type: "ping" });
    bench.clock.pass(34_999);
    assert.equal(bench.sent.at(-1)?.type, "pong");
    bench.clock.pass(1);
    assert.equal(bench.sent.at(-1)?.type, "probe");
    bench.clock.pass(9999);
    assert.equal(bench.link.state, "live");
    bench.clock.pass(1);
    assert.equal(bench.link.state, "offline");
    assert.equal(bench.wire.closedWith, closeCodes.heartbeat);
  });

  test("stands when it answers", () => {
    const bench = Bench.live();
    bench.clock.pass(44_000);
    bench.receive({ type: "ping" });
    bench.clock.pass(34_999);
    assert.equal(bench.link.state, "live");
    assert.equal(bench.sent.filter(({ type }) => type === "probe").length, 1);
  });

  for (const heartbeatMs of [1000, 25_000, 120_000])
    test(`waits 1.8 heartbeats of ${heartbeatMs} ms, as the welcome says`, () => {
      const bench = Bench.live({ heartbeatMs });
      for (let count = 0; count < 5; count++) {
        bench.clock.pass(heartbeatMs);
        bench.receive({ type: "ping" });
      }
      assert.equal(bench.sent.filter(({ type }) => type === "probe").length, 0);
      bench.clock.pass(heartbeatMs * 1.8 - 1);
      assert.equal(bench.link.state, "live");
      bench.clock.pass(1);
      assert.equal(bench.link.state, "offline");
    });

  test("is given up where it never opens", () => {
    const bench = new Bench();
    bench.link.connect();
    bench.clock.pass(45_000);
    assert.equal(bench.link.state, "offline");
    assert.deepEqual(bench.sent, []);
  });

  test("is asked at once when somebody wants to know, and only once until it answers", () => {
    const bench = Bench.live();
    bench.clock.pass(10);
    for (let count = 0; count < 5; count++) {
      bench.link.check();
      bench.clock.pass(1999);
    }
    assert.deepEqual(
      bench.sent.map(({ type }) => type),
      ["hello", "probe"],
    );
    assert.equal(bench.link.state, "live");
    bench.clock.pass(5);
    assert.equal(bench.link.state, "offline");
  });
});

suite("a clock", () => {
  const DAY_MS = 86_400_000;

  for (const byMs of [DAY_MS, -DAY_MS])
    test(`T59 that is set by ${byMs} ms neither ends a good link nor keeps a dead one`, () => {
      const bench = Bench.live();
      bench.clock.pass(20_000);
      bench.clock.set(byMs);
      bench.clock.pass(5000);
      assert.deepEqual(bench.sent.length, 1);
      bench.receive({ type: "ping" });
      bench.clock.set(byMs);
      bench.clock.pass(44_999);
      assert.equal(bench.link.state, "live");
      bench.clock.pass(1);
      assert.equal(bench.link.state, "offline");
    });

  test("that went on while the device slept ends no link that answers", () => {
    const bench = Bench.live();
    bench.clock.sleep(8 * 3_600_000);
    assert.equal(bench.link.state, "live");
    assert.equal(bench.sent.at(-1)?.type, "probe");
    bench.receive({ type: "ping" });
    bench.clock.pass(10_000);
    assert.equal(bench.link.state, "live");
  });

  test("that went on while the device slept shows a dead link within 10 s", () => {
    const bench = Bench.live();
    bench.clock.sleep(8 * 3_600_000);
    bench.clock.pass(10_000);
    assert.equal(bench.link.state, "offline");
  });
});

suite("a link that is lost while nobody looks, or there is no network", () => {
  test("does not try, and sets no more timers", () => {
    const bench = Bench.live();
    bench.isAway = true;
    bench.wire.events.closed(1006);
    bench.clock.pass(3_600_000);
    assert.equal(bench.wires.length, 1);
    assert.equal(bench.clock.timers, 0);
  });

  test("does not try when that began after the loss", () => {
    const bench = Bench.live();
    bench.wire.events.closed(1006);
    bench.isAway = true;
    bench.clock.pass(3_600_000);
    assert.equal(bench.wires.length, 1);
  });

  test("tries at once when that ends, and then as ever", () => {
    const bench = Bench.live();
    bench.isAway = true;
    bench.wire.events.closed(1006);
    bench.clock.pass(3_600_000);
    bench.isAway = false;
    bench.link.check();
    assert.equal(bench.wires.length, 2);
    bench.wire.events.closed(1006);
    bench.clock.pass(2000);
    assert.equal(bench.wires.length, 3);
  });
});

suite("a link that is refused", () => {
  test("stops after a terminal code", () => {
    const bench = Bench.live();
    bench.wire.events.closed(closeCodes.revoked);
    bench.clock.pass(600_000);
    assert.equal(bench.link.state, "stopped");
    assert.equal(bench.wires.length, 1);
    assert.deepEqual(bench.states.at(-1), ["stopped", closeCodes.revoked]);
  });

  test("fetches new credentials once, then stops", async () => {
    const bench = Bench.live();
    bench.wire.events.closed(closeCodes.session);
    assert.equal(bench.link.state, "offline");
    for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    assert.equal(bench.link.state, "connecting");
    bench.wire.events.opened();
    bench.wire.events.closed(closeCodes.session);
    assert.equal(bench.link.state, "stopped");
    assert.equal(bench.renewals, 1);
  });

  test("goes on with new credentials, and may fetch others another day", async () => {
    const bench = Bench.live();
    for (let count = 1; count < 4; count++) {
      bench.wire.events.closed(closeCodes.session);
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
      bench.welcome();
      assert.equal(bench.link.state, "live");
      assert.equal(bench.renewals, count);
    }
  });

  test("tries again after the backoff where there are no credentials to be had", async () => {
    const bench = Bench.live();
    bench.renewal = () => Promise.reject(new Error("offline"));
    bench.wire.events.closed(closeCodes.session);
    for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    bench.clock.pass(1000);
    assert.equal(bench.link.state, "connecting");
    bench.wire.events.closed(closeCodes.session);
    assert.equal(bench.renewals, 2);
  });
});

suite("a link that is left", () => {
  test("stays away until it is asked for", () => {
    const bench = Bench.live();
    bench.link.close(closeCodes.bye);
    bench.clock.pass(600_000);
    bench.link.check();
    assert.equal(bench.link.state, "stopped");
    assert.equal(bench.wire.closedWith, closeCodes.bye);
    bench.link.connect();
    assert.equal(bench.link.state, "connecting");
  });

  test("was left at the time that it says", () => {
    const bench = Bench.live();
    const leftAt = bench.clock.now();
    bench.link.drop(closeCodes.parked);
    bench.clock.pass(500);
    assert.equal(bench.link.offlineSince, leftAt);
  });

  test("stays idle when nothing needed it yet", () => {
    const bench = new Bench();
    bench.link.check();
    bench.link.drop(closeCodes.parked);
    bench.clock.pass(60_000);
    assert.equal(bench.link.state, "idle");
    assert.equal(bench.wires.length, 0);
  });

  test("does not come back by the timer of an earlier loss", () => {
    const bench = Bench.live();
    bench.wire.events.closed(1006);
    bench.link.close(closeCodes.bye);
    bench.clock.pass(600_000);
    assert.equal(bench.wires.length, 1);
  });
});
