/** What becomes of writes that are not answered yet, when others were first: kind by kind, nested lists among them. */
import { array, number, object, string } from "superstruct";
import { increment, move } from "../../../src/state/helpers.ts";
import type { Op } from "../../../src/state/ops.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { SimServer } from "../../support/replica.ts";
import { assert, suite, test } from "../../support/suite.ts";

const Card = object({ id: string(), text: string(), votes: number(), tags: array(string()) });
const Column = object({ id: string(), cards: array(Card) });
const State = object({ columns: array(Column), title: string(), count: number() });

type Card = { id: string; text: string; votes: number; tags: string[] };
const card = (id: string): Card => ({ id, text: "", votes: 0, tags: ["x", "y"] });
const column = (id: string, ...cards: string[]) => ({ id, cards: cards.map(card) });
const initial = () => ({
  columns: [column("todo", "a", "b", "c"), column("done", "d")],
  title: "",
  count: 0,
});
type State = ReturnType<typeof initial>;

let stores = 0;

function loaded(options: { optimistic?: boolean } = {}): SimServer<State> {
  const store = shared(`kanban${stores++}`, {
    state: State,
    initial,
    ...options,
    actions: (action) => ({
      vote: action([string()], (state, id) => {
        const found = state.columns.flatMap(({ cards }) => cards).find((each) => each.id === id);
        if (found) found.votes += 1;
        state.count += 1;
      }),
    }),
  });
  return new SimServer<State>(definitionOf(store)).load(initial());
}

/** Lets the microtask end, and with it the batch. */
const tick = () => Promise.resolve();

const columnOf = ({ state }: SimServer<State>, id: string) =>
  state.columns.find((each) => each.id === id) as State["columns"][number];
const cardOf = ({ state }: SimServer<State>, id: string) =>
  state.columns.flatMap(({ cards }) => cards).find((each) => each.id === id) as Card;
/** The columns in short: "todo: a b c". */
const board = ({ state }: SimServer<State>) =>
  state.columns.map(({ id, cards }) => `${id}: ${cards.map((each) => each.id).join(" ")}`);
const losses = ({ page }: SimServer<State>) => page.losses.map(([write, reason]) => [reason, write]);

const cardsOf = (index: number, at: number) => ["columns", index, "cards", at] as const;

suite("a write inside of a nested list", () => {
  test("follows its element over an insertion, a removal, a move, and moves of what is around", async () => {
    const others: Op[][] = [
      [["splice", cardsOf(0, 0), 0, [card("new")]]],
      [["splice", cardsOf(0, 0), 1]],
      [["move", cardsOf(0, 1), 2]],
      [["move", ["columns", 0], 1]],
      [["splice", ["columns", 0], 0, [column("first")]]],
      [
        ["move", ["columns", 0], 1],
        ["splice", cardsOf(1, 0), 1],
      ],
    ];
    for (const ops of others) {
      const server = loaded();
      const b = cardOf(server, "b");
      b.text = "mine";
      increment(b, "votes");
      b.tags.push("z");
      b.tags.splice(0, 1);
      await tick();
      server.patch(1, ...ops);
      const { text, votes, tags } = cardOf(server, "b");
      assert.deepEqual({ text, votes, tags: [...tags] }, { text: "mine", votes: 1, tags: ["y", "z"] });
      assert.deepEqual(losses(server), []);
    }
  });

  test("is dropped with its element, and told; what else is in its batch is kept", async () => {
    const server = loaded();
    server.state.title = "kept";
    cardOf(server, "b").text = "gone";
    increment(server.state, "count", 2);
    cardOf(server, "c").tags.push("kept");
    await tick();
    server.patch(1, ["splice", cardsOf(0, 1), 1]);
    assert.deepEqual(losses(server), [["E_GONE", [["set", [...cardsOf(0, 1), "text"], "gone"]]]]);
    assert.equal(server.state.title, "kept");
    assert.equal(server.state.count, 2);
    assert.deepEqual([...cardOf(server, "c").tags], ["x", "y", "kept"]);
    server.ack(1, 2, [
      ["set", ["title"], "kept"],
      ["increment", ["count"], 2],
      ["splice", [...cardsOf(0, 1), "tags", 2], 0, ["kept"]],
    ]);
    assert.equal(server.page.losses.length, 1);
  });

  test("is dropped with any list around it, each kind told once that brought something", async () => {
    const server = loaded();
    const a = cardOf(server, "a");
    a.text = "text";
    increment(a, "votes");
    a.tags.push("tag");
    a.tags.pop();
    move(a.tags, 0, 1);
    await tick();
    server.patch(1, ["splice", ["columns", 0], 1]);
    assert.deepEqual(
      losses(server).map(([reason, write]) => [reason, ((write as Op[])[0] as Op)[0]]),
      [
        ["E_GONE", "set"],
        ["E_GONE", "increment"],
        ["E_GONE", "splice"],
      ],
    );
    server.patch(2, ["splice", ["columns", 0], 1]);
    assert.equal(server.page.losses.length, 3);
  });

  test("of a transaction is dropped alone, too, and the others stay one batch", async () => {
    const server = loaded();
    server.replica.transaction(() => {
      cardOf(server, "b").text = "gone";
      columnOf(server, "done").cards.push(card("e"));
    });
    server.patch(1, ["splice", cardsOf(0, 1), 1]);
    assert.deepEqual(board(server), ["todo: a c", "done: d e"]);
    assert.equal(server.replica.pending, 1);
    assert.equal(server.page.losses.length, 1);
  });
});

