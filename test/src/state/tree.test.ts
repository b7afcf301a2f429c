import type { Json, JsonObject } from "../../../src/state/json.ts";
import type { Op } from "../../../src/state/ops.ts";
import { Tree } from "../../../src/state/tree.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { assert, suite, test } from "../../support/suite.ts";

const chat = () =>
  new Tree({
    list: ["a", "b", "c"],
    rows: [
      { n: 1, tags: ["x"] },
      { n: 2, tags: [] },
    ],
    o: { p: { q: 1 } },
    n: 5,
    unconvertible: { toString: 1, valueOf: 1 },
  });
const apply = (tree: Tree, op: Op): Op => {
  const inverse = tree.apply(op);
  assert(inverse, `applies: ${JSON.stringify(op)}`);
  return inverse;
};

suite("Tree: ops", () => {
  const cases: [Op, (string | number)[], Json | undefined, Op][] = [
    [["set", ["n"], 6], ["n"], 6, ["set", ["n"], 5]],
    [["set", ["fresh"], { a: 1 }], ["fresh"], { a: 1 }, ["delete", ["fresh"]]],
    [["set", ["o", "p", "q"], 2], ["o"], { p: { q: 2 } }, ["set", ["o", "p", "q"], 1]],
    [["set", ["list", 1], "B"], ["list"], ["a", "B", "c"], ["set", ["list", 1], "b"]],
    [["delete", ["o", "p"]], ["o"], {}, ["set", ["o", "p"], { q: 1 }]],
    [["increment", ["n"], 2], ["n"], 7, ["set", ["n"], 5]],
    [["increment", ["rows", 1, "n"], -2], ["rows", 1, "n"], 0, ["set", ["rows", 1, "n"], 2]],
    [["splice", ["list", 3], 0, ["d"]], ["list"], ["a", "b", "c", "d"], ["splice", ["list", 3], 1]],
    [["splice", ["list", 0], 1], ["list"], ["b", "c"], ["splice", ["list", 0], 0, ["a"]]],
    [["splice", ["list", 1], 2, ["x"]], ["list"], ["a", "x"], ["splice", ["list", 1], 1, ["b", "c"]]],
    [["splice", ["list", 0], 0, ["x", "y"]], ["list"], ["x", "y", "a", "b", "c"], ["splice", ["list", 0], 2]],
    [
      ["splice", ["rows", 0, "tags", 1], 0, ["y"]],
      ["rows", 0, "tags"],
      ["x", "y"],
      ["splice", ["rows", 0, "tags", 1], 1],
    ],
    [["move", ["list", 0], 2], ["list"], ["b", "c", "a"], ["move", ["list", 2], 0]],
    [["move", ["list", 2], 1], ["list"], ["a", "c", "b"], ["move", ["list", 1], 2]],
  ];
  for (const [op, path, result, inverse] of cases)
    test(`applies ${JSON.stringify(op)} and gives its inverse, seen or not`, () => {
      for (const isSeen of [false, true]) {
        const tree = chat();
        // The second round is written in place.
        tree.apply(["set", ["list", 0], "a"]);
        tree.apply(["set", ["rows", 0, "tags", 0], "x"]);
        if (isSeen) tree.snapshot();
        const before = structuredClone(tree.root);
        assert.deepEqual(apply(tree, op), inverse);
        assert.deepEqual(tree.get(path), result);
        apply(tree, inverse);
        assert.deepEqual(tree.root, before);
      }
    });

  const misfits: Op[] = [
    ["set", ["none", "x"], 1],
    ["set", ["n", "x"], 1],
    ["set", ["list", "0"], 1],
    ["set", ["list", 3], 1],
    ["set", ["list", -1], 1],
    ["set", ["list", 0.5], 1],
    ["set", ["list", "length"], 0],
    ["set", ["o", 0], 1],
    ["set", [], 1],
    ["set", ["__proto__"], { polluted: true }],
    ["set", ["__proto__", "polluted"], true],
    ["set", ["constructor", "prototype", "polluted"], true],
    ["set", ["o", "toString", "x"], true],
    ["delete", ["none"]],
    ["delete", ["toString"]],
    ["delete", ["list", 0]],
    ["increment", ["none"], 1],
    ["increment", ["list", 0], 1],
    ["increment", ["unconvertible"], 1],
    ["increment", ["n"], Number.MAX_VALUE * 2],
    ["increment", ["n"], "1" as unknown as number],
    ["increment", ["n"], null as unknown as number],
    ["splice", ["list", 4], 0, ["x"]],
    ["splice", ["list", 2], 2],
    ["splice", ["list", 0], -1],
    ["splice", ["list", 0], 0.5],
    ["splice", ["o", 0], 0, ["x"]],
    ["splice", ["o", "p"], 1],
    ["splice", ["n", 0], 0, ["x"]],
    ["move", ["list", 0], 3],
    ["move", ["list", 3], 0],
    ["move", ["list", 0], -1],
    ["move", ["o", "p"], 0],
  ];
  for (const op of misfits)
    test(`T02 refuses ${JSON.stringify(op)} and changes nothing`, () => {
      const tree = chat();
      const seen = tree.snapshot();
      const { changes } = tree;
      assert.equal(tree.apply(op), undefined);
      assert.equal(tree.snapshot(), seen);
      assert.equal(tree.changes, changes);
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    });

  test("inserts and removes more values than a function takes arguments", () => {
    const tree = chat();
    const many = Array.from({ length: 300_000 }, (_, index) => index);
    const inverse = apply(tree, ["splice", ["list", 1], 1, many]);
    assert.equal((tree.get(["list"]) as Json[]).length, 300_002);
    const again = apply(tree, inverse);
    assert.deepEqual(tree.get(["list"]), ["a", "b", "c"]);
    apply(tree, again);
    assert.equal(tree.get(["list", 300_000]), 299_999);
  });

  test("undoes any random run of ops, whenever somebody looks", () => {
    for (let round = 0; round < 500; round++) {
      const random = randomFrom(seed + round);
      const below = (limit: number) => Math.floor(random() * limit);
      const tree = chat();
      const start = structuredClone(tree.root);
      const undo: Op[] = [];
      for (let count = below(20); count--; ) {
        const { length } = tree.get(["rows"]) as Json[];
        const row = below(length + 1);
        const ops: Op[] = [
          ["splice", ["rows", row], below(length - row + 1), [{ n: count, tags: [] }]],
          ["move", ["rows", row], below(length)],
          ["increment", ["rows", row, "n"], 1],
          ["splice", ["rows", row, "tags", 0], 0, ["t"]],
          ["set", ["o", "p"], { q: count }],
          ["delete", ["o", "p"]],
        ];
        const inverse = tree.apply(ops[below(ops.length)] as Op);
        if (inverse) undo.push(inverse);
        if (below(4) === 0) tree.snapshot();
      }
      for (const op of undo.reverse()) apply(tree, op);
      assert.deepEqual(tree.root, start, `seed ${seed} round ${round}`);
    }
  });
});

