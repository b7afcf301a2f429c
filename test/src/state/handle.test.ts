import { array, number, object, optional, record, string } from "superstruct";
import { markOf } from "../../../src/events/marks.ts";
import { increment, snapshot, transaction } from "../../../src/state/helpers.ts";
import { local } from "../../../src/state/local.ts";
import type { Op } from "../../../src/state/ops.ts";
import { shared } from "../../../src/state/shared.ts";
import { coreOf, definitionOf, referenceOf } from "../../../src/state/store.ts";
import { resolveHere } from "../../support/stores.ts";
import { assert, suite, test } from "../../support/suite.ts";

const cores = resolveHere();
let count = 0;

const Todo = object({ id: string(), text: string(), done: optional(number()) });

const todos = () =>
  shared(`todos${count++}`, {
    state: object({
      items: array(Todo),
      settings: object({ theme: string() }),
      people: record(string(), object({ name: string() })),
      total: number(),
    }),
    initial: () => ({
      items: ["a", "b", "c", "d"].map((id) => ({ id, text: id.toUpperCase() })),
      settings: { theme: "light" },
      people: { ada: { name: "Ada" } },
      total: 1,
    }),
    serverOnly: [],
    actions: (action) => ({
      add: action([string()], (state, text, { id }) => {
        state.items.push({ id: id(), text });
      }),
      fail: action((state) => {
        state.total = 99;
        throw new Error("no");
      }),
    }),
  });

/** The ops that a function records on a store, batch by batch. */
async function recorded(store: object, fn: () => void): Promise<readonly Op[]> {
  const ops: Op[] = [];
  const stop = coreOf(store).listen((batch) => ops.push(...(batch ?? [])));
  fn();
  await Promise.resolve();
  stop();
  return ops;
}

suite("a store's proxy", () => {
  test("E2.2.2 reads and writes the state", async () => {
    const store = todos();
    assert.equal(store.settings.theme, "light");
    assert.deepEqual(await recorded(store, () => (store.settings.theme = "dark")), [
      ["set", ["settings", "theme"], "dark"],
    ]);
    assert.equal(store.settings.theme, "dark");
  });

  test("looks like its state: keys, in, spread, JSON, destructuring", () => {
    const store = todos();
    assert.deepEqual(Object.keys(store), ["items", "settings", "people", "total"]);
    assert("items" in store);
    assert(!("nothing" in store));
    assert.deepEqual({ ...store.settings }, { theme: "light" });
    assert.equal(JSON.stringify(store.settings), '{"theme":"light"}');
    assert.equal(JSON.parse(JSON.stringify(store)).items.length, 4);
    const { total, ...rest } = store;
    assert.equal(total, 1);
    assert.deepEqual(Object.keys(rest), ["items", "settings", "people"]);
    assert.equal(Object.getOwnPropertyDescriptor(store, "total")?.value, 1);
    assert.equal(Object.hasOwn(store, "total"), true);
    assert.equal(Object.prototype.toString.call(store), "[object Object]");
  });

  test("has its actions as marked functions, the same at each read, and not as keys", () => {
    const store = todos();
    assert.equal(store.add, store.add);
    assert.equal(markOf(store.add)?.kind, "action");
    assert.equal(markOf(store.add)?.structs?.length, 1);
    assert("add" in store);
    assert(!Object.keys(store).includes("add"));
    store.add("E");
    assert.equal(store.items.at(-1)?.text, "E");
    assert.throws(() => store.fail(), /no/);
    assert.equal(store.total, 1);
    assert.throws(() => (store.add as (text: unknown) => void)({}), { code: "E_VALIDATION" });
  });

  test("answers what everything is asked without being resolved", async () => {
    const store = todos();
    assert.equal(await Promise.resolve<unknown>(store), store);
    assert.equal(Object.prototype.toString.call(store), "[object Object]");
    assert.equal(cores.has(definitionOf(store).name), false);
  });

  test("knows its definition, and its core where it is resolved", () => {
    const store = todos();
    assert.equal(coreOf(store), cores.get(definitionOf(store).name));
    assert.equal(coreOf(store.items), coreOf(store));
    assert.throws(() => coreOf({}), { code: "E_READ_ONLY" });
    assert.throws(() => definitionOf(store.items), { code: "E_READ_ONLY" });
  });

  test("keeps a state that is no object under value", async () => {
    const visits = shared(`visits${count++}`, { state: number(), initial: () => 5 });
    assert.equal(visits.value, 5);
    assert.deepEqual(Object.keys(visits), ["value"]);
    assert.deepEqual(await recorded(visits, () => increment(visits, "value")), [["increment", ["value"], 1]]);
    assert.equal(visits.value, 6);
    const names = shared(`names${count++}`, { state: array(string()), initial: () => ["Ada"] });
    names.value.push("Bob");
    assert.deepEqual([...names.value], ["Ada", "Bob"]);
  });

  test("takes no property definition, prototype or freeze, which would not reach the state", () => {
    const store = todos();
    for (const target of [store, store.settings, store.items] as object[]) {
      assert.throws(() => Object.defineProperty(target, "theme", { value: "dark" }), TypeError);
      assert.throws(() => Object.setPrototypeOf(target, null), TypeError);
      assert.throws(() => Object.freeze(target), TypeError);
      assert.throws(() => Reflect.set(target, Symbol(), 1) || assert.fail("set"), /set/);
    }
    assert.equal(store.settings.theme, "light");
  });
});