suite("a move", () => {
  test("takes its element wherever others have put it, and ends between the same neighbours", async () => {
    const server = loaded();
    move(columnOf(server, "todo").cards, 0, 2);
    await tick();
    server.patch(1, ["splice", cardsOf(0, 0), 0, [card("new")]]);
    assert.deepEqual(board(server)[0], "todo: new b c a");
  });

  test("of what others removed comes to nothing, and nothing is lost by it", async () => {
    const server = loaded();
    move(columnOf(server, "todo").cards, 0, 2);
    await tick();
    server.patch(1, ["splice", cardsOf(0, 0), 1]);
    assert.deepEqual(board(server)[0], "todo: b c");
    assert.deepEqual(losses(server), []);
  });

  test("of one element by both sides ends where the later one put it", async () => {
    const server = loaded();
    move(columnOf(server, "todo").cards, 0, 1);
    await tick();
    server.patch(1, ["move", cardsOf(0, 0), 2]);
    assert.deepEqual(board(server)[0], "todo: b a c");
  });

  test("of a sorted list is carried over what others inserted", async () => {
    const server = loaded();
    columnOf(server, "todo").cards.sort((one, two) => (one.id < two.id ? 1 : -1));
    await tick();
    server.patch(1, ["splice", cardsOf(0, 3), 0, [card("new")]]);
    const [todo = ""] = board(server);
    assert.deepEqual(todo.replace("new ", "").replace(" new", ""), "todo: c b a");
    assert.match(todo, /new/);
  });
});

suite("an action", () => {
  test("loses nothing where its prediction has no place any more: it runs again", () => {
    const server = loaded();
    server.replica.call("vote", ["b"]);
    server.patch(1, ["splice", cardsOf(0, 1), 1]);
    assert.deepEqual(losses(server), []);
    assert.equal(server.state.count, 1);
  });

  test("is shown over what others write while as much waits as may", () => {
    const server = loaded();
    for (let count = 0; count < 256; count++) server.replica.call("vote", ["a"]);
    server.patch(1, ["set", ["title"], "theirs"]);
    assert.equal(server.state.count, 256);
    assert.equal(cardOf(server, "a").votes, 256);
  });
});

