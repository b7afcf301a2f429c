import type { Json, JsonObject } from "../../../src/state/json.ts";
import type { Op, Path } from "../../../src/state/ops.ts";
import { carry, cross } from "../../../src/state/transform.ts";
import { Tree } from "../../../src/state/tree.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { assert, suite, test } from "../../support/suite.ts";

/** The state after these ops; every op must apply. */
function after(state: JsonObject, ...batches: (readonly Op[])[]): JsonObject {
  const tree = new Tree(structuredClone(state));
  for (const op of batches.flat())
    if (!tree.apply(structuredClone(op))) throw new Error(`does not apply: ${JSON.stringify(op)}`);
  return tree.root;
}

/** What both sides come to; throws, with everything that is needed to repeat it, where they differ. */
function converge(state: JsonObject, mine: readonly Op[], theirs: readonly Op[], label = ""): JsonObject {
  const crossed = cross(mine, theirs);
  const context = () => `${label} ${JSON.stringify({ state, mine, theirs, crossed })}`;
  try {
    const onServer = after(state, theirs, crossed[0]);
    assert.deepEqual(after(state, mine, crossed[1]), onServer);
    return onServer;
  } catch (error) {
    throw new Error(context(), { cause: error });
  }
}

const list = (...items: Json[]) => ({ list: items });
const end = (mine: Op | Op[], theirs: Op | Op[], ...items: Json[]) => {
  const batch = (given: Op | Op[]) => (typeof given[0] === "string" ? [given as Op] : (given as Op[]));
  return converge(list(...items), batch(mine), batch(theirs)).list;
};
const insert = (index: number, ...items: Json[]): Op => ["splice", ["list", index], 0, items];
const remove = (index: number, count = 1): Op => ["splice", ["list", index], count];
const move = (from: number, to: number): Op => ["move", ["list", from], to];

