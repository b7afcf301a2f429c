import assert from "node:assert/strict";
import { any, array, number, object, optional, record, size, string } from "superstruct";
import type { Client } from "../../../src/state/definition.ts";
import type { Json } from "../../../src/state/json.ts";
import type { NamedOp, Op } from "../../../src/state/ops.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { HubBench, type HubPage, only } from "../../support/hub.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { suite, test } from "../../support/suite.ts";

const Part = object({ id: number(), n: number() });
const Item = object({
  id: string(),
  of: string(),
  n: number(),
  parts: array(Part),
  note: optional(size(string(), 0, 9)),
});
type Item = { id: string; of: string; n: number; parts: { id: number; n: number }[]; note?: string };
const State = object({
  items: array(Item),
  tags: array(string()),
  notes: record(string(), object({ of: string(), text: string() })),
});
type State = { items: Item[]; tags: string[]; notes: Record<string, { of: string; text: string }> };

const item = (id: string, of: string, more: Partial<Item> = {}): Item => ({
  id,
  of,
  n: 0,
  parts: [],
  ...more,
});
/** Ann's and Bob's in turn: what Ann sees as 0 and 1 is 1 and 3. */
const items = () => [
  item("b1", "bob"),
  item("a1", "ann"),
  item("b2", "bob"),
  item("a2", "ann"),
  item("b3", "bob"),
];
const view = ({ items, tags, notes }: State, { id }: Client): State => ({
  items: items.filter(({ of }) => of === id),
  tags,
  notes: Object.fromEntries(Object.entries(notes).filter(([, { of }]) => of === id)),
});

let stores = 0;

/** What Ann, who sees a part, sends, and what becomes of the whole. */
async function open(state: Partial<State> = {}) {
  const bench = new HubBench({ limits: { messageBurst: 5000, opBurst: 10_000 } });
  const definition = definitionOf(
    shared(`sight${stores++}`, {
      state: State,
      initial: (): State => ({ items: items(), tags: ["t"], notes: {}, ...state }),
      access: { view, write: () => true },
      actions: (action) => ({
        note: action([string()], ({ items }, text) => {
          for (const each of items) each.note = text;
        }),
      }),
    }),
  );
  const page = await bench.subscriber("ann", definition);
  const authority = await bench.authority(definition);
  await page.news();
  let n = 0;
  const send = (...ops: (Op | NamedOp)[]) => page.sync(1, ++n, authority.version, ops);
  const whole = () => authority.snapshot() as unknown as State;
  const ids = () =>
    whole()
      .items.map(({ id }) => id)
      .join(" ");
  return { bench, definition, page, authority, send, whole, ids, call: () => ++n };
}

const last = (page: HubPage) => String(page.buffers.at(-1));