suite("a family", () => {
  const room = shared.family(`room${count++}`, {
    state: object({ key: string() }),
    initial: (key) => ({ key }),
  });

  test("gives the store of a key, the same proxy each time", () => {
    assert.equal(room("42"), room("42"));
    assert.notEqual(room("42"), room("43"));
    assert.equal(room("42").key, "42");
    assert.equal(referenceOf(room("42")).key, "42");
    assert.equal(definitionOf(room), definitionOf(room("42")));
  });

  test("refuses a key that its struct refuses", () => {
    for (const key of ["", "a/b", "a b", "x".repeat(65), 42 as unknown as string])
      assert.throws(() => room(key), { code: "E_VALIDATION" });
    const year = shared.family(`year${count++}`, {
      key: string(),
      state: object({}),
      initial: () => ({}),
    });
    assert(year("a b"));
  });
});

suite("a handle", () => {
  test("is the same for the same place", () => {
    const store = todos();
    assert.equal(store.settings, store.settings);
    assert.equal(store.items, store.items);
    assert.equal(store.items[1], store.items[1]);
    const second = store.items[1];
    store.items.shift();
    assert.equal(store.items[0], second);
  });

  test("of an object's child is found by its key", () => {
    const store = todos();
    const { settings } = store;
    store.settings = { theme: "dark" };
    assert.equal(settings.theme, "dark");
    settings.theme = "blue";
    assert.equal(store.settings.theme, "blue");
  });

  test("of a list's element follows it", async () => {
    const store = todos();
    const c = store.items[2];
    assert(c);
    store.items.unshift({ id: "0", text: "zero" });
    store.items.splice(1, 1);
    store.items.reverse();
    assert.equal(c.text, "C");
    assert.deepEqual(await recorded(store, () => (c.text = "see")), [["set", ["items", 1, "text"], "see"]]);
    assert.deepEqual(
      store.items.map(({ text }) => text),
      ["D", "see", "B", "zero"],
    );
  });

  test("follows an element by its id when its identity is lost", () => {
    const store = todos();
    const [a, b] = store.items;
    coreOf(store).tree.replace(JSON.parse(JSON.stringify({ ...store, items: [...store.items].reverse() })));
    assert.equal(a?.text, "A");
    if (b) b.text = "bee";
    assert.equal(store.items[2]?.text, "bee");
  });

  test("follows an element by its key, where it has no id", () => {
    const name = `keyed${count++}`;
    const store = local(name, {
      initial: () => ({
        items: [
          { key: 1, n: 0 },
          { key: 2, n: 0 },
        ],
      }),
    });
    const second = store.items[1];
    assert(second);
    coreOf(store).tree.replace({
      items: [
        { key: 2, n: 7 },
        { key: 1, n: 0 },
      ],
    });
    assert.equal(second.n, 7);
  });

  test("of an element that is gone reads undefined, throws when written, and hits no neighbour", () => {
    const store = todos();
    const b = store.items[1];
    assert(b);
    store.items.splice(1, 1);
    assert.equal(b.text, undefined);
    assert.deepEqual(Object.keys(b), []);
    assert.equal(JSON.stringify(b), "{}");
    assert.throws(() => (b.text = "x"), { code: "E_GONE" });
    assert.throws(() => delete b.done, { code: "E_GONE" });
    assert.throws(() => increment(b as unknown as { n: number }, "n"), { code: "E_GONE" });
    assert.deepEqual(
      store.items.map(({ text }) => text),
      ["A", "C", "D"],
    );
  });

  test("of an element that is gone may be put back: as a value it is the last that it showed", () => {
    const store = todos();
    const [a, b, c] = store.items;
    assert(a && b && c);
    store.items.shift();
    store.items.push(a);
    [store.items[0], store.items[1]] = [c, b];
    assert.deepEqual(
      store.items.map(({ text }) => text),
      ["C", "B", "D", "A"],
    );
    assert.deepEqual([a.text, b.text, c.text], ["A", "B", "C"]);
  });

  test("of a list that is gone is empty, and throws when written", () => {
    const store = local(`lists${count++}`, { initial: () => ({ rows: [[1, 2], [3]] }) });
    const row = store.rows[0];
    assert(row);
    store.rows.shift();
    assert.equal(row.length, 0);
    assert.deepEqual([...row], []);
    for (const write of [
      () => row.push(1),
      () => row.pop(),
      () => (row[0] = 1),
      () => (row.length = 0),
      () => row.reverse(),
    ])
      assert.throws(write, { code: "E_GONE" });
    assert.deepEqual(snapshot(store.rows), [[3]]);
  });

  test("comes back with its element: an undone removal", () => {
    const store = todos();
    const b = store.items[1];
    assert.throws(() =>
      transaction(store, () => {
        store.items.splice(1, 1);
        throw new Error("undo");
      }),
    );
    assert.equal(b?.text, "B");
  });

  test("deletes keys", async () => {
    const store = todos();
    assert.deepEqual(await recorded(store, () => delete store.people.ada), [["delete", ["people", "ada"]]]);
    assert.deepEqual(await recorded(store, () => delete store.people.ada), []);
    assert.equal(store.people.ada, undefined);
    assert(!("ada" in store.people));
  });

  test("E2.2.1 takes plain JSON only, and says where it was written", () => {
    const store = local(`any${count++}`, { initial: () => ({ a: { b: null as unknown } }) });
    for (const value of [undefined, Number.NaN, new Date(), () => {}, new Map()])
      assert.throws(() => (store.a.b = value), { code: "E_NOT_JSON", message: /any\d+\.a\.b/ });
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    assert.throws(() => (store.a.b = cycle), { code: "E_NOT_JSON" });
    for (const key of ["__proto__", "constructor", "prototype", "then", "toJSON"])
      assert.throws(() => Reflect.set(store.a, key, 1), { code: "E_BAD_KEY", message: new RegExp(key) });
    assert.equal(store.a.b, null);
  });

  test("takes handles for what they show, as a copy", () => {
    const store = todos();
    const a = store.items[0];
    assert(a);
    store.items.push(a);
    store.items[4] = { ...a, id: "copy" };
    a.text = "changed";
    assert.equal(store.items[4]?.text, "A");
    store.items = store.items.filter(({ id }) => id !== "b");
    assert.deepEqual(
      store.items.map(({ id }) => id),
      ["a", "c", "d", "copy"],
    );
  });

  test("records nothing when it is assigned to itself", async () => {
    const store = todos();
    const [first] = store.items;
    assert.deepEqual(
      await recorded(store, () => {
        Object.assign(store, { settings: store.settings, items: store.items });
        if (first) store.items[0] = first;
      }),
      [],
    );
    assert.equal(store.items[0], first);
  });

  test("refuses what the struct refuses where it is written", () => {
    const store = todos();
    assert.throws(() => (store.settings.theme = 1 as unknown as string), { code: "E_VALIDATION" });
    assert.throws(() => Reflect.set(store, "unknown", 1), { code: "E_VALIDATION" });
    assert.equal(store.settings.theme, "light");
  });

  test("shows own state only: a key named like a part of Object is data where it is there", () => {
    const store = local(`words${count++}`, { initial: () => ({ words: {} as Record<string, number> }) });
    assert.equal(typeof Reflect.get(store.words, "toString"), "function");
    Reflect.set(store.words, "toString", 3);
    assert.equal(Reflect.get(store.words, "toString"), 3);
    assert.deepEqual(Object.keys(store.words), ["toString"]);
  });
});
