import { array, number, object, optional, record, size, string } from "superstruct";
import { increment, move, transaction } from "../../../src/state/helpers.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { SimServer } from "../../support/replica.ts";
import { assert, suite, test } from "../../support/suite.ts";

const Item = object({ id: string(), text: optional(string()) });
const State = object({
  items: size(array(Item), 0, 400),
  count: number(),
  title: string(),
  tags: array(string()),
});
const initial = () => ({
  items: [] as { id: string; text?: string }[],
  count: 0,
  title: "",
  tags: [] as string[],
});
type State = ReturnType<typeof initial>;

let stores = 0;

function board(options: { optimistic?: boolean } = {}): SimServer<State> {
  const store = shared(`board${stores++}`, {
    state: State,
    initial,
    serverOnly: [],
    ...options,
    actions: (action) => ({
      add: action([string()], (state, id) => {
        state.items.push({ id, text: String(state.items.length) });
      }),
      countTo: action([number()], (state, limit) => {
        if (state.count >= limit) throw new Error("enough");
        state.count += 1;
      }),
    }),
  });
  return new SimServer<State>(definitionOf(store));
}

const loaded = (options = {}, state: Partial<State> = {}) => board(options).load({ ...initial(), ...state });

/** Lets the microtask end, and with it the batch. */
const tick = () => Promise.resolve();

const ids = ({ state }: SimServer<State>) => state.items.map(({ id }) => id);

suite("a store before its state is there", () => {
  test("reads as its initial state", () => {
    const server = board();
    assert.deepEqual(server.seen, initial());
    assert.equal(server.replica.isLoaded, false);
  });

  test("tells when it is loaded", async () => {
    const server = board();
    const loaded = server.replica.loaded();
    server.load({ ...initial(), count: 7 });
    await loaded;
    assert.equal(server.state.count, 7);
  });

  test("keeps sets, increments and actions, and makes them again on the state", async () => {
    const server = board();
    server.state.title = "mine";
    increment(server.state, "count", 2);
    await tick();
    server.replica.call("add", ["a"]);
    assert.equal(server.message, undefined);
    server.load({ ...initial(), count: 5, title: "theirs", items: [{ id: "z" }] });
    assert.deepEqual(server.seen, {
      ...initial(),
      count: 7,
      title: "mine",
      items: [{ id: "z" }, { id: "a", text: "1" }],
    });
    assert.equal(server.message?.batches.length, 2);
  });

  test("keeps an action that cannot be made on the initial state", () => {
    const server = board();
    server.replica.call("countTo", [0]);
    server.load({ ...initial(), count: -3 });
    assert.equal(server.state.count, -2);
    assert.equal(server.message?.batches.length, 1);
  });

  test("refuses edits of lists, which would not know their places", () => {
    const server = board();
    assert.throws(() => server.state.items.push({ id: "a" }), { code: "E_NOT_LOADED" });
    assert.deepEqual(server.seen, initial());
  });

  test("starts from what the page was rendered with, and resumes from there", () => {
    const { definition } = board().replica;
    const server = new SimServer<State>(definition, {
      epoch: "e",
      version: 4,
      value: { ...initial(), count: 9 },
    });
    assert.equal(server.state.count, 9);
    const { name } = definition;
    assert.deepEqual(server.reconnect(), { store: name, life: 1, epoch: "e", version: 4 });
  });

  test("rejects `loaded` and refuses what waits when the subscription is refused", async () => {
    const server = board();
    server.state.title = "mine";
    await tick();
    const settled = server.replica.settled();
    server.error("E_FORBIDDEN", { store: server.replica.name });
    await assert.rejects(server.replica.loaded(), { code: "E_FORBIDDEN" });
    await assert.rejects(settled, { code: "E_FORBIDDEN" });
    assert.equal(server.state.title, "");
  });

  test("asks again for what is written after it was refused, and refuses that, too", async () => {
    const server = board();
    server.error("E_FORBIDDEN", { store: server.replica.name });
    server.state.title = "mine";
    await tick();
    const settled = server.replica.settled();
    assert.equal(server.page.subscriptions.length, 1);
    server.error("E_FORBIDDEN", { store: server.replica.name });
    await assert.rejects(settled, { code: "E_FORBIDDEN" });
    assert.equal(server.state.title, "");
  });

  test("asks again after a while where the store could not be loaded", () => {
    const server = board();
    server.error("E_UNAVAILABLE", { store: server.replica.name, retryAfterMs: 1000 });
    assert.equal(server.page.subscriptions.length, 0);
    server.page.clock.pass(1000);
    assert.equal(server.page.subscriptions.length, 1);
  });

  test("asks again after a while where nobody could say whether it may still be read, and hears nothing until then", () => {
    const server = loaded();
    server.error("E_UNAVAILABLE", { store: server.replica.name, retryAfterMs: 1000 });
    server.patch(1, ["set", ["title"], "theirs"]);
    assert.equal(server.state.title, "");
    server.page.clock.pass(1000);
    assert.equal(server.page.subscriptions.length, 1);
  });

  test("keeps what it shows when it may not be read any more, and says so", () => {
    const server = loaded({}, { title: "theirs" });
    server.error("E_FORBIDDEN", { store: server.replica.name });
    assert.deepEqual(
      server.page.refusals.map(({ code }) => code),
      ["E_FORBIDDEN"],
    );
    assert.equal(server.state.title, "theirs");
  });
});

