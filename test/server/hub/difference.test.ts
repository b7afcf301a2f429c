import assert from "node:assert/strict";
import { difference } from "../../../server/hub/difference.ts";
import type { JsonObject } from "../../../src/state/json.ts";
import { Tree } from "../../../src/state/tree.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { suite, test } from "../../support/suite.ts";

suite("the difference of two views", () => {
  test("is nothing where they say the same", () => {
    assert.deepEqual(difference({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), []);
  });

  test("names what changed, as deep as it can", () => {
    assert.deepEqual(difference({ a: { b: 1, c: 2 }, gone: 1 }, { a: { b: 1, c: 3 }, added: 1 }), [
      ["delete", ["gone"]],
      ["set", ["a", "c"], 3],
      ["set", ["added"], 1],
    ]);
  });

  test("of lists is what stands between their equal ends", () => {
    assert.deepEqual(difference({ l: [1, 2, 3, 4] }, { l: [1, 2, 5, 3, 4] }), [["splice", ["l", 2], 0, [5]]]);
    assert.deepEqual(difference({ l: [1, 2, 3, 4] }, { l: [1, 4] }), [["splice", ["l", 1], 2]]);
    assert.deepEqual(difference({ l: [{ id: 1, n: 1 }] }, { l: [{ id: 1, n: 2 }] }), [
      ["set", ["l", 0, "n"], 2],
    ]);
  });

  test("makes the one of the other", () => {
    const random = randomFrom(seed);
    const value = (depth: number): unknown => {
      const kind = random();
      if (depth > 3 || kind < 0.4) return Math.floor(random() * 3);
      const inner = Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
      return kind < 0.7 ? inner : Object.fromEntries(inner.map((each, index) => [`k${index}`, each]));
    };
    for (let count = 0; count < 2000; count++) {
      const [before, after] = [
        { root: value(0) } as JsonObject,
        { root: value(0), more: value(2) } as JsonObject,
      ];
      const tree = new Tree(structuredClone(before));
      for (const op of difference(before, after))
        assert.ok(tree.apply(op), `seed ${seed}: ${JSON.stringify(op)}`);
      assert.deepEqual(tree.root, after, `seed ${seed}`);
    }
  });
});
