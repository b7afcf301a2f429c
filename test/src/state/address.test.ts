import { address, idOf, locate } from "../../../src/state/address.ts";
import type { Json } from "../../../src/state/json.ts";
import type { Op } from "../../../src/state/ops.ts";
import { assert, suite, test } from "../../support/suite.ts";

const list = (...ids: string[]): Json => ({ list: ids.map((id) => ({ id })) });

/** What an op on `before` is on `after`. */
const moved = (op: Op, before: Json, after: Json) => locate(address(op, before), after);

suite("the address of a raw write", () => {
  test("is the element's id, else its key", () => {
    assert.equal(idOf({ id: "a", key: "b" }), "a");
    assert.equal(idOf({ key: 7 }), "7");
    for (const nobody of [{}, null, "text", { id: { deep: 1 } }, { id: "x".repeat(129) }])
      assert.equal(idOf(nobody), undefined);
  });

  test("is nobody's where two have it", () => {
    assert.equal(moved(["set", ["list", 0], 1], list("a"), list("a", "b", "a")), undefined);
    assert.deepEqual(moved(["splice", ["list", 0], 2], list("a", "b"), list("a", "b", "a")), [
      ["splice", ["list", 1], 1],
    ]);
  });

  test("follows an element", () => {
    assert.deepEqual(moved(["set", ["list", 1, "text"], "x"], list("a", "b"), list("b", "c", "a")), [
      ["set", ["list", 0, "text"], "x"],
    ]);
  });

  test("does not change what has no list in its path", () => {
    assert.deepEqual(moved(["increment", ["count"], 1], { count: 1 }, { count: 5 }), [
      ["increment", ["count"], 1],
    ]);
  });

  test("is lost with its element", () => {
    assert.equal(moved(["increment", ["list", 0, "n"], 1], list("a"), list("b")), undefined);
    assert.equal(moved(["set", ["list", 0], { id: "new" }], list("a"), list("b")), undefined);
  });

  test("is done where what it deletes is gone", () => {
    assert.deepEqual(moved(["delete", ["list", 0, "text"]], list("a"), list("b")), []);
  });

  test("never hits a neighbour that has no id", () => {
    assert.equal(moved(["set", ["list", 0], 1], { list: [1, 2] }, { list: [1, 2] }), undefined);
    assert.equal(moved(["splice", ["list", 0], 1], { list: [1, 2] }, { list: [1, 2] }), undefined);
  });

  test("of an insertion is behind its neighbour, at the start or at the end", () => {
    const insert = (index: number): Op => ["splice", ["list", index], 0, [{ id: "new" }]];
    const at = (index: number) => {
      const [op] = moved(insert(index), list("a", "b", "c"), list("x", "c", "b", "a", "y")) ?? [];
      return op?.[1].at(-1);
    };
    assert.deepEqual([0, 1, 2, 3].map(at), [0, 4, 3, 5]);
  });

  test("of an insertion whose neighbour is gone is the old index, as far as there is one", () => {
    const insert: Op = ["splice", ["list", 2], 0, [{ id: "new" }]];
    assert.deepEqual(moved(insert, list("a", "b", "c"), list("a")), [
      ["splice", ["list", 1], 0, [{ id: "new" }]],
    ]);
  });

  test("of a removal is that of each element that is still there", () => {
    assert.deepEqual(moved(["splice", ["list", 0], 3], list("a", "b", "c"), list("c", "x", "a")), [
      ["splice", ["list", 2], 1],
      ["splice", ["list", 0], 1],
    ]);
  });

  test("of a replacement counts the insertion after the removals", () => {
    const replace: Op = ["splice", ["list", 1], 1, [{ id: "new" }]];
    assert.deepEqual(moved(replace, list("a", "b"), list("b", "a", "z")), [
      ["splice", ["list", 0], 1],
      ["splice", ["list", 1], 0, [{ id: "new" }]],
    ]);
  });

  test("of a move is both its ends", () => {
    const before = list("a", "b", "c", "d");
    assert.deepEqual(moved(["move", ["list", 0], 2], before, list("d", "c", "b", "a")), [
      ["move", ["list", 3], 2],
    ]);
    assert.deepEqual(moved(["move", ["list", 3], 0], before, list("a", "b", "d")), [
      ["move", ["list", 2], 0],
    ]);
    assert.deepEqual(moved(["move", ["list", 1], 3], before, list("b", "x", "y")), [
      ["move", ["list", 0], 2],
    ]);
  });

  test("of a move is lost where there is no list", () => {
    assert.equal(moved(["move", ["list", 0], 1], list("a", "b"), {}), undefined);
    assert.equal(moved(["move", ["list", 0], 1], list("a", "b"), { list: {} }), undefined);
  });

  test("of a move is lost with its target, and idle where the element is there already", () => {
    assert.equal(moved(["move", ["list", 0], 1], list("a", "b", "c"), list("a", "c")), undefined);
    assert.deepEqual(moved(["move", ["list", 0], 1], list("a", "b", "c"), list("b", "a")), []);
  });

  test("leads through lists in lists", () => {
    const before = {
      list: [
        { id: "a", sub: [{ id: "s" }] },
        { id: "b", sub: [] },
      ],
    };
    const after = {
      list: [
        { id: "b", sub: [] },
        { id: "a", sub: [{ id: "t" }, { id: "s" }] },
      ],
    };
    assert.deepEqual(moved(["set", ["list", 0, "sub", 0, "n"], 1], before, after), [
      ["set", ["list", 1, "sub", 1, "n"], 1],
    ]);
  });
});