suite("what others write", () => {
  test("is applied in the order of its versions", () => {
    const server = loaded();
    server.patch(1, ["increment", ["count"], 2]);
    server.patch(2, ["increment", ["count"], 3]);
    assert.equal(server.state.count, 5);
  });

  test("is ignored when it is old, and asked for again when something is missing", () => {
    const server = loaded();
    server.patch(1, ["increment", ["count"], 1]);
    server.patch(1, ["increment", ["count"], 1]);
    assert.equal(server.state.count, 1);
    server.patch(3, ["increment", ["count"], 1]);
    assert.equal(server.state.count, 1);
    assert.equal(server.page.subscriptions.length, 1);
  });

  test("is ignored until a subscription is answered", () => {
    const server = loaded();
    server.patch(3, ["set", ["count"], 1]);
    server.patch(4, ["set", ["count"], 2]);
    server.error("E_SEQ");
    assert.equal(server.page.subscriptions.length, 1);
    server.answer({
      version: 4,
      patches: [{ ops: [] }, { ops: [] }, { ops: [] }, { ops: [["set", ["count"], 2]] }],
    });
    assert.equal(server.state.count, 2);
  });

  test("comes to listeners as ops, and as news of everything where own writes had to move", async () => {
    const server = loaded();
    const told: unknown[] = [];
    server.replica.listen((ops) => told.push(ops));
    server.patch(1, ["set", ["count"], 1]);
    server.state.items.push({ id: "a" });
    await tick();
    server.patch(2, ["splice", ["items", 0], 0, [{ id: "z" }]]);
    assert.deepEqual(told, [
      [["set", ["count"], 1]],
      [["splice", ["items", 0], 0, [{ id: "a" }]]],
      undefined,
    ]);
  });
});