suite("Tree: reading", () => {
  test("gives what stands at a path, and own properties only", () => {
    const tree = chat();
    assert.equal(tree.get([]), tree.root);
    assert.equal(tree.get(["rows", 0, "tags", 0]), "x");
    for (const path of [
      ["none"],
      ["list", 3],
      ["list", "0"],
      ["list", "length"],
      ["n", "x"],
      ["toString"],
      ["__proto__"],
      ["o", 0],
    ])
      assert.equal(tree.get(path), undefined, JSON.stringify(path));
  });

  test("counts its changes", () => {
    const tree = chat();
    const before = tree.changes;
    tree.apply(["set", ["n"], 1]);
    tree.apply(["set", ["none", "x"], 1]);
    assert.equal(tree.changes, before + 1);
    tree.replace({});
    assert.equal(tree.changes, before + 2);
    assert.deepEqual(tree.root, {});
  });
});

suite("Tree: snapshots", () => {
  test("never change", () => {
    const tree = chat();
    const seen = tree.snapshot();
    const text = JSON.stringify(seen);
    apply(tree, ["set", ["rows", 0, "n"], 9]);
    apply(tree, ["splice", ["list", 0], 1, ["x"]]);
    apply(tree, ["move", ["rows", 0], 1]);
    apply(tree, ["delete", ["o", "p", "q"]]);
    assert.equal(JSON.stringify(seen), text);
  });

  test("have a new identity exactly where something changed", () => {
    const tree = chat();
    const look = () => tree.snapshot() as { rows: JsonObject[]; o: JsonObject };
    const before = look();
    assert.equal(look(), before);
    apply(tree, ["set", ["rows", 0, "n"], 9]);
    const after = look();
    assert.notEqual(after, before);
    assert.notEqual(after.rows, before.rows);
    assert.notEqual(after.rows[0], before.rows[0]);
    assert.equal(after.rows[1], before.rows[1]);
    assert.equal(after.o, before.o);
  });

  test("write in place until somebody looks", () => {
    const tree = chat();
    tree.snapshot();
    apply(tree, ["set", ["rows", 0, "n"], 2]);
    const [root, rows, row] = [tree.root, tree.get(["rows"]), tree.get(["rows", 0])];
    apply(tree, ["set", ["rows", 0, "n"], 3]);
    apply(tree, ["splice", ["rows", 2], 0, [{}]]);
    assert.equal(tree.root, root);
    assert.equal(tree.get(["rows"]), rows);
    assert.equal(tree.get(["rows", 0]), row);
    tree.snapshot();
    apply(tree, ["set", ["rows", 0, "n"], 4]);
    assert.notEqual(tree.get(["rows", 0]), row);
  });

  test("are frozen in development, all the way down", () => {
    const tree = chat();
    apply(tree, ["set", ["o", "p"], { deep: [{}] }]);
    const { o, list } = tree.snapshot() as unknown as { o: { p: { deep: object[] } }; list: string[] };
    assert.throws(() => Object.assign(o.p.deep[0] as object, { x: 1 }), TypeError);
    assert.throws(() => list.push("x"), TypeError);
  });

  test("stay right after more nodes than the tree keeps in mind", () => {
    const tree = new Tree({ rows: Array.from({ length: 12_000 }, () => ({ n: 0 })) });
    for (let row = 0; row < 12_000; row++) apply(tree, ["increment", ["rows", row, "n"], 1]);
    const seen = tree.snapshot() as { rows: { n: number }[] };
    apply(tree, ["increment", ["rows", 11_999, "n"], 1]);
    assert.equal(seen.rows[11_999]?.n, 1);
    assert.equal(tree.get(["rows", 11_999, "n"]), 2);
  });
});

