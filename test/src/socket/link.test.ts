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
import { SimClock } from "../../support/clock.ts";
import { assert, suite, test } from "../../support/suite.ts";

const backoffMs = [1000, 2000, 5000];

/** A link, its page and its network, all in the hands of the test. */
class Bench implements LinkHost {
  dice = 0.5;
  readonly clock = new SimClock(() => this.dice);
  readonly states: [LinkState, code?: number][] = [];
  readonly frames: DownFrame[] = [];
  renewals = 0;
  renewal: () => Promise<void> = () => Promise.resolve();
  /** The attempts to connect, each with what was sent on it and how it was closed. */
  readonly wires: { events: TransportEvents; sent: string[]; closedWith?: number }[] = [];
  readonly link: Link;

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
      { url: "ws://sim", transport, clock, backoffMs, deadAfterMs: 45_000, ...options },
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

  welcome(): void {
    this.wire.events.opened();
    this.receive({ type: "welcome", protocol: 1, client: "c", self: { id: "c" }, heartbeatMs: 25_000 });
  }

  /** Connected, and live. */
  static live(): Bench {
    const bench = new Bench();
    bench.link.connect();
    bench.welcome();
    return bench;
  }
}

const error = (about: object): DownFrame => ({ type: "error", code: "E_RESTART", message: "", ...about });

suite("a link", () => {
  test("connects, says hello, and is live with the welcome", () => {
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
    events.received('{"type":"SYNC","store":1,"v":1,"ops":[]}');
    events.closed(1006);
    assert.equal(bench.frames.length, 1);
    assert.equal(bench.link.tries, 1);
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

  test("tries again within random(0, step), the steps one after another and then at the last", () => {
    const bench = Bench.live();
    for (const step of [1000, 2000, 5000, 5000, 5000]) {
      bench.wire.events.closed(1006);
      const { length } = bench.wires;
      bench.clock.pass(step / 2 - 1);
      assert.equal(bench.wires.length, length);
      bench.clock.pass(1);
      assert.equal(bench.wires.length, length + 1);
    }
    assert.equal(bench.link.tries, 5);
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

  test("counts as lost after 45 s of silence", () => {
    const bench = Bench.live();
    bench.clock.pass(40_000);
    bench.receive({ type: "ping" });
    bench.clock.pass(44_999);
    assert.equal(bench.link.state, "live");
    bench.clock.pass(1);
    assert.equal(bench.link.state, "offline");
    assert.equal(bench.wire.closedWith, closeCodes.heartbeat);
  });

  test("gives up a connection that never opens", () => {
    const bench = new Bench();
    bench.link.connect();
    bench.clock.pass(45_000);
    assert.equal(bench.link.state, "offline");
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
    await Promise.resolve();
    await Promise.resolve();
    assert.equal(bench.link.state, "connecting");
    bench.wire.events.opened();
    bench.wire.events.closed(closeCodes.session);
    assert.equal(bench.link.state, "stopped");
    assert.equal(bench.renewals, 1);
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
    bench.link.close(closeCodes.parked);
    bench.clock.pass(600_000);
    assert.equal(bench.link.state, "stopped");
    assert.equal(bench.wire.closedWith, closeCodes.parked);
    bench.link.connect();
    assert.equal(bench.link.state, "connecting");
  });

  test("does not come back by the timer of an earlier loss", () => {
    const bench = Bench.live();
    bench.wire.events.closed(1006);
    bench.link.close(closeCodes.bye);
    bench.clock.pass(600_000);
    assert.equal(bench.wires.length, 1);
  });
});
