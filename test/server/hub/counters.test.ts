import assert from "node:assert/strict";
import { number, object } from "superstruct";
import { newCounters } from "../../../server/hub/counters.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { closeCodes } from "../../../src/wire/close-codes.ts";
import { HubBench } from "../../support/hub.ts";
import { suite, test } from "../../support/suite.ts";

let stores = 0;
const counter = () =>
  definitionOf(
    shared(`counters${stores++}`, {
      state: object({ count: number() }),
      initial: () => ({ count: 0 }),
    }),
  );
const increment: ["increment", string[], number][] = [["increment", ["count"], 1]];

suite("the counters", () => {
  test("say what happened, and nothing else", async () => {
    const bench = new HubBench();
    const { counters } = bench.hub;
    assert.deepEqual(counters, newCounters());
    const definition = counter();
    const { name: store } = definition;
    const { epoch } = await bench.authority(definition);
    const page = bench.page();
    await page.hello("ann", { store, life: 1 });
    assert.deepEqual(counters, { ...newCounters(), connections: 1, snapshots: 1 });

    await page.sync(1, 1, 0, increment, increment);
    await page.sync(1, 1, 0, increment, increment);
    assert.equal(counters.duplicates, 2);
    await page.sync(1, 4, 2, increment);
    assert.deepEqual(counters.errors, { E_SEQ: 1 });

    await page.send({ type: "subscribe", store, life: 1, epoch, version: 1 });
    assert.deepEqual([counters.gaps, counters.resumes], [1, 1]);
    await page.send({ type: "subscribe", store, life: 1, epoch: "earlier", version: 1 });
    assert.deepEqual([counters.gaps, counters.epochs, counters.snapshots], [2, 1, 2]);

    page.post("{");
    page.post("{");
    assert.deepEqual(counters.errors, { E_SEQ: 1, E_BAD_MESSAGE: 2 });
    page.connection.closed(1006);
    page.connection.closed(1006);
    const again = bench.page();
    await again.hello("ann", { store, life: 1, epoch, version: 2 });
    assert.deepEqual(counters, {
      ...newCounters(),
      connections: 2,
      resumes: 2,
      snapshots: 2,
      gaps: 2,
      epochs: 1,
      duplicates: 2,
      errors: { E_SEQ: 1, E_BAD_MESSAGE: 2 },
      closes: { lost: 1 },
    });
    again.connection.closed(closeCodes.bye);
    bench.page().connection.close(closeCodes.restart);
    assert.deepEqual(counters.closes, { lost: 1, bye: 1, restart: 1 });
  });
});