suite("Tree: what ops hold", () => {
  test("is never changed by later writes", () => {
    const tree = chat();
    const item = { n: 1, inner: { m: 1 } };
    const value = { list: [{ n: 1 }] };
    const ops: Op[] = [
      ["splice", ["rows", 0], 0, [item]],
      ["set", ["o"], value],
    ];
    const text = JSON.stringify(ops);
    for (const op of ops) apply(tree, op);
    apply(tree, ["set", ["rows", 0, "inner", "m"], 2]);
    apply(tree, ["increment", ["rows", 0, "n"], 1]);
    apply(tree, ["splice", ["o", "list", 0], 1]);
    assert.equal(JSON.stringify(ops), text);
    assert.deepEqual(tree.get(["rows", 0]), { n: 2, inner: { m: 2 } });
  });

  test("is never changed where an inverse put back what was written in place", () => {
    const tree = chat();
    apply(tree, ["set", ["o", "p", "q"], 2]);
    const undo = apply(tree, ["delete", ["o"]]);
    const text = JSON.stringify(undo);
    apply(tree, undo);
    apply(tree, ["set", ["o", "p", "q"], 3]);
    assert.equal(JSON.stringify(undo), text);
    assert.deepEqual(tree.get(["o"]), { p: { q: 3 } });
  });

  test("is never changed where it was removed from a list and put back", () => {
    const tree = chat();
    apply(tree, ["set", ["rows", 0, "tags", 0], "y"]);
    const undo = apply(tree, ["splice", ["rows", 0], 2]);
    const text = JSON.stringify(undo);
    apply(tree, undo);
    apply(tree, ["set", ["rows", 0, "tags", 0], "z"]);
    apply(tree, ["set", ["rows", 0, "n"], 7]);
    assert.equal(JSON.stringify(undo), text);
  });

  test("may be applied again after it was undone", () => {
    const tree = new Tree({ list: [] });
    const push: Op = ["splice", ["list", 0], 0, [{ n: 0 }]];
    const undo = apply(tree, push);
    apply(tree, ["increment", ["list", 0, "n"], 1]);
    apply(tree, undo);
    apply(tree, push);
    assert.deepEqual(tree.root, { list: [{ n: 0 }] } as JsonObject);
  });
});

suite("Tree: origins", () => {
  test("follow an element that is copied and moved", () => {
    const tree = chat();
    const before = tree.get(["rows", 0]) as object;
    const origin = tree.originOf(before);
    tree.snapshot();
    apply(tree, ["set", ["rows", 0, "n"], 2]);
    apply(tree, ["move", ["rows", 0], 1]);
    tree.snapshot();
    apply(tree, ["splice", ["rows", 1, "tags", 0], 1]);
    const now = tree.get(["rows", 1]) as object;
    assert.notEqual(now, before);
    assert.equal(tree.originOf(now), origin);
    assert(tree.hasOrigin(now, origin));
  });

  test("differ between elements, and for a copy that was put in", () => {
    const tree = chat();
    const [first, second] = tree.get(["rows"]) as object[] as [object, object];
    assert.notEqual(tree.originOf(first), tree.originOf(second));
    assert.equal(tree.originOf(first), tree.originOf(first));
    apply(tree, ["set", ["rows", 0], structuredClone(first) as Json]);
    assert.equal(tree.hasOrigin(tree.get(["rows", 0]) as object, tree.originOf(first)), false);
  });

  test("come back with an element whose removal is undone", () => {
    const tree = chat();
    const origin = tree.originOf(tree.get(["rows", 1]) as object);
    apply(tree, apply(tree, ["splice", ["rows", 0], 2]));
    assert.equal(tree.originOf(tree.get(["rows", 1]) as object), origin);
  });

  test("follow a list through insertions", () => {
    const tree = chat();
    const origin = tree.originOf(tree.get(["list"]) as object);
    tree.snapshot();
    apply(tree, ["splice", ["list", 0], 0, ["x"]]);
    assert.equal(tree.originOf(tree.get(["list"]) as object), origin);
  });
});