suite("what is written here", () => {
  test("is seen at once and sent when the microtask ends", async () => {
    const server = loaded();
    server.state.items.push({ id: "a" });
    server.state.count = 3;
    assert.deepEqual(ids(server), ["a"]);
    assert.equal(server.message, undefined);
    await tick();
    assert.deepEqual(server.message, {
      type: "SYNC",
      store: 1,
      n: 1,
      v: 0,
      batches: [
        [
          ["splice", ["items", 0], 0, [{ id: "a" }]],
          ["set", ["count"], 3],
        ],
      ],
    });
  });

  test("is accepted as it was without a new identity of anything", async () => {
    const server = loaded();
    server.state.items.push({ id: "a" });
    await tick();
    const before = server.seen;
    const settled = server.replica.settled();
    server.ack(1, 1);
    await settled;
    assert.equal(server.seen, before);
    assert.equal(server.replica.pending, 0);
    assert.equal(server.replica.version, 1);
  });

  test("is carried over what others wrote", async () => {
    const server = loaded({}, { items: [{ id: "a" }, { id: "b" }] });
    const second = server.state.items[1];
    if (second) second.text = "mine";
    await tick();
    server.patch(1, ["splice", ["items", 0], 1]);
    assert.deepEqual(server.state.items[0], { id: "b", text: "mine" });
    server.ack(1, 2, [["set", ["items", 0, "text"], "mine"]]);
    assert.equal(server.replica.pending, 0);
  });

  test("becomes what the server made of it", () => {
    const server = loaded();
    server.replica.call("add", ["a"]);
    server.replica.call("add", ["b"]);
    server.ack(1, 1, [["splice", ["items", 0], 0, [{ id: "a", text: "otherwise" }]]]);
    assert.deepEqual(server.state.items, [
      { id: "a", text: "otherwise" },
      { id: "b", text: "1" },
    ]);
  });

  test("runs again as an action when others wrote first", () => {
    const server = loaded();
    server.replica.call("add", ["a"]);
    server.patch(1, ["splice", ["items", 0], 0, [{ id: "z" }]]);
    assert.deepEqual(server.state.items[1], { id: "a", text: "1" });
  });

  test("shows nothing of an action that cannot be made any more, until the server says so", async () => {
    const server = loaded();
    server.replica.call("countTo", [1]);
    const settled = server.replica.settled();
    server.patch(1, ["set", ["count"], 1]);
    assert.equal(server.state.count, 1);
    assert.equal(server.replica.pending, 1);
    server.error("E_INTERNAL", { re: 1 });
    await assert.rejects(settled, { code: "E_INTERNAL" });
  });

  test("is undone when it is refused, and nothing else is", async () => {
    const server = loaded();
    server.state.items.push({ id: "a" });
    await tick();
    const refused = server.replica.settled();
    server.state.items.push({ id: "b" });
    await tick();
    const first = server.state.items[0];
    if (first) first.text = "written on what is refused";
    await tick();
    server.error("E_VALIDATION", { re: 1, field: "items.0" });
    assert.deepEqual(ids(server), ["b"]);
    await assert.rejects(refused, { code: "E_VALIDATION", field: "items.0" });
    assert.deepEqual(
      server.page.refusals.map(({ code }) => code),
      ["E_VALIDATION"],
    );
    assert.deepEqual(server.message, {
      type: "SYNC",
      store: 1,
      n: 2,
      v: 0,
      batches: [[["splice", ["items", 0], 0, [{ id: "b" }]]], []],
    });
  });

  test("is lost, and that is told, where others removed what it changes", async () => {
    const server = loaded({}, { items: [{ id: "a" }] });
    const [first] = server.state.items;
    if (first) first.text = "mine";
    await tick();
    server.patch(1, ["splice", ["items", 0], 1]);
    assert.deepEqual(server.page.losses, [[[["set", ["items", 0, "text"], "mine"]], "E_GONE"]]);
    server.ack(1, undefined, []);
    assert.equal(server.replica.pending, 0);
    assert.equal(server.replica.version, 1);
  });

  test("is not taken for a version that was missed, where it made none", async () => {
    const server = loaded();
    server.state.title = "mine";
    await tick();
    server.ack(1, undefined, []);
    server.patch(2, ["set", ["title"], "missed one"]);
    assert.equal(server.replica.version, 0);
  });

  test("is not lost where others removed what it removes", async () => {
    const server = loaded({}, { items: [{ id: "a" }] });
    server.state.items.pop();
    await tick();
    server.patch(1, ["splice", ["items", 0], 1]);
    assert.deepEqual(server.page.losses, []);
  });
});