suite("cross: what people meant", () => {
  test("keeps all of two concurrent pushes, theirs first", () => {
    assert.deepEqual(end(insert(1, "mine"), insert(1, "theirs"), "a"), ["a", "theirs", "mine"]);
  });

  test("keeps all of many pushes on both sides, each side's in its order", () => {
    const mine = [1, 2, 3].map((count) => insert(count - 1, `m${count}`));
    const theirs = [1, 2].map((count) => insert(count - 1, `t${count}`));
    assert.deepEqual(end(mine, theirs), ["t1", "t2", "m1", "m2", "m3"]);
  });

  test("keeps a push that the other's clearing of the list did not see", () => {
    assert.deepEqual(end(remove(0, 3), insert(3, "new"), "a", "b", "c"), ["new"]);
    assert.deepEqual(end(insert(1, "new"), remove(0, 3), "a", "b", "c"), ["new"]);
  });

  test("removes an element once that both remove, and never its neighbour", () => {
    assert.deepEqual(end(remove(1), remove(1), "a", "b", "c"), ["a", "c"]);
    assert.deepEqual(end(remove(0, 2), remove(1, 2), "a", "b", "c", "d"), ["d"]);
  });

  test("drops an edit inside an element that the other removed", () => {
    const edit: Op = ["set", ["list", 1, "text"], "new"];
    assert.deepEqual(cross([edit], [remove(1)]), [[], [remove(1)]]);
    assert.deepEqual(cross([remove(1)], [edit]), [[remove(1)], []]);
  });

  test("lets an edit follow the element that the other moved", () => {
    assert.deepEqual(end(["set", ["list", 0, "n"], 2], move(0, 2), { n: 1 }, "b", "c"), ["b", "c", { n: 2 }]);
    assert.deepEqual(end(["increment", ["list", 2], 5], move(2, 0), 1, 2, 3), [8, 1, 2]);
  });

  test("lets an edit of a nested list follow its element over an insertion", () => {
    const push: Op = ["splice", ["list", 1, "tags", 0], 0, ["x"]];
    assert.deepEqual(end(push, insert(0, "new"), "a", { tags: [] }), ["new", "a", { tags: ["x"] }]);
  });

  test("lets the later of two moves of one element win", () => {
    assert.deepEqual(end(move(0, 2), move(0, 1), "a", "b", "c"), ["b", "c", "a"]);
    assert.deepEqual(cross([move(0, 2)], [move(0, 1)])[1], []);
  });

  test("drops a move that the other already made", () => {
    assert.deepEqual(cross([move(0, 2)], [move(0, 2)]), [[], []]);
  });

  test("drops the move of an element that the other removed", () => {
    assert.deepEqual(end(move(0, 2), remove(0), "a", "b", "c"), ["b", "c"]);
    assert.deepEqual(end(remove(0), move(0, 2), "a", "b", "c"), ["b", "c"]);
  });

  test("replaces an element that the other moved, where it is now", () => {
    assert.deepEqual(end(["set", ["list", 0], "new"], move(0, 2), "a", "b", "c"), ["b", "c", "new"]);
  });

  test("lets the later of two sets win", () => {
    const mine: Op[] = [["set", ["n"], 1]];
    const theirs: Op[] = [["set", ["n"], 2]];
    assert.deepEqual(cross(mine, theirs), [mine, []]);
    assert.deepEqual(converge({ n: 0 }, mine, theirs), { n: 1 });
  });

  test("adds up increments, also of several ops", () => {
    const by = (n: number): Op => ["increment", ["n"], n];
    assert.deepEqual(converge({ n: 0 }, [by(1), by(2)], [by(10), by(20)]), { n: 33 });
  });

  test("counts an increment on top of a number that was set before it", () => {
    assert.deepEqual(converge({ n: 1 }, [["increment", ["n"], 2]], [["set", ["n"], 10]]), { n: 12 });
    assert.deepEqual(converge({ n: 1 }, [["set", ["n"], 10]], [["increment", ["n"], 2]]), { n: 10 });
  });

  test("drops an increment of what is no number any more", () => {
    assert.deepEqual(converge({ n: 1 }, [["increment", ["n"], 2]], [["set", ["n"], "ten"]]), { n: "ten" });
    assert.deepEqual(converge({ n: 1 }, [["increment", ["n"], 2]], [["delete", ["n"]]]), {});
  });

  test("drops edits inside a value that the other replaced or deleted", () => {
    const edit: Op = ["set", ["a", "b"], 2];
    assert.deepEqual(converge({ a: { b: 1 } }, [edit], [["set", ["a"], { b: 9 }]]), { a: { b: 9 } });
    assert.deepEqual(converge({ a: { b: 1 } }, [["delete", ["a"]]], [edit]), {});
  });

  test("lets a set bring back what the other deleted before it, and a delete end what was set before it", () => {
    assert.deepEqual(converge({ a: 1 }, [["set", ["a"], 2]], [["delete", ["a"]]]), { a: 2 });
    assert.deepEqual(converge({ a: 1 }, [["delete", ["a"]]], [["set", ["a"], 2]]), {});
    assert.deepEqual(converge({ a: 1 }, [["delete", ["a"]]], [["delete", ["a"]]]), {});
  });

  test("carries the later ops of a batch over what the earlier ones became", () => {
    const mine: Op[] = [insert(0, { n: 0 }), ["increment", ["list", 0, "n"], 1], move(0, 1), remove(0)];
    assert.deepEqual(end(mine, insert(0, "theirs"), "a", "b"), ["theirs", { n: 1 }, "b"]);
  });
});