suite("what is written by id where there is a view", () => {
  test("is done to that element of the whole, whatever stands around it", async () => {
    const { send, whole, ids } = await open();
    await send(["set", ["items", "a1", "note"], "hi"], ["increment", ["items", "a2", "n"], 2]);
    assert.deepEqual(
      whole().items.map(({ n, note }) => [n, note]),
      [
        [0, undefined],
        [0, "hi"],
        [0, undefined],
        [2, undefined],
        [0, undefined],
      ],
    );
    await send(["delete", ["items", "a1", "note"]], ["set", ["items", "a1"], item("a3", "ann")]);
    assert.equal(ids(), "b1 a3 b2 a2 b3");
    await send(["splice", ["items", ""], ["a3", "a2"]]);
    assert.equal(ids(), "b1 b2 b3");
  });

  test("is put behind the element that is named, at the start, or at the end", async () => {
    const { send, ids } = await open();
    const insert = (place: string | 0, id: string): NamedOp => [
      "splice",
      ["items", place],
      [],
      [item(id, "ann")],
    ];
    await send(insert("a1", "x"), insert(0, "y"), insert("", "z"));
    assert.equal(ids(), "y b1 a1 x b2 a2 b3 z");
    await send(["move", ["items", "y"], "a2"], ["move", ["items", "z"], 0], ["move", ["items", "a1"], ""]);
    assert.equal(ids(), "z b1 x b2 a2 y b3 a1");
    await send(["splice", ["items", "x"], ["a2", "x"], [item("w", "ann")]]);
    assert.equal(ids(), "z b1 w b2 y b3 a1");
  });

  test("is answered by what it changed of the view", async () => {
    const { send } = await open();
    assert.deepEqual(only(await send(["splice", ["items", ""], ["a1"]]), "ack").ops, [
      ["splice", ["items", 0], 1],
    ]);
  });

  test("goes through lists in lists, also by ids that are numbers", async () => {
    const { send, whole } = await open({
      items: [
        item("b1", "bob"),
        item("a1", "ann", {
          parts: [
            { id: 7, n: 0 },
            { id: 8, n: 0 },
          ],
        }),
      ],
    });
    await send(
      ["increment", ["items", "a1", "parts", "8", "n"], 1],
      ["move", ["items", "a1", "parts", "7"], "8"],
    );
    assert.deepEqual(whole().items[1]?.parts, [
      { id: 8, n: 1 },
      { id: 7, n: 0 },
    ]);
  });

  test("is seen by the ops of its batch that come after it", async () => {
    const { send, whole, ids } = await open();
    await send(
      ["splice", ["items", "a2"], [], [item("new", "ann")]],
      ["set", ["items", "new", "note"], "mine"],
      ["splice", ["items", "new"], [], [item("newer", "ann")]],
    );
    assert.equal(ids(), "b1 a1 b2 a2 new newer b3");
    assert.equal(whole().items[4]?.note, "mine");
  });

  test("T13 has no effect on what its client does not see, and the same answer as for what is not there", async () => {
    const { page, send, authority, whole } = await open({
      notes: { his: { of: "bob", text: "secret" }, mine: { of: "ann", text: "" } },
    });
    const before = JSON.stringify(whole());
    const ways = (id: string, key: string): NamedOp[] => [
      ["set", ["items", id, "note"], "x"],
      ["set", ["items", id], item(id, "ann")],
      ["increment", ["items", id, "n"], 1],
      ["delete", ["items", id, "note"]],
      ["splice", ["items", "a1"], [id, id]],
      ["splice", ["items", id, "parts", ""], [], [{ id: 1, n: 1 }]],
      ["move", ["items", id], "a1"],
      ["move", ["items", "a1"], id],
      ["set", ["items", id, "no", "such"], 1],
      ["delete", ["notes", key]],
      ["set", ["notes", key, "text"], "x"],
    ];
    for (const [index, op] of ways("b2", "his").entries()) {
      const answers: string[] = [];
      for (const each of [op, ways("no", "nobody's")[index] as NamedOp]) {
        await send(each);
        answers.push(last(page).replace(/"n":\d+/, ""));
      }
      assert.deepEqual(answers, Array(2).fill('{"type":"ack","store":1,,"ops":[]}'), JSON.stringify(op));
    }
    assert.equal(authority.version, 0);
    assert.equal(JSON.stringify(whole()), before);
    await send(["set", ["notes", "his"], { of: "ann", text: "" }]);
    assert.equal(JSON.stringify(whole()), before);
    await send(["set", ["notes", "new"], { of: "ann", text: "" }]);
    assert.deepEqual(Object.keys(whole().notes), ["his", "mine", "new"]);
  });

  test("is put at the end where the element before it is not seen or gone", async () => {
    const { send, ids } = await open();
    await send(
      ["splice", ["items", "b1"], [], [item("x", "ann")]],
      ["splice", ["items", "no"], [], [item("y", "ann")]],
    );
    assert.equal(ids(), "b1 a1 b2 a2 b3 x y");
  });

  test("has no effect where an id is not one element's alone", async () => {
    const { send, ids } = await open({ items: [item("a1", "bob"), item("a1", "ann"), item("a2", "ann")] });
    await send(["splice", ["items", ""], ["a1", "a1"]], ["set", ["items", "a1"], item("x", "ann")]);
    assert.equal(ids(), "a1 a1 a2");
    await send(["splice", ["items", "a1"], ["a2", "a2"]]);
    assert.equal(ids(), "a1 a1");
  });

  test("T13 may not be by index, nor replace a list as a whole, and says what to do", async () => {
    const { send, ids, whole } = await open({
      notes: { mine: { of: "ann", text: "" }, his: { of: "bob", text: "" } },
    });
    const refused: readonly (Op | NamedOp)[] = [
      ["splice", ["items", 1], 1],
      ["splice", ["items", 0], 0, [item("x", "ann")]],
      ["splice", ["items", 1], [], [item("x", "ann")]],
      ["splice", ["items", "a1"], 1],
      ["move", ["items", 0], "a1"],
      ["move", ["items", "a1"], 1],
      ["set", ["items", 0, "note"], "x"],
      ["set", ["tags", 0], "x"],
      ["increment", ["items", "a1", "parts", 0, "n"], 1],
      ["set", ["items"], []],
      ["delete", ["items"]],
      ["set", ["items", "a1", "parts"], []],
      ["set", ["notes"], {}],
      ["delete", ["notes"]],
    ];
    for (const op of refused) {
      const { code, message } = only(await send(op), "error");
      assert.equal(code, "E_FORBIDDEN", JSON.stringify(op));
      assert.match(message, /use an action/);
    }
    assert.equal(ids(), "b1 a1 b2 a2 b3");
    assert.equal(only(await send(["set", ["notes", "mine"], { text: "x", of: "ann" }]), "ack").v, 1);
    assert.deepEqual(whole().notes, { mine: { of: "ann", text: "x" }, his: { of: "bob", text: "" } });
  });

  test("T13 may not replace an element of which a part is seen", async () => {
    const bench = new HubBench();
    const element = (id: string) => ({ id, text: "", secret: "his", parts: [{ id: 1, isHidden: true }] });
    const definition = definitionOf(
      shared(`sight${stores++}`, {
        state: array(any()),
        initial: () => [element("a"), element("b")],
        access: {
          write: () => true,
          view: ({ value }: { value: ReturnType<typeof element>[] }) => ({
            value: value.map(({ secret, ...each }) =>
              each.id === "a" ? { ...each, parts: [] } : { ...each, secret },
            ),
          }),
        },
      }),
    );
    const page = await bench.subscriber("ann", definition);
    await page.news();
    const set = (n: number, id: string) =>
      page.sync(1, n, 0, [["set", ["value", id], { ...element(id), secret: "hers" }]]);
    assert.equal(only(await set(1, "a"), "error").code, "E_FORBIDDEN");
    assert.equal(only(await set(2, "b"), "ack").v, 1, "all of it is seen");
  });

  test("T12 is refused by its code alone where the whole does not fit, and so is an action", async () => {
    const { page, send, definition, call } = await open();
    const told = async (answer: ReturnType<typeof send>) => {
      const { re: _, ...error } = only(await answer, "error");
      return error;
    };
    const message = `E_VALIDATION: "${definition.name}" is refused.`;
    const expected = { type: "error", store: 1, code: "E_VALIDATION", message };
    assert.deepEqual(await told(send(["set", ["items", "a2", "note"], "much too long"])), expected);
    const note = { action: "note", args: ["much too long"], seed: 1, at: 1_700_000_000_000 };
    assert.deepEqual(await told(page.sync(1, call(), 0, note)), expected);
    const { field } = only(await page.sync(1, call(), 0, { ...note, args: [1] }), "error");
    assert.equal(field, "0", "of its own arguments a client is told everything");
  });

  test("leaves all that is not seen as it is, whatever is sent", async () => {
    const random = randomFrom(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    const pick = <T>(list: readonly T[]) => list[below(list.length)] as T;
    const parts = [
      { id: 7, n: 0 },
      { id: 8, n: 0 },
    ];
    const notes = { his: { of: "bob", text: "" }, mine: { of: "ann", text: "" } };
    const { bench, send, whole } = await open({ items: items().map((each) => ({ ...each, parts })), notes });
    const his = () =>
      JSON.stringify([
        whole().items.filter(({ of }) => of === "bob"),
        Object.values(whole().notes).filter(({ of }) => of === "bob"),
      ]);
    const before = his();
    const ids = ["a1", "a2", "b1", "b2", "b3", "new", "no", "7", "8", "", 0, 1] as const;
    const step = () =>
      pick([...ids, ...["items", "parts", "notes", "his", "mine", "n", "note", "length", "tags"]]);
    const path = () => [pick(["items", "items", "notes", "tags"]), ...Array.from({ length: below(4) }, step)];
    const value = () =>
      pick([1, "x", null, item(String(pick(ids)), "ann"), { of: "ann", text: "" }, [], {}] as Json[]);
    const op = (): NamedOp => {
      const kind = pick(["set", "delete", "increment", "splice", "move"] as const);
      if (kind === "set") return [kind, path(), value()];
      if (kind === "delete") return [kind, path()];
      if (kind === "increment") return [kind, path(), below(3)];
      if (kind === "move") return [kind, path(), step()];
      return [kind, path(), Array.from({ length: below(3) }, () => String(step())), [value()]];
    };
    for (let count = 0; count < 3000; count++) {
      await send(...Array.from({ length: 1 + below(2) }, op));
      assert.equal(his(), before, `seed ${seed}, op ${count}`);
    }
    assert.deepEqual(bench.reports, []);
    assert.ok(whole().items.length !== 5, "some of it was taken");
  });

  test("is E_BAD_PATH where there is no view", async () => {
    const bench = new HubBench();
    const definition = definitionOf(
      shared(`sight${stores++}`, {
        state: State,
        initial: (): State => ({ items: items(), tags: [], notes: {} }),
      }),
    );
    const page = await bench.subscriber("ann", definition);
    await page.news();
    let n = 0;
    for (const op of [
      ["splice", ["items", 0], ["a1"]],
      ["splice", ["items", "a1"], ["a1"]],
      ["move", ["items", 0], "a1"],
      ["set", ["items", "a1", "note"], "x"],
    ] as NamedOp[])
      assert.equal(only(await page.sync(1, ++n, 0, [op]), "error").code, "E_BAD_PATH", JSON.stringify(op));
    assert.equal((await bench.authority(definition)).version, 0);
  });
});
