/** A page's own runtime at a hub that takes less than the page writes, in simulated time. */
import { array, integer, object, string } from "superstruct";
import type { Peer, Wire } from "../../../server/hub/wire.ts";
import type { VioletError } from "../../../src/errors.ts";
import { Runtime } from "../../../src/runtime.ts";
import type { LinkState } from "../../../src/socket/link.ts";
import type { Transport } from "../../../src/socket/transports/websocket.ts";
import type { Call } from "../../../src/state/core.ts";
import { increment } from "../../../src/state/helpers.ts";
import type { Op } from "../../../src/state/ops.ts";
import type { Replica } from "../../../src/state/replica.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { HubBench } from "../../support/hub.ts";
import { assert, suite, test } from "../../support/suite.ts";

const family = Array.from({ length: 64 }, (_, number) =>
  definitionOf(
    shared(`fast${number}`, {
      state: object({ count: integer(), ids: array(string()) }),
      initial: () => ({ count: 0, ids: [] }),
    }),
  ),
);
type State = { count: number; ids: string[] };

const peer: Peer = { session: { id: "session", user: undefined, data: undefined }, address: "" };

/** A link without a network: what one side writes, the other has in the next turn. */
const into =
  ({ hub }: HubBench): Transport =>
  (_, { opened, received, closed }) => {
    const wire: Wire = {
      framer: (text) => Buffer.from(text),
      backlogBytes: 0,
      sendingBytes: 0,
      write: (frames) => setImmediate(() => frames.forEach((frame) => void received(String(frame)))),
      drained: () => Promise.resolve(),
      pause() {},
      resume() {},
      close: (code) => setImmediate(() => closed(code)),
    };
    const connection = hub.connect(wire, peer);
    setImmediate(opened);
    return {
      send: (text) => setImmediate(() => connection.receive(text)),
      close: (code) => connection.closed(code),
    };
  };

class Page extends Runtime {
  readonly closes: number[] = [];
  readonly reported: string[] = [];
  readonly #bench: HubBench;

  constructor(bench: HubBench) {
    super({ origin: "http://hub", payload: { client: "ann" }, transport: into(bench), clock: bench.clock });
    this.#bench = bench;
  }

  override changed(state: LinkState, code?: number): void {
    if (state === "offline" || state === "stopped") this.closes.push(code ?? 0);
    super.changed(state, code);
  }

  override refused(_: Replica, { code }: VioletError): void {
    this.reported.push(code);
  }

  override lost(_: Replica, __: readonly Op[] | Call, reason: string): void {
    this.reported.push(reason);
  }

  /** Lets time pass until it is so. */
  async until(isSo: () => boolean): Promise<void> {
    for (let turn = 0; !isSo(); turn++) {
      assert.ok(turn < 100_000, "it never comes");
      await this.#bench.settle();
      this.#bench.clock.pass(5);
    }
  }
}

suite("a page that writes faster than it may", () => {
  for (const [count, limits] of [
    [1, {}],
    [64, {}],
    [64, { messagesPerSecond: 100, messageBurst: 64, opsPerSecond: 100, opBurst: 50 }],
  ] as const)
    test(`loses nothing and stays connected: ${count} stores, limits ${JSON.stringify(limits)}`, async () => {
      const bench = new HubBench({ limits });
      const page = new Page(bench);
      const stores = family.slice(0, count).map((definition) => page.resolve(definition, undefined));
      const writes = 20 * (count === 1 ? 20 : 1);
      await page.until(() => stores.every(({ isLoaded }) => isLoaded));
      for (let write = 0; write < writes; write++) {
        for (const { root } of stores) {
          increment(root as State, "count");
          (root as State).ids.push(String(write));
        }
        await bench.settle();
        await page.until(() => stores.every(({ pending }) => pending < 200));
      }
      await page.until(() => page.pending === 0);
      for (const { tree } of stores) {
        assert.equal(tree.root.count, writes);
        assert.deepEqual<unknown>(
          tree.root.ids,
          Array.from({ length: writes }, (_, write) => String(write)),
        );
      }
      for (const definition of family.slice(0, count))
        assert.equal((await bench.authority(definition)).tree.root.count, writes);
      assert.ok((bench.hub.counters.errors.E_RATE ?? 0) > 0, "it was limited");
      assert.deepEqual({ closes: page.closes, reported: page.reported }, { closes: [], reported: [] });
      page.close();
      assert.deepEqual(bench.reports, []);
    });

  test("comes back after it was closed for that, with what it wrote", async () => {
    const bench = new HubBench({
      limits: { messagesPerSecond: 1, messageBurst: 8 },
      identify: ({ client = "" }) => ({ client: { id: client }, token: client }),
    });
    const page = new Page(bench);
    const stores = family.slice(0, 12).map((definition) => page.resolve(definition, undefined));
    await page.until(() => stores.every(({ isLoaded }) => isLoaded));
    for (const { root } of stores) increment(root as State, "count");
    for (let subscription = 0; subscription < 20; subscription++)
      page.link.send({ type: "subscribe", store: "fast0", life: 1 });
    await page.until(() => page.closes.length > 0);
    await page.until(() => page.status === "live" && page.pending === 0);
    assert.deepEqual(page.reported, []);
    assert.equal(page.closes[0], 4006);
    for (const { tree } of stores) assert.equal(tree.root.count, 1);
    page.close();
  });
});