suite("messages", () => {
  test("are sent one at a time, each with all that waited", async () => {
    const server = loaded();
    for (let count = 0; count < 3; count++) {
      increment(server.state, "count");
      await tick();
    }
    assert.equal(server.page.sent.length, 1);
    server.ack(1, 1);
    assert.equal(server.message?.n, 2);
    assert.equal(server.message?.v, 1);
    assert.equal(server.message?.batches.length, 2);
  });

  test("have at most 100 ops", async () => {
    const server = loaded();
    for (let count = 0; count < 250; count++) server.state.items.push({ id: String(count) });
    await tick();
    const counts = [];
    for (let v = 1; server.replica.pending; v++) {
      counts.push((server.message?.batches ?? []).flat().length);
      server.ack(v, v);
    }
    assert.deepEqual(counts, [100, 100, 50]);
  });

  test("have at most 9,000 letters, but for one batch that is longer", async () => {
    const server = loaded();
    server.state.title = "first";
    await tick();
    for (const size of [5000, 5000, 20_000]) {
      server.state.title = "x".repeat(size);
      await tick();
    }
    server.ack(1, 1);
    assert.equal(server.message?.batches.length, 1);
    server.ack(2, 2);
    assert.equal(server.message?.batches.length, 1);
    server.ack(3, 3);
    assert.equal(server.message?.n, 4);
  });

  test("hold back raw writes behind a prediction, which the server does not know", async () => {
    const server = loaded();
    server.state.title = "a";
    await tick();
    server.ack(1, 1);
    server.state.title = "b";
    await tick();
    server.replica.call("add", ["a"]);
    const [first] = server.state.items;
    if (first) first.text = "mine";
    await tick();
    server.ack(2, 2);
    assert.deepEqual(server.message?.batches.length, 1);
    server.ack(3, 3, [["splice", ["items", 0], 0, [{ id: "a", text: "0" }]]]);
    assert.deepEqual(server.message?.batches, [[["set", ["items", 0, "text"], "mine"]]]);
  });

  test("lose the places that a prediction gave them, where the server made nothing of it", async () => {
    const server = loaded({}, { items: [{ id: "a" }] });
    server.replica.call("add", ["b"]);
    server.state.items.push({ id: "c" });
    await tick();
    server.ack(1, undefined, []);
    assert.deepEqual(ids(server), ["a", "c"]);
    assert.deepEqual(server.message?.batches, [[["splice", ["items", 1], 0, [{ id: "c" }]]]]);
  });

  test("refuse where it is written what no server would read", async () => {
    const server = loaded();
    assert.throws(() => (server.state.title = "é".repeat(40_000)), { code: "E_TOO_BIG" });
    assert.throws(() => (server.state.tags = Array.from({ length: 6000 }, () => "")), { code: "E_TOO_BIG" });
    const hundredAndOne = () => {
      for (let count = 0; count < 101; count++) server.state.tags.push("");
    };
    assert.throws(() => transaction(server.state as never, hundredAndOne), { code: "E_TOO_BIG" });
    assert.throws(() => server.replica.call("add", ["x".repeat(70_000)]), { code: "E_TOO_BIG" });
    await tick();
    assert.deepEqual(server.seen, initial());
    assert.equal(server.replica.pending, 0);
  });

  test("leave out missing arguments at the end", () => {
    const server = loaded();
    server.replica.call("add", ["a"]);
    const [call] = server.message?.batches ?? [];
    assert.deepEqual(call, { action: "add", args: ["a"], seed: 1, at: server.page.now() });
  });

  test("T64 wait 256 deep, and the next write throws", async () => {
    const server = loaded();
    for (let count = 0; count < 256; count++) {
      increment(server.state, "count");
      await tick();
    }
    assert.throws(() => increment(server.state, "count"), { code: "E_PENDING_FULL" });
    assert.equal(server.page.overflows, 1);
    assert.equal(server.state.count, 256);
  });

  test("go again after a while where nothing is refused", async () => {
    const server = loaded();
    increment(server.state, "count");
    await tick();
    server.error("E_UNAVAILABLE", { re: 1, retryAfterMs: 500 });
    increment(server.state, "count");
    await tick();
    assert.equal(server.page.sent.length, 1);
    assert.equal(server.state.count, 2);
    server.page.clock.pass(500);
    assert.equal(server.page.sent.length, 2);
    assert.equal(server.message?.n, 1);
    assert.equal(server.message?.batches.length, 2);
  });
});