suite("where only a snapshot is left", () => {
  test("writes find their elements by id through nested lists, each on those before it", async () => {
    const server = loaded();
    const b = cardOf(server, "b");
    b.text = "mine";
    columnOf(server, "todo").cards.splice(2, 0, card("new"));
    cardOf(server, "new").text = "also mine";
    move(columnOf(server, "todo").cards, 0, 3);
    await tick();
    server.reconnect();
    const columns = [column("done", "d"), column("todo", "x", "b", "c", "a")];
    server.answer({ version: 90, value: { ...initial(), columns } });
    assert.deepEqual(board(server), ["done: d", "todo: x b new c a"]);
    assert.equal(cardOf(server, "b").text, "mine");
    assert.equal(cardOf(server, "new").text, "also mine");
    assert.deepEqual(losses(server), []);
  });

  test("a write without a place is undecided, and the rest of its batch is kept", async () => {
    const server = loaded();
    cardOf(server, "b").text = "undecided";
    cardOf(server, "a").tags[0] = "has no id";
    increment(server.state, "count");
    await tick();
    server.reconnect();
    server.answer({ version: 90, value: { ...initial(), columns: [column("todo", "a")] } });
    assert.deepEqual(losses(server), [
      ["E_UNDECIDED", [["set", [...cardsOf(0, 1), "text"], "undecided"]]],
      ["E_UNDECIDED", [["set", [...cardsOf(0, 0), "tags", 0], "has no id"]]],
    ]);
    assert.equal(server.state.count, 1);
    assert.deepEqual(server.message?.batches, [[["increment", ["count"], 1]]]);
  });

  test("what is told to be lost is not told again", async () => {
    const server = loaded();
    cardOf(server, "b").text = "gone";
    increment(server.state, "count");
    await tick();
    server.patch(1, ["splice", cardsOf(0, 1), 1]);
    for (const version of [90, 91]) {
      server.reconnect();
      server.answer({ version, value: { ...initial(), columns: [column("todo", "a")] } });
    }
    assert.equal(server.page.losses.length, 1);
    assert.equal(server.state.count, 1);
  });

  test("a store that waits for the server finds the places of its writes, too", async () => {
    const server = loaded({ optimistic: false });
    cardOf(server, "b").text = "mine";
    await tick();
    server.patch(1, ["splice", cardsOf(0, 0), 1]);
    server.reconnect();
    server.answer({ version: 90, value: { ...initial(), columns: [column("todo", "x", "y", "b")] } });
    assert.deepEqual(server.message?.batches, [[["set", [...cardsOf(0, 2), "text"], "mine"]]]);
    assert.equal(cardOf(server, "b").text, "");
  });
});

suite("a server that lost what this page no longer keeps", () => {
  const late = 61_000;

  test("has lost it for good, and the page is told so, once", async () => {
    const server = loaded();
    increment(server.state, "count");
    await tick();
    server.ack(1, 1);
    server.page.clock.pass(late);
    increment(server.state, "count", 5);
    await tick();
    server.ack(2, 2);
    for (const epoch of ["f", "f"]) {
      server.reconnect();
      server.answer({ epoch, value: initial() });
    }
    assert.deepEqual(losses(server), [["E_FORGOTTEN", []]]);
    assert.equal(server.state.count, 5);
  });

  test("has lost nothing of it where it still has its number", async () => {
    const server = loaded();
    increment(server.state, "count");
    await tick();
    server.ack(1, 1);
    server.page.clock.pass(late);
    server.reconnect();
    server.answer({ epoch: "f", version: 1, last: 1, value: { ...initial(), count: 1 } });
    assert.deepEqual(losses(server), []);
  });

  test("has lost nothing of it where nothing came of that", async () => {
    const server = loaded();
    cardOf(server, "b").tags.pop();
    await tick();
    server.ack(1, undefined, []);
    server.page.clock.pass(late);
    server.reconnect();
    server.answer({ epoch: "f", value: initial() });
    assert.deepEqual(losses(server), []);
    assert.equal(server.replica.pending, 0);
  });

  test("may have lost what was written in an earlier life: its numbers do not say", async () => {
    const server = loaded();
    increment(server.state, "count");
    await tick();
    server.ack(1, 1);
    server.reconnect();
    // Another writer from now on: the record is gone.
    server.answer({ version: 1, last: 0, patches: [] });
    server.answer({ version: 1, last: 0, patches: [] });
    server.reconnect();
    server.answer({ epoch: "f", value: initial() });
    assert.deepEqual(losses(server), [["E_FORGOTTEN", []]]);
  });
});
