import assert from "node:assert/strict";
import { array, number, object } from "superstruct";
import type { Backend } from "../../../server/backends/backend.ts";
import { memory } from "../../../server/backends/memory.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { HubBench } from "../../support/hub.ts";
import { suite, test } from "../../support/suite.ts";
import { conformance } from "./conformance.ts";

const list = definitionOf(
  shared("memory-list", {
    state: object({ items: array(object({ n: number() })) }),
    initial: () => ({ items: [] }),
  }),
);

suite("memory()", () => {
  test("D14.2 E8.2.7 has the state of every version, and is given the whole of it now and then alone", async () => {
    const kept = memory();
    let looks = 0;
    const backend: Backend = {
      ...kept,
      commit(commit) {
        const value = () => {
          looks++;
          return commit.value();
        };
        return kept.commit({ ...commit, value });
      },
    };
    const bench = new HubBench({ backend, limits: { messageBurst: 250 } });
    const page = await bench.subscriber("ann", list);
    const { tree } = await bench.authority(list);
    for (let n = 1; n <= 250; n++) {
      const changed = n > 1 ? ([["set", ["items", 0, "n"], -n]] as const) : [];
      await page.sync(1, n, n - 1, [["splice", ["items", n - 1], 0, [{ n }]], ...changed]);
      if (n % 40 === 0) {
        const stored = await kept.load(list.name);
        assert.equal(stored?.version, n);
        assert.deepEqual(stored.value, tree.root);
      }
    }
    assert.ok(looks < 10, `${looks} looks`);
  });

  test("keeps a state that was migrated as it is now", async () => {
    const backend = memory();
    const old = { ...list, name: "memory-migrated", version: 1 };
    const before = new HubBench({ backend });
    const first = await before.hub.open(old, undefined);
    first.transaction(() => first.write(["splice", ["items", 0], 0, [{ n: 1 }]]));
    await first.settled();
    const now = { ...old, version: 2, migrate: () => ({ items: [{ n: 10 }, { n: 20 }] }) };
    const second = await new HubBench({ backend }).hub.open(now, undefined);
    second.write(["set", ["items", 1, "n"], 21]);
    await second.settled();
    assert.deepEqual((await backend.load(now.name))?.value, { items: [{ n: 10 }, { n: 21 }] });
  });
});

conformance("memory()", async (now) => {
  const backend = memory({ now });
  return { open: async () => backend };
});