suite("a store that is not optimistic", () => {
  test("shows its writes when the server has taken them", async () => {
    const server = loaded({ optimistic: false });
    server.state.title = "mine";
    await tick();
    assert.equal(server.state.title, "");
    server.replica.call("add", ["a"]);
    assert.deepEqual(ids(server), []);
    server.ack(1, 1);
    assert.equal(server.state.title, "mine");
    server.ack(2, 2, [["splice", ["items", 0], 0, [{ id: "a", text: "0" }]]]);
    assert.deepEqual(ids(server), ["a"]);
  });

  test("sends raw writes one by one: each is made on what is shown", async () => {
    const server = loaded({ optimistic: false });
    for (const id of ["a", "b", "c"]) {
      server.state.items.push({ id });
      await tick();
    }
    assert.equal(server.message?.batches.length, 1);
    server.ack(1, 1);
    assert.deepEqual(server.message?.batches, [[["splice", ["items", 1], 0, [{ id: "b" }]]]]);
  });
});

suite("a link that was away", () => {
  test("brings what was missed, own writes among it", async () => {
    const server = loaded();
    increment(server.state, "count");
    await tick();
    increment(server.state, "count");
    await tick();
    server.reconnect();
    server.answer({
      version: 2,
      last: 1,
      patches: [{ ops: [["set", ["title"], "theirs"]] }, { ops: [["increment", ["count"], 1]], n: 1 }],
    });
    assert.deepEqual(server.seen, { ...initial(), count: 2, title: "theirs" });
    assert.equal(server.replica.pending, 1);
    assert.equal(server.message?.n, 2);
  });

  test("learns of a refusal, and of a batch that changed nothing", async () => {
    const server = loaded();
    for (const title of ["taken", "no effect", "refused", "not looked at"]) {
      server.state.title = title;
      await tick();
    }
    server.ack(1, 1);
    server.reconnect();
    server.answer({ version: 1, last: 3, patches: [], refusal: { code: "E_FORBIDDEN", message: "" } });
    assert.deepEqual(
      server.page.refusals.map(({ code }) => code),
      ["E_FORBIDDEN"],
    );
    assert.equal(server.state.title, "not looked at");
    assert.equal(server.message?.n, 4);
  });

  test("finds the places of raw writes by id where only a snapshot is left", async () => {
    const server = loaded({}, { items: [{ id: "a" }, { id: "b" }] });
    const second = server.state.items[1];
    if (second) second.text = "mine";
    server.state.items.splice(1, 0, { id: "new" });
    await tick();
    server.reconnect();
    server.answer({ version: 90, value: { ...initial(), items: [{ id: "b" }, { id: "x" }, { id: "a" }] } });
    assert.deepEqual(server.state.items, [
      { id: "b", text: "mine" },
      { id: "x" },
      { id: "a" },
      { id: "new" },
    ]);
  });

  test("reports what cannot be found there", async () => {
    const server = loaded({}, { items: [{ id: "a" }] });
    const [first] = server.state.items;
    if (first) first.text = "mine";
    await tick();
    server.reconnect();
    server.answer({ version: 90, value: initial() });
    assert.deepEqual(
      server.page.losses.map(([, reason]) => reason),
      ["E_UNDECIDED"],
    );
  });

  test("brings acknowledged writes back to a server that has lost them", async () => {
    const server = loaded();
    server.state.items.push({ id: "a" });
    await tick();
    server.ack(1, 1);
    server.replica.call("add", ["b"]);
    server.ack(2, 2, [["splice", ["items", 1], 0, [{ id: "b", text: "1" }]]]);
    server.state.title = "unanswered";
    await tick();
    server.reconnect();
    server.answer({ epoch: "f", value: { ...initial(), items: [{ id: "z" }] } });
    assert.deepEqual(ids(server), ["z", "a", "b"]);
    assert.equal(server.message?.n, 1);
    assert.deepEqual(server.message?.batches.length, 2);
    server.ack(1, 1);
    server.ack(2, 2, [["splice", ["items", 2], 0, [{ id: "b", text: "2" }]]]);
    assert.deepEqual(server.message?.batches, [[["set", ["title"], "unanswered"]]]);
    assert.equal(server.message?.n, 3);
  });

  test("brings back only what the new server does not have", async () => {
    const server = loaded();
    for (const id of ["a", "b", "c"]) {
      server.state.items.push({ id });
      await tick();
    }
    server.ack(1, 1);
    server.ack(2, 2);
    server.ack(3, 3);
    server.reconnect();
    server.answer({
      epoch: "f",
      version: 5,
      last: 2,
      value: { ...initial(), items: [{ id: "a" }, { id: "b" }] },
    });
    assert.deepEqual(ids(server), ["a", "b", "c"]);
    assert.deepEqual(server.message?.n, 3);
    assert.equal(server.message?.batches.length, 1);
  });

  test("keeps acknowledged writes for 60 s before the link was lost", async () => {
    const server = loaded();
    server.state.items.push({ id: "old" });
    await tick();
    server.ack(1, 1);
    server.page.clock.pass(59_000);
    server.state.items.push({ id: "new" });
    await tick();
    server.ack(2, 2);
    server.page.clock.pass(2000);
    server.page.offlineSince = server.page.now();
    server.page.clock.pass(600_000);
    server.reconnect();
    server.answer({ epoch: "f", value: initial() });
    assert.deepEqual(ids(server), ["new"]);
  });

  test("says what is undecided where the server has forgotten this page, and sends the rest under a new life", async () => {
    const server = loaded();
    increment(server.state, "count");
    await tick();
    server.ack(1, 1);
    server.state.title = "sent";
    await tick();
    increment(server.state, "count", 5);
    await tick();
    const settled = server.replica.settled();
    server.error("E_CLIENT_EXPIRED", { re: 2 });
    server.answer({ version: 1, patches: [] });
    assert.deepEqual(
      server.page.losses.map(([, reason]) => reason),
      ["E_CLIENT_EXPIRED"],
    );
    await assert.rejects(settled, { code: "E_CLIENT_EXPIRED" });
    assert.deepEqual(server.seen, { ...initial(), count: 6 });
    const { name } = server.replica;
    assert.deepEqual(server.page.subscriptions.at(-1), { store: name, life: 2, epoch: "e", version: 1 });
    server.answer({ version: 1, patches: [] });
    assert.equal(server.message?.n, 1);
    assert.deepEqual(server.message?.batches, [[["increment", ["count"], 5]]]);
  });

  test("starts a new life where a copy of this page writes under its name", async () => {
    const server = board();
    server.state.title = "mine";
    await tick();
    server.answer({ version: 37, last: 37, value: initial() });
    assert.equal(server.page.subscriptions.at(-1)?.life, 2);
    server.answer({ version: 37, value: initial() });
    assert.equal(server.state.title, "mine");
    assert.equal(server.message?.n, 1);
  });
});