suite("cross: what it gives back", () => {
  test("gives back the same objects where nothing changed", () => {
    const mine: Op[] = [["set", ["a"], 1], insert(0, "x"), ["splice", ["other", 0], 1, ["y"]]];
    const theirs: Op[] = [["increment", ["n"], 1], remove(3), ["set", ["other", 5, "deep"], 1]];
    const [mine2, theirs2] = cross(mine, theirs);
    for (const [index, op] of mine.entries()) assert.equal(mine2[index], op);
    assert.equal(mine2.length, mine.length);
    assert.equal(theirs2[0], theirs[0]);
    assert.equal(theirs2[2], theirs[2]);
  });

  test("gives back the same objects for other keys, and for an empty side", () => {
    const mine: Op[] = [insert(0, "x")];
    const theirs: Op[] = [["set", ["a"], 1]];
    assert.equal(cross(mine, theirs)[0][0], mine[0]);
    assert.equal(cross(mine, theirs)[1][0], theirs[0]);
    assert.deepEqual(cross(mine, []), [mine, []]);
    assert.deepEqual(cross([], theirs), [[], theirs]);
  });

  test("splits a removal around what the other inserted, the last part first", () => {
    assert.deepEqual(cross([remove(0, 4)], [insert(2, "x", "y")])[0], [remove(4, 2), remove(0, 2)]);
  });

  test("joins the parts of a removal that come to stand together again", () => {
    assert.deepEqual(cross([remove(0, 1000)], [move(500, 3)])[0], [remove(0, 1000)]);
    assert.deepEqual(cross([remove(0, 1000)], [remove(400, 100)])[0], [remove(0, 900)]);
  });

  test("keeps a replacement one op where it still stands together", () => {
    const replace = (at: number): Op => ["splice", ["list", at], 1, ["new"]];
    assert.deepEqual(cross([replace(1)], [insert(1, "x")])[0], [replace(2)]);
    assert.deepEqual(cross([replace(1)], [move(0, 3)])[0], [replace(0)]);
  });

  test("does not walk through a removal that is claimed to be long", () => {
    const count = Number.MAX_SAFE_INTEGER;
    assert.deepEqual(cross([remove(0, count)], [insert(1, "x")])[0], [remove(2, count - 1), remove(0, 1)]);
  });

  test("drops what changes nothing", () => {
    assert.deepEqual(cross([move(1, 1)], [insert(1, "x")]), [[], [insert(1, "x")]]);
    assert.deepEqual(cross([remove(0, 0)], [insert(1, "x")]), [[], [insert(1, "x")]]);
  });
});

suite("cross: both ways come to the same state (TP1)", () => {
  /** All ops of a list of so many elements. */
  function* listOps(length: number, name: string, number: number): Generator<Op> {
    for (let at = 0; at <= length; at++)
      for (let count = 0; at + count <= length; count++) {
        yield remove(at, count);
        yield ["splice", ["list", at], count, [name]];
        yield ["splice", ["list", at], count, [`${name}1`, `${name}2`]];
      }
    for (let at = 0; at < length; at++) {
      for (let to = 0; to < length; to++) yield move(at, to);
      yield ["set", ["list", at], number * 100];
      yield ["increment", ["list", at], number];
    }
  }

  /** All ops of an object with the keys a (a number), b (absent) and c (an object). */
  function* objectOps(number: number): Generator<Op> {
    yield ["increment", ["a"], number];
    for (const key of ["a", "b", "c"]) yield ["set", [key], number];
    for (const key of ["a", "c"]) yield ["delete", [key]];
    yield ["set", ["c"], { d: number }];
    yield ["set", ["c", "d"], number];
    yield ["increment", ["c", "d"], number];
    yield ["delete", ["c", "d"]];
  }

  test("for every pair of ops of a short list", () => {
    for (let length = 0; length <= 4; length++) {
      const state = list(...Array.from({ length }, (_, index) => index * 1000));
      for (const mine of listOps(length, "m", 3))
        for (const theirs of listOps(length, "t", 5)) converge(state, [mine], [theirs]);
    }
  });

  test("for every pair of ops of an object", () => {
    const state = { a: 1, c: { d: 2 } };
    for (const mine of objectOps(3)) for (const theirs of objectOps(5)) converge(state, [mine], [theirs]);
  });

  test("for every op of a list and every op inside one of its elements", () => {
    const state = list(0, { list: [0, 1] }, 2);
    const within = (op: Op): Op => [op[0], ["list", 1, ...op[1]], ...op.slice(2)] as unknown as Op;
    for (const outer of listOps(3, "o", 3)) {
      if (outer[0] === "increment") continue;
      for (const inner of listOps(2, "i", 5)) {
        converge(state, [outer], [within(inner)]);
        converge(state, [within(inner)], [outer]);
      }
    }
  });

  test("for every three ops of a list of two, two of them in one batch", () => {
    const state = list(0, 1000);
    for (const first of listOps(2, "m", 3))
      for (const second of listOps((after(state, [first]).list as Json[]).length, "n", 7)) {
        if (second[0] === "increment") continue;
        for (const their of listOps(2, "t", 5)) {
          converge(state, [first, second], [their]);
          converge(state, [their], [first, second]);
        }
      }
  });

  test("for random batches over nested state", () => {
    for (let round = 0; round < 20_000; round++) {
      const random = new Chance(seed + round);
      const state = random.state();
      converge(state, random.batch(state), random.batch(state), `seed ${seed} round ${round}`);
    }
  });

  test("for random batches of a flat list, where nothing that a side keeps or adds is lost", () => {
    for (let round = 0; round < 10_000; round++) {
      const random = new Chance(seed - round);
      const state = list(...Array.from({ length: random.below(6) }, (_, index) => `s${index}`));
      const mine = random.listBatch(state, "m");
      const theirs = random.listBatch(state, "t");
      const label = `seed ${seed} round ${round}`;
      const result = converge(state, mine, theirs, label).list as Json[];
      const [byMe, byThem] = [after(state, mine), after(state, theirs)].map((end) => end.list as Json[]);
      const wanted = union(state.list, byMe ?? [], byThem ?? []);
      assert.deepEqual(new Set(result), new Set(wanted), label);
      assert.equal(result.length, wanted.length, label);
    }
  });
});

