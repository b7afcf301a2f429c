import { move, snapshot } from "../../../src/state/helpers.ts";
import type { Json } from "../../../src/state/json.ts";
import { local } from "../../../src/state/local.ts";
import type { Op } from "../../../src/state/ops.ts";
import { coreOf } from "../../../src/state/store.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { resolveHere } from "../../support/stores.ts";
import { assert, suite, test } from "../../support/suite.ts";

resolveHere();
let count = 0;

const numbers = (...list: number[]) => local(`numbers${count++}`, { initial: () => ({ list }) });
const rows = (...ids: string[]) =>
  local(`rows${count++}`, { initial: () => ({ list: ids.map((id) => ({ id, n: 0 })) }) });

async function recorded(store: object, fn: () => void): Promise<readonly Op[]> {
  const ops: Op[] = [];
  const stop = coreOf(store).listen((batch) => ops.push(...(batch ?? [])));
  fn();
  await Promise.resolve();
  stop();
  return ops;
}

/** As an array sorts without a function. */
const byText = (list: { sort(): unknown }) => list.sort();

suite("a list's handle", () => {
  test("is an array to everybody who asks", () => {
    const { list } = numbers(1, 2, 3);
    assert(Array.isArray(list));
    assert.equal(Object.getPrototypeOf(list), Array.prototype);
    assert.equal(list.length, 3);
    assert.deepEqual([...list], [1, 2, 3]);
    assert.deepEqual(Object.keys(list), ["0", "1", "2"]);
    assert.equal(JSON.stringify(list), "[1,2,3]");
    assert(1 in list && !(3 in list));
    const [first, ...rest] = list;
    assert.deepEqual([first, rest], [1, [2, 3]]);
    assert.deepEqual([0].concat(list), [0, 1, 2, 3]);
    assert.equal(Object.getOwnPropertyDescriptor(list, "length")?.value, 3);
    let sum = 0;
    for (const each of list) sum += each;
    assert.equal(sum, 6);
  });

  test("reads with all methods of arrays", () => {
    const { list } = numbers(3, 1, 2);
    assert.deepEqual(
      list.map((n) => n * 2),
      [6, 2, 4],
    );
    assert.deepEqual(
      list.filter((n) => n > 1),
      [3, 2],
    );
    assert.equal(
      list.find((n) => n < 3),
      1,
    );
    assert.equal(
      list.findLastIndex((n) => n > 1),
      2,
    );
    assert.equal(
      list.reduce((a, b) => a + b),
      6,
    );
    assert.equal(list.at(-1), 2);
    assert.equal(list.join("-"), "3-1-2");
    assert.deepEqual(list.slice(1), [1, 2]);
    assert.deepEqual(
      list.toSorted((a, b) => a - b),
      [1, 2, 3],
    );
    assert.deepEqual(list.with(0, 9), [9, 1, 2]);
    assert.deepEqual(
      [...list.entries()],
      [
        [0, 3],
        [1, 1],
        [2, 2],
      ],
    );
    assert(list.some((n) => n === 1) && !list.every((n) => n === 1));
    assert.deepEqual([...list], [3, 1, 2]);
  });

  test("finds handles and snapshots by what they show", () => {
    const { list } = rows("a", "b", "c");
    const [, b] = list;
    assert(b);
    assert.equal(list.indexOf(b), 1);
    assert.equal(list.lastIndexOf(b), 1);
    assert(list.includes(b));
    assert.equal(list.indexOf(snapshot(b)), 1);
    assert.equal(list.indexOf(b, 2), -1);
    assert.equal(list.indexOf({ id: "b", n: 0 }), -1);
    list.splice(1, 1);
    assert.equal(list.indexOf(b), -1);
  });

  test("records push, pop, shift, unshift and splice as one splice", async () => {
    const store = numbers(1, 2, 3);
    const { list } = store;
    const cases: [() => unknown, unknown, Op[]][] = [
      [() => list.push(4, 5), 5, [["splice", ["list", 3], 0, [4, 5]]]],
      [() => list.pop(), 5, [["splice", ["list", 4], 1]]],
      [() => list.shift(), 1, [["splice", ["list", 0], 1]]],
      [() => list.unshift(0, 1), 5, [["splice", ["list", 0], 0, [0, 1]]]],
      [() => list.splice(1, 2, 8, 9, 10), [1, 2], [["splice", ["list", 1], 2, [8, 9, 10]]]],
      [() => list.splice(-2, 1), [3], [["splice", ["list", 4], 1]]],
      [() => list.splice(3), [10, 4], [["splice", ["list", 3], 2]]],
      [() => list.push(), 3, []],
      [() => list.splice(1, 0), [], []],
      [() => (list.splice as () => unknown)(), [], []],
      [() => list.splice(0, 99, 7), [0, 8, 9], [["splice", ["list", 0], 3, [7]]]],
    ];
    for (const [act, result, ops] of cases)
      assert.deepEqual(await recorded(store, () => assert.deepEqual(act(), result)), ops);
    await recorded(store, () => list.pop());
    assert.deepEqual(await recorded(store, () => assert.equal(list.pop() ?? list.shift(), undefined)), []);
  });

  test("gives copies of removed elements, to change and put back", () => {
    const { list } = rows("a", "b");
    const removed = list.pop();
    assert(removed);
    removed.n = 5;
    list.unshift(removed);
    assert.deepEqual(snapshot(list), [
      { id: "b", n: 5 },
      { id: "a", n: 0 },
    ]);
  });

  test("records assignments to an index, behind the end, and to length", async () => {
    const store = numbers(1, 2, 3);
    const { list } = store;
    assert.deepEqual(
      await recorded(store, () => {
        list[1] = 9;
        list[list.length] = 4;
        list.length = 2;
        list.length = 2;
      }),
      [
        ["set", ["list", 1], 9],
        ["splice", ["list", 3], 0, [4]],
        ["splice", ["list", 2], 2],
      ],
    );
    assert.deepEqual([...list], [1, 9]);
  });

  test("has no holes and no other keys", () => {
    const { list } = numbers(1, 2);
    for (const [key, value] of Object.entries({ 3: 1, length: 3, "-1": 1, "1.5": 1, "01": 1, name: 1 }))
      assert.throws(() => Reflect.set(list, key, value), { code: "E_BAD_PATH" });
    assert.throws(() => Reflect.deleteProperty(list, 0) || assert.fail("refused"), /refused/);
    assert.deepEqual([...list], [1, 2]);
  });

  test("fills and copies within by setting elements", async () => {
    const store = numbers(1, 2, 3, 4);
    assert.deepEqual(await recorded(store, () => store.list.fill(0, 2)), [
      ["set", ["list", 2], 0],
      ["set", ["list", 3], 0],
    ]);
    store.list.copyWithin(2, 0);
    assert.deepEqual([...store.list], [1, 2, 1, 2]);
    const objects = rows("a", "b");
    objects.list.copyWithin(1, 0);
    const [first, second] = objects.list;
    assert(first && second);
    first.n = 1;
    assert.equal(second.n, 0);
  });

  test("sorts and reverses by the fewest moves, and elements stay who they are", async () => {
    const store = rows("d", "a", "b", "c");
    const [d] = store.list;
    const sorted = () =>
      assert.equal(
        store.list.sort((a, b) => a.id.localeCompare(b.id)),
        store.list,
      );
    assert.deepEqual(await recorded(store, sorted), [["move", ["list", 0], 3]]);
    assert.equal(store.list[3], d);
    assert.deepEqual(await recorded(store, sorted), []);
    store.list.reverse();
    assert.deepEqual(
      store.list.map(({ id }) => id),
      ["d", "c", "b", "a"],
    );
    const texts = numbers(10, 9, 1);
    byText(texts.list);
    assert.deepEqual([...texts.list], [1, 10, 9]);
  });

  test("sorts like an array, whatever the order", () => {
    const random = randomFrom(seed);
    for (let run = 0; run < 50; run++) {
      const values = Array.from({ length: Math.floor(random() * 12) }, () => Math.floor(random() * 6));
      const store = numbers(...values);
      assert.deepEqual(
        [...store.list.sort((a, b) => b - a)],
        values.toSorted((a, b) => b - a),
        `seed ${seed}`,
      );
      assert.deepEqual([...store.list.reverse()], values.toSorted((a, b) => b - a).reverse(), `seed ${seed}`);
    }
  });

  test("does what an array does, whatever the edits", () => {
    const random = randomFrom(seed + 1);
    const any = (size: number) => Math.floor(random() * size);
    const { list } = numbers(1, 2, 3);
    const twin = [1, 2, 3];
    const edits: ((on: number[], at: number, to: number) => unknown)[] = [
      (on, at) => on.push(at, at + 1),
      (on) => on.pop(),
      (on) => on.shift(),
      (on, at) => on.unshift(at),
      (on, at, to) => on.splice(at - 3, to, at, to),
      (on, at) => on.splice(at),
      (on, at, to) => on.fill(to, at),
      (on, at, to) => on.copyWithin(at, to),
      (on) => on.reverse(),
      byText,
      (on, at) => (on[Math.min(at, on.length)] = at),
      (on, at) => (on.length = Math.min(at, on.length)),
      (on, at) => on.lastIndexOf(at),
    ];
    for (let step = 0; step < 300; step++) {
      const [edit, at, to] = [edits[any(edits.length)] as (typeof edits)[0], any(8), any(5)];
      const results = [list, twin].map((on) => JSON.stringify(edit(on, at, to)));
      assert.equal(results[0], results[1], `seed ${seed}, step ${step}`);
      assert.deepEqual([...list], twin, `seed ${seed}, step ${step}`);
    }
  });

  test("moves an element, which stays who it is", async () => {
    const store = rows("a", "b", "c");
    const [a] = store.list;
    assert.deepEqual(await recorded(store, () => move(store.list, 0, 2)), [["move", ["list", 0], 2]]);
    assert.equal(store.list[2], a);
    assert.deepEqual(await recorded(store, () => move(store.list, 1, 1)), []);
    assert.throws(() => move(store.list, 0, 3), { code: "E_BAD_PATH" });
  });

  test("refuses an element that is no JSON, with its place", () => {
    const { list } = numbers(1);
    const push = list.push as (...items: unknown[]) => number;
    assert.throws(() => push.call(list, 2, { at: [undefined] }), {
      code: "E_NOT_JSON",
      message: /list\.2\.at\.0/,
    });
    assert.deepEqual(snapshot(list) as readonly Json[], [1]);
  });
});