suite("keys with the names of inherited properties", () => {
  const names = ["toString", "hasOwnProperty", "valueOf", "length", "name", "__defineGetter__"];
  const open = () =>
    new SimServer<{ by: Record<string, number> }>(
      definitionOf(
        shared(`inherited${stores++}`, {
          state: object({ by: record(string(), number()) }),
          initial: () => ({ by: {} }),
        }),
      ),
    ).load({ by: {} });

  for (const name of names)
    test(`T03 are plain data: ${name}`, async () => {
      const server = open();
      server.state.by[name] = 1;
      assert.deepEqual<unknown>(Object.entries(server.state.by), [[name, 1]]);
      await Promise.resolve();
      server.error("E_VALIDATION", { re: 1 });
      assert.deepEqual<unknown>(Object.entries(server.state.by), []);
      server.patch(1, ["set", ["by", name], 2]);
      increment(server.state.by, name);
      assert.deepEqual<unknown>(server.seen, { by: { [name]: 3 } });
      delete server.state.by[name];
      assert.deepEqual<unknown>(server.seen, { by: {} });
    });
});

suite("in a store with a view", () => {
  const seen = (...items: string[]) =>
    board().answer({ value: { ...initial(), items: items.map((id) => ({ id })), tags: ["t"] }, view: true });

  test("what is written names list elements by their ids", async () => {
    const server = seen("a", "b", "c");
    const { state } = server;
    (state.items[1] as { text?: string }).text = "x";
    state.items.splice(0, 2, { id: "d" }, { id: "e" });
    state.items.push({ id: "f" });
    state.items.unshift({ id: "g" });
    move(state.items, 4, 1);
    move(state.items, 1, 0);
    state.items[3] = { id: "h" };
    state.title = "t";
    await tick();
    assert.deepEqual(server.message?.batches, [
      [
        ["set", ["items", "b", "text"], "x"],
        ["splice", ["items", 0], ["a", "b"], [{ id: "d" }, { id: "e" }]],
        ["splice", ["items", ""], [], [{ id: "f" }]],
        ["splice", ["items", 0], [], [{ id: "g" }]],
        ["move", ["items", "f"], "g"],
        ["move", ["items", "f"], 0],
        ["set", ["items", "e"], { id: "h" }],
        ["set", ["title"], "t"],
      ],
    ]);
  });

  test("what has no id is sent by its index, which the server refuses", async () => {
    const server = seen("a");
    server.state.tags[0] = "x";
    server.state.tags.push("y");
    server.state.tags.splice(1, 1);
    await tick();
    assert.deepEqual(server.message?.batches, [
      [
        ["set", ["tags", 0], "x"],
        ["splice", ["tags", ""], [], ["y"]],
        ["splice", ["tags", 1], 1],
      ],
    ]);
  });

  test("a pending write follows its element, where what is seen is replaced as a whole", async () => {
    const server = seen("a", "b", "c");
    (server.state.items[0] as { text?: string }).text = "mine";
    await tick();
    server.patch(1, ["splice", ["items", 0], 3, [{ id: "b" }, { id: "c" }, { id: "a" }]]);
    assert.deepEqual(server.state.items[2], { id: "a", text: "mine" });
    assert.deepEqual(server.page.losses, []);
    server.patch(2, ["splice", ["items", 2], 1]);
    assert.deepEqual(
      server.page.losses.map(([, reason]) => reason),
      ["E_GONE"],
    );
  });

  test("what the server found nowhere is told to be gone", async () => {
    const server = seen("a", "b");
    (server.state.items[0] as { text?: string }).text = "mine";
    await tick();
    server.state.items.pop();
    await tick();
    server.ack(1, undefined, []);
    assert.deepEqual(server.page.losses, [[[["set", ["items", 0, "text"], "mine"]], "E_GONE"]]);
    assert.deepEqual(ids(server), ["a"]);
    assert.equal(server.state.items[0]?.text, undefined);
    server.ack(2, undefined, []);
    assert.equal(server.page.losses.length, 1, "what was to be removed is not missed");
    assert.deepEqual(ids(server), ["a", "b"]);
  });

  test("what would be too long by its names is refused where it is written", async () => {
    const items = Array.from({ length: 500 }, (_, index) => `${index}`.padEnd(128, "x"));
    const server = seen(...items);
    assert.throws(() => server.state.items.splice(0), { code: "E_TOO_BIG" });
    server.state.items.splice(0, 300);
    await tick();
    assert.equal(server.replica.pending, 1);
    assert.equal(server.state.items.length, 200);
  });
});
