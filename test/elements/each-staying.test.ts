import { staying } from "../../elements/each-staying.ts";
import type { Op } from "../../src/state/ops.ts";
import { follow, Tree } from "../../src/state/tree.ts";
import { randomFrom, seed } from "../support/seed.ts";
import { assert, suite, test } from "../support/suite.ts";

const item = (id: number) => ({ id, count: 0, tags: [0, 1, 2] });
const treeOf = (length: number) =>
  new Tree({ items: Array.from({ length }, (_, id) => item(id)), other: [1] });
const listOf = (tree: Tree) => tree.snapshot().items as unknown as object[];
const after = (...ops: Op[]) =>
  staying(ops, 10).map(({ old, now, count }) => `${count} rows from ${old} to ${now}`);

suite("staying()", () => {
  test("leaves out what an op touches, and shifts what is behind", () => {
    assert.deepEqual(after(["set", ["items", 3, "count"], 1]), ["3 rows from 0 to 0", "6 rows from 4 to 4"]);
    assert.deepEqual(after(["splice", ["items", 0], 2]), ["8 rows from 2 to 0"]);
    assert.deepEqual(after(["splice", ["items", 10], 0, [1, 2]]), ["10 rows from 0 to 0"]);
    assert.deepEqual(after(["splice", ["items", 4], 1, [1, 2]]), [
      "4 rows from 0 to 0",
      "5 rows from 5 to 6",
    ]);
    assert.deepEqual(after(["move", ["items", 9], 0]), ["9 rows from 0 to 1"]);
    assert.deepEqual(after(["move", ["items", 0], 9]), ["9 rows from 1 to 0"]);
    assert.deepEqual(after(["splice", ["items", 3, "tags", 0], 1]), [
      "3 rows from 0 to 0",
      "6 rows from 4 to 4",
    ]);
  });

  test("says of no row that it stays when the list is replaced", () => {
    assert.deepEqual(after(["set", ["items"], []], ["splice", ["items", 0], 0, [1]]), []);
  });

  test(`says of each row that no op touches that it stays, and of no other (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const under = (limit: number) => Math.floor(random() * limit);
    let made = 1000;
    const change = (length: number): Op => {
      const at = under(length);
      const ops: Op[] = [
        ["set", ["items", at, "count"], made++],
        ["increment", ["items", at, "count"], 1],
        ["set", ["items", at], item(made++)],
        ["splice", ["items", at, "tags", 0], 1, [made++]],
        ["move", ["items", at], under(length)],
        ["splice", ["items", at], Math.min(under(3), length - at)],
        ["splice", ["items", under(length + 1)], 0, [item(made++), item(made++)]],
        ["increment", ["other", 0], 1],
      ];
      return ops[under(ops.length)] as Op;
    };
    for (let round = 0; round < 500; round++) {
      const tree = treeOf(1 + under(30));
      const before = listOf(tree);
      const ops = follow(before);
      const seen = ops.length;
      const moved = new Set<object>();
      for (let count = 1 + under(6); count--; ) {
        const list = listOf(tree);
        const op = list.length && change(list.length);
        if (!op || !tree.apply(op)) continue;
        if (op[0] === "move" && op[1].length === 2)
          moved.add(tree.originOf(list[op[1][1] as number] as object));
      }
      const list = listOf(tree);
      assert.equal(follow(list), ops, `round ${round}`);
      const rows = staying(ops.slice(seen), before.length);
      const found = rows.flatMap(({ old, now, count }) => {
        assert.deepEqual(list.slice(now, now + count), before.slice(old, old + count));
        return before.slice(old, old + count);
      });
      const untouched = before.filter((one) => list.includes(one) && !moved.has(tree.originOf(one)));
      assert.equal(found.length, untouched.length, `round ${round}`);
      assert.ok(
        untouched.every((one, index) => one === found[index]),
        `round ${round}`,
      );
    }
  });
});

suite("follow()", () => {
  test("hands a list's ops on to the lists that come after it, and to no other", () => {
    const tree = treeOf(3);
    const first = listOf(tree);
    const ops = follow(first);
    tree.apply(["splice", ["items", 0], 1]);
    const second = listOf(tree);
    assert.equal(follow(second), ops);
    tree.apply(["increment", ["other", 0], 1]);
    assert.equal(ops.length, 1);
    assert.notEqual(follow(first), ops);
    tree.apply(["splice", ["items", 9], 1]);
    assert.equal(ops.length, 1);
  });

  test("keeps no ops of a list that nobody follows, and not too many of one that somebody does", () => {
    const tree = treeOf(3);
    tree.apply(["increment", ["items", 0, "count"], 1]);
    const ops = follow(listOf(tree));
    assert.equal(ops.length, 0);
    for (let count = 0; count < 1000; count++) tree.apply(["increment", ["items", 0, "count"], 1]);
    assert.notEqual(follow(listOf(tree)), ops);
    assert.ok(ops.length < 1000);
  });

  test("begins anew where the state was replaced", () => {
    const tree = treeOf(3);
    const ops = follow(listOf(tree));
    tree.replace({ items: [item(1)], other: [] });
    assert.notEqual(follow(listOf(tree)), ops);
    tree.apply(["set", ["items"], null]);
    tree.apply(["set", ["items"], []]);
    assert.equal(follow(listOf(tree)).length, 0);
  });
});
