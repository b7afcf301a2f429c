import { html, LitElement } from "lit";
import { integer } from "superstruct";
import { SocketController } from "../../elements/controllers.ts";
import { VioletStatus } from "../../elements/status-tag.ts";
import { Runtime } from "../../src/runtime.ts";
import type { TransportEvents } from "../../src/socket/transports/websocket.ts";
import { increment } from "../../src/state/helpers.ts";
import { setResolver } from "../../src/state/resolver.ts";
import { shared } from "../../src/state/shared.ts";
import { PROTOCOL } from "../../src/wire/protocol.ts";
import { clearAfterEach, mount, settle, textOf } from "../support/mount.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";

const visits = shared("visits", { state: integer(), initial: () => 0 });

/** A page's runtime whose server is this test. */
class Server {
  /** The attempt to connect that is under way, or stands. */
  client: TransportEvents | undefined;
  readonly sent: { type: string; n?: number }[] = [];
  readonly #timers = new Set<() => void>();
  now = Date.UTC(2026, 0, 1, 12, 0, 0);

  readonly runtime = new Runtime({
    origin: "http://localhost",
    payload: { reconnect: { tellAfter: 2, backoffMs: [1000] } },
    transport: (_, events) => {
      this.client = events;
      return { send: (text) => this.sent.push(JSON.parse(text)), close: () => {} };
    },
    clock: {
      now: () => this.now,
      elapsed: () => this.now,
      random: () => 0,
      setTimeout: (fn) => {
        this.#timers.add(fn);
        return fn;
      },
      clearTimeout: (timer) => this.#timers.delete(timer as () => void),
    },
  });

  #tell(frame: object) {
    this.client?.received(JSON.stringify(frame));
  }

  welcome(version = 0) {
    this.client?.opened();
    this.#tell({
      type: "welcome",
      protocol: PROTOCOL,
      client: "me",
      self: { id: "me" },
      heartbeatMs: 25_000,
    });
    this.#tell({
      type: "state",
      store: "visits",
      id: 1,
      epoch: "e",
      version,
      last: version,
      value: { value: version },
    });
  }

  answer(frame: object) {
    this.#tell({ store: 1, ...frame });
  }

  close(code = 1006) {
    this.client?.closed(code);
  }

  /** The next timer is due. */
  wait() {
    const due = [...this.#timers];
    this.#timers.clear();
    for (const run of due) run();
  }
}

let server: Server;

async function status(): Promise<VioletStatus> {
  class Own extends VioletStatus {
    constructor() {
      super();
      this.runtime = server.runtime;
    }
  }
  const element = await mount(Own);
  await settle();
  return element;
}

const regionOf = (element: VioletStatus, role: string) =>
  [...element.renderRoot.querySelectorAll(`[role=${role}]`)].map(({ textContent }) => textContent).join("");

suite("<violet-status>", () => {
  clearAfterEach();
  beforeEach(() => {
    server = new Server();
    setResolver(server.runtime.resolve);
  });

  test("says nothing in a page that needs no link", async () => {
    const element = await status();
    assert.equal(textOf(element), "");
    assert.ok(element.renderRoot.querySelector<HTMLElement>("[part=status]")?.hidden);
  });

  test("says connecting, live, saving, offline since when, connecting, saving and live, in a status region", async () => {
    assert.equal(visits.value, 0);
    const element = await status();
    const said: string[] = [];
    const note = async () => {
      await settle();
      const text = regionOf(element, "status");
      if (said.at(-1) !== text) said.push(text);
    };
    await note();
    server.welcome();
    await note();
    increment(visits, "value");
    await note();
    server.answer({ type: "ack", n: 1, v: 1 });
    await note();
    server.close();
    await note();
    increment(visits, "value");
    await note();
    server.wait();
    await note();
    server.welcome(1);
    await note();
    server.answer({ type: "ack", n: 2, v: 2 });
    await note();
    const since = `offline since ${new Date(server.now).toLocaleTimeString()}`;
    assert.deepEqual(said, ["connecting", "live", "saving", "live", since, "connecting", "saving", "live"]);
  });

  test("E8.2.2 keeps the time when the link was lost through all tries, and tells it as an alert after tellAfter of them", async () => {
    assert.equal(visits.value, 0);
    const element = await status();
    server.welcome();
    server.close();
    const since = `offline since ${new Date(server.now).toLocaleTimeString()}`;
    await settle();
    assert.equal(regionOf(element, "status"), since);
    assert.equal(regionOf(element, "alert"), "");
    server.now += 60_000;
    server.wait();
    server.close();
    await settle();
    assert.equal(regionOf(element, "status"), since);
    assert.equal(regionOf(element, "alert"), "");
    server.wait();
    server.close();
    await settle();
    assert.equal(regionOf(element, "status"), "");
    assert.equal(regionOf(element, "alert"), since);
  });

  test("says why a write was refused", async () => {
    assert.equal(visits.value, 0);
    const element = await status();
    server.welcome();
    increment(visits, "value");
    await settle();
    server.answer({ type: "error", re: 1, code: "E_FORBIDDEN", message: "Not today." });
    await settle();
    assert.match(regionOf(element, "alert"), /^not saved: /);
  });

  test("follows the link no longer when it leaves the page", async () => {
    assert.equal(visits.value, 0);
    const element = await status();
    element.remove();
    server.welcome();
    await settle();
    assert.equal(textOf(element), "connecting");
  });
});

suite("SocketController", () => {
  clearAfterEach();

  test("updates any Lit element with the link's state", async () => {
    server = new Server();
    setResolver(server.runtime.resolve);
    class Shows extends LitElement {
      readonly link = new SocketController(this, server.runtime);
      override render() {
        return html`${this.link.status} ${this.link.pending}`;
      }
    }
    const element = await mount(Shows);
    assert.equal(textOf(element), "idle 0");
    increment(visits, "value");
    await settle();
    assert.equal(textOf(element), "connecting 1");
    server.welcome();
    await settle();
    assert.equal(textOf(element), "live 1");
  });
});