suite("cross: lists in a list", () => {
  /** A list of lists, each under a name of its own: their names and all that is in them. */
  const names = (state: JsonObject) =>
    (state.list as { name: string; sub: string[] }[]).map(({ name, sub }) => [name, ...sub]);

  test("for random batches, keep what both sides keep or add, in the lists that both keep", () => {
    for (let round = 0; round < 10_000; round++) {
      const random = new Chance(seed ^ round);
      const group = (name: string) => ({
        name,
        sub: [`${name}1`, `${name}2`, `${name}3`].slice(random.below(4)),
      });
      const state = list(...["a", "b", "c"].slice(random.below(3)).map(group));
      const mine = random.groupBatch(state, "m");
      const theirs = random.groupBatch(state, "t");
      const label = `seed ${seed} round ${round}`;
      const result = new Map(names(converge(state, mine, theirs, label)).map((row) => [row[0], row]));
      const [before, byMe, byThem] = [state, after(state, mine), after(state, theirs)].map(
        (each) => new Map(names(each).map((row) => [row[0], row])),
      ) as [typeof result, typeof result, typeof result];
      const kept = union(
        [...before.keys()] as Json[],
        [...byMe.keys()] as Json[],
        [...byThem.keys()] as Json[],
      );
      assert.deepEqual(new Set(result.keys() as Iterable<Json>), new Set(kept), label);
      for (const [name, row] of result) {
        const [old, my, their] = [before, byMe, byThem].map((side) => (side.get(name) ?? []) as Json[]);
        // Only one side knows a list that it added.
        const wanted = old?.length ? union(old, my ?? [], their ?? []) : [...(my ?? []), ...(their ?? [])];
        assert.deepEqual([...(row as string[])].sort(), [...(wanted as string[])].sort(), label);
      }
    }
  });
});

/** What is left when both sides' removals and additions count. */
const union = (before: Json[], mine: Json[], theirs: Json[]) => [
  ...before.filter((item) => mine.includes(item) && theirs.includes(item)),
  ...[...mine, ...theirs].filter((item) => !before.includes(item)),
];

/** Random states, and ops that apply to them. */
class Chance {
  readonly #random: () => number;
  #names = 0;

  constructor(start: number) {
    this.#random = randomFrom(start);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  state(): JsonObject {
    return { a: this.value(3), b: this.value(3), l: this.items(3, 3), n: this.below(10) };
  }

  value(depth: number): Json {
    const kind = depth ? this.below(4) : 0;
    if (kind < 2) return this.below(100);
    return kind === 2 ? this.items(4, depth - 1) : { k: this.value(depth - 1), m: this.value(depth - 1) };
  }

  items(limit: number, depth: number): Json[] {
    return Array.from({ length: this.below(limit + 1) }, () => this.value(depth));
  }

  batch(state: JsonObject): Op[] {
    const tree = new Tree(structuredClone(state));
    const ops: Op[] = [];
    for (let count = 1 + this.below(4); count--; ) {
      const op = this.op(tree.root, []);
      if (tree.apply(structuredClone(op))) ops.push(op);
    }
    return ops;
  }

