/** Tabs on a real hub; those that were made of the same HTML come with the same client id and token. */
import assert from "node:assert/strict";
import { array, number, object, string } from "superstruct";
import { client } from "../../../src/calls/client.ts";
import { Runtime } from "../../../src/runtime.ts";
import type { StoreCore } from "../../../src/state/core.ts";
import { increment } from "../../../src/state/helpers.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { SimNetwork } from "../../model/network.ts";
import { HubBench } from "../../support/hub.ts";
import { suite, test } from "../../support/suite.ts";

interface State {
  count: number;
  names: string[];
}
const board = definitionOf(
  shared("copies", {
    state: object({ count: number(), names: array(string()) }),
    initial: (): State => ({ count: 0, names: [] }),
  }),
);

class Tab {
  readonly network = new SimNetwork();
  readonly runtime: Runtime;
  readonly store: StoreCore;
  readonly state: State;

  constructor(bench: HubBench) {
    this.runtime = new Runtime({
      origin: "http://sim",
      transport: this.network.transport,
      clock: bench.clock,
      payload: { client: "ann", self: { id: "ann" } },
    });
    this.store = this.runtime.resolve(board, undefined);
    this.state = this.store.root as State;
  }

  get id(): string {
    return this.runtime.client.id;
  }
}

class Desk {
  readonly #bench: HubBench;
  readonly tabs: Tab[] = [];

  constructor() {
    let count = 0;
    this.#bench = new HubBench({
      identify: ({ client = `new ${++count}` }) => ({ client: { id: client }, token: client }),
    });
  }

  get connections(): number {
    return this.#bench.hub.counters.connections;
  }

  tab(): Tab {
    const tab = new Tab(this.#bench);
    this.tabs.push(tab);
    return tab;
  }

  pass(ms: number): void {
    this.#bench.clock.pass(ms);
  }

  /** All that was sent arrives, and is answered. */
  async settle(): Promise<void> {
    for (let isMoving = true; isMoving; ) {
      await this.#bench.settle();
      const moves = this.tabs.map((tab) => this.#move(tab));
      isMoving = moves.some(Boolean);
    }
  }

  /** Time in which all that is sent arrives. */
  async live(minutes: number): Promise<void> {
    for (let count = 0; count < minutes * 6; count++) {
      await this.settle();
      this.pass(10_000);
    }
    await this.settle();
  }

  /** What the tab has sent arrives, and no answer does. */
  async settleUp({ network: { link } }: Tab): Promise<void> {
    await this.#bench.settle();
    while (link?.up.length) link.deliverUp(false);
    await this.#bench.settle();
  }

  #move({ network: { link } }: Tab): boolean {
    if (!link?.isOpen) return false;
    if (!link.isConnected) link.open(this.#bench.hub);
    else if (link.up.length) link.deliverUp(false);
    else if (link.down.length) link.deliverDown();
    else return false;
    return true;
  }

  async truth(): Promise<unknown> {
    return (await this.#bench.authority(board)).tree.root;
  }
}

suite("a duplicated tab", () => {
  test("T64 and its original both stay connected, and all that both write is there once", async () => {
    const desk = new Desk();
    const tabs = [desk.tab(), desk.tab(), desk.tab()];
    // Also what is written before anybody is connected.
    for (const [index, { store, state }] of tabs.entries())
      store.transaction(() => increment(state, "count", 10 ** index));
    await desk.settle();
    for (let round = 0; round < 20; round++) {
      for (const [index, { state }] of tabs.entries()) {
        increment(state, "count", 10 ** index);
        state.names.push(`${index} ${round}`);
      }
      if (round % 3 === 0) await desk.settle();
      if (round % 10 === 0) tabs[round % 3]?.network.link?.cutForBrowser();
      if (round % 10 === 5) tabs[round % 3]?.network.link?.cut();
      desk.pass(2000);
    }
    await desk.live(5);
    const truth = (await desk.truth()) as State;
    assert.equal(truth.count, 21 * 111);
    assert.equal(new Set(truth.names).size, 60);
    assert.equal(truth.names.length, 60);
    for (const { runtime, store } of tabs) {
      assert.equal(runtime.status, "live");
      assert.deepEqual(store.snapshot(), truth);
    }
    assert.equal(new Set(tabs.map(({ id }) => id)).size, 3);
  });

  test("that took the name of a tab that was away for too long leaves nothing of its writes doubled", async () => {
    const desk = new Desk();
    const frozen = desk.tab();
    await desk.settle();
    increment(frozen.state, "count");
    await desk.settleUp(frozen);
    frozen.network.link?.cut();
    const losses: string[] = [];
    frozen.runtime.lost = (_, __, reason) => void losses.push(reason);
    frozen.runtime.link.close(1000);
    desk.pass(200_000);
    const copy = desk.tab();
    await desk.settle();
    assert.equal(copy.id, "ann");
    increment(frozen.state, "count", 10);
    frozen.runtime.link.connect();
    await desk.settle();
    assert.equal(frozen.id, "new 1");
    assert.deepEqual(losses, ["E_CLIENT_EXPIRED"]);
    assert.equal(((await desk.truth()) as State).count, 11);
    assert.equal(frozen.state.count, 11);
  });
});

test("T64 a tab that is offline for hours keeps 256 writes, and says when the next one would be too many", async () => {
  const { runtime, store, state } = new Desk().tab();
  const full: unknown[] = [];
  const remove = client.on("overflow", ({ store }) => full.push(store));
  runtime.bus.ready();
  const write = () => store.transaction(() => increment(state, "count"));
  for (let count = 0; count < 256; count++) write();
  assert.throws(write, { code: "E_PENDING_FULL" });
  await new Promise((turn) => setImmediate(turn));
  remove();
  assert.deepEqual(full, ["copies"]);
  assert.equal(runtime.pending, 256);
  assert.equal(state.count, 256);
});