  op(node: Json, path: Path): Op {
    const steps = typeof node === "object" && node ? Object.keys(node) : [];
    const step = this.pick(steps);
    const at = [...path, Array.isArray(node) ? Number(step) : (step as string)];
    const child = (node as Record<string, Json> | null)?.[step ?? ""];
    if (typeof child === "object" && child && this.below(3)) return this.op(child, at);
    return Array.isArray(node) ? this.#listOp(node.length, path, child) : this.#fieldOp(path, at, child);
  }

  #fieldOp(path: Path, at: Path, child: Json | undefined): Op {
    const any = this.below(3) ? at : [...path, this.pick(["k", "m", "x"])];
    if (typeof child === "number" && this.below(2)) return ["increment", at, 1 + this.below(9)];
    return this.below(4) ? ["set", any, this.value(2)] : ["delete", at];
  }

  #listOp(length: number, path: Path, child: Json | undefined): Op {
    const at = this.below(length + 1);
    const inside = [...path, Math.min(at, length - 1)];
    const kind = length ? this.below(5) : 0;
    if (kind === 4 && typeof child === "number") return ["set", inside, this.value(1)];
    if (kind === 3) return ["move", inside, this.below(length)];
    const count = this.below(2) * this.below(length - at + 1);
    return ["splice", [...path, at], count, this.items(2, 1)];
  }

  /** Ops on a list of named lists, and inside of these. */
  groupBatch(state: JsonObject, prefix: string): Op[] {
    const tree = new Tree(structuredClone(state));
    return Array.from({ length: this.below(4) }, () => {
      const groups = tree.get(["list"]) as Json[];
      const within = this.below(groups.length);
      const isInner = groups.length > 0 && this.below(3) > 0;
      const path: Path = isInner ? ["list", within, "sub"] : ["list"];
      const name = () => `${prefix}${this.#names++}`;
      const op = this.#anyListOp(path, (tree.get(path) as Json[]).length, () =>
        isInner ? name() : { name: name(), sub: [] },
      );
      tree.apply(structuredClone(op));
      return op;
    });
  }

  #anyListOp(path: Path, length: number, make: () => Json): Op {
    const at = this.below(length + 1);
    if (at < length && this.below(3) === 0) return ["move", [...path, at], this.below(length)];
    const count = this.below(2) * this.below(length - at + 1);
    return ["splice", [...path, at], count, Array.from({ length: this.below(3) }, make)];
  }

  listBatch(state: JsonObject, prefix: string): Op[] {
    const tree = new Tree(structuredClone(state));
    return Array.from({ length: this.below(4) }, () => {
      const { length } = tree.get(["list"]) as Json[];
      const at = this.below(length + 1);
      const names = Array.from({ length: this.below(3) }, () => `${prefix}${this.#names++}`);
      const op: Op =
        at < length && this.below(2)
          ? move(at, this.below(length))
          : ["splice", ["list", at], this.below(length - at + 1), names];
      tree.apply(op);
      return op;
    });
  }
}

suite("carry", () => {
  const path = ["rows", 2, "tags", 0];

  test("gives back the same path where nothing moved it", () => {
    for (const op of [["set", ["other"], 1], ["set", path, 1], ["increment", path, 1], remove(0)] as Op[])
      assert.equal(carry(path, op), path);
    assert.equal(carry(path, ["splice", ["rows", 3], 1]), path);
  });

  test("follows the elements on the way", () => {
    assert.deepEqual(carry(path, ["splice", ["rows", 0], 0, ["x"]]), ["rows", 3, "tags", 0]);
    assert.deepEqual(carry(path, ["move", ["rows", 2], 0]), ["rows", 0, "tags", 0]);
    assert.deepEqual(carry(path, ["move", ["rows", 0], 2]), ["rows", 1, "tags", 0]);
    assert.deepEqual(carry(path, ["splice", ["rows", 2, "tags", 0], 0, ["x"]]), ["rows", 2, "tags", 1]);
  });

  test("gives nothing for what is gone", () => {
    for (const op of [
      ["splice", ["rows", 1], 2],
      ["set", ["rows"], []],
      ["delete", ["rows"]],
      ["splice", path, 1],
    ] as Op[])
      assert.equal(carry(path, op), undefined);
  });
});
