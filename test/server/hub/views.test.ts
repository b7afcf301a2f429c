import assert from "node:assert/strict";
import { array, number, object, string } from "superstruct";
import { Views } from "../../../server/hub/views.ts";
import type { Client, Definition } from "../../../src/state/definition.ts";
import type { Json, JsonObject } from "../../../src/state/json.ts";
import type { Op } from "../../../src/state/ops.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { Tree } from "../../../src/state/tree.ts";
import { HubBench, type HubPage, only } from "../../support/hub.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { suite, test } from "../../support/suite.ts";

const State = object({ notes: array(object({ team: string(), text: string() })), round: number() });
type State = { notes: { team: string; text: string }[]; round: number };
const initial = (): State => ({ notes: [], round: 0 });

/** "red-1" is of the team "red"; "admin" sees all. */
const teamOf = ({ id }: Client) => id.split("-", 1)[0] as string;
const view = (state: State, client: Client): State =>
  teamOf(client) === "admin"
    ? state
    : { ...state, notes: state.notes.filter(({ team }) => team === teamOf(client)) };

let stores = 0;
const notes = () => definitionOf(shared(`views${stores++}`, { state: State, initial, access: { view } }));

/** The server writes a note of a team. */
async function write(bench: HubBench, definition: Definition, team: string, text = "hello") {
  const authority = await bench.authority(definition);
  (authority.root as State).notes.push({ team, text });
  await authority.settled();
}

suite("subscribers of equal view", () => {
  test("share one encoded patch, whenever they came", async () => {
    const bench = new HubBench();
    const definition = notes();
    const pages: HubPage[] = [];
    await write(bench, definition, "black");
    for (const team of ["red", "blue", "admin"]) {
      for (let count = 0; count < 3; count++)
        pages.push(await bench.subscriber(`${team}-${count}`, definition));
      await write(bench, definition, "red");
    }
    for (const page of pages) await page.news();
    for (const team of ["red", "blue"]) {
      await write(bench, definition, team);
      for (const page of pages) only(await page.news(), "SYNC");
      const patches = pages.map(({ buffers }) => buffers.at(-1) as Uint8Array);
      assert.equal(new Set(patches).size, 3);
      for (const first of [0, 3, 6]) assert.equal(new Set(patches.slice(first, first + 3)).size, 1);
    }
  });

  test("see what their view says at every version, whoever comes, goes and writes", async () => {
    const random = randomFrom(seed);
    const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
    const bench = new HubBench();
    const definition = notes();
    const authority = await bench.authority(definition);
    const open: { page: HubPage; client: Client; tree: Tree; version: number }[] = [];
    for (let step = 0; step < 300; step++) {
      const kind = random();
      if (kind < 0.3) {
        const client = { id: `${pick(["red", "blue", "green", "admin"])}-${step}` };
        const page = bench.page();
        const state = only(await page.hello(client.id, { store: definition.name, life: 1 }), "state");
        open.push({ page, client, tree: new Tree(state.value as JsonObject), version: state.version });
      } else if (kind < 0.5 && open.length)
        open.splice(Math.floor(random() * open.length), 1)[0]?.page.connection.closed(1006);
      else if (kind < 0.9) await write(bench, definition, pick(["red", "blue", "black"]), String(step));
      else {
        (authority.root as State).notes.shift();
        await authority.settled();
      }
      for (const { page, client, tree } of open) {
        for (const frame of await page.news())
          if (frame.type === "SYNC") for (const op of frame.ops) assert.ok(tree.apply(op as Op));
        assert.deepEqual<Json>(tree.root, view(authority.snapshot() as unknown as State, client));
      }
    }
  });

  test("are told what their own writes became by their view", async () => {
    const bench = new HubBench();
    const definition = definitionOf(
      shared(`views${stores++}`, {
        state: State,
        initial,
        access: { view },
        actions: (action) => ({
          note: action([string(), string()], (state, team, text) => {
            state.notes.push({ team, text });
          }),
        }),
      }),
    );
    const [red, blue] = [
      await bench.subscriber("red-1", definition),
      await bench.subscriber("blue-1", definition),
    ];
    await write(bench, definition, "blue");
    await red.news();
    await blue.news();
    const call = { action: "note", args: ["red", "mine"], seed: 1, at: 1_700_000_000_000 };
    assert.deepEqual(only(await red.sync(1, 1, 1, call), "ack").ops, [
      ["splice", ["notes", 0], 0, [{ team: "red", text: "mine" }]],
    ]);
    assert.deepEqual(only(await blue.news(), "SYNC").ops, []);
  });
});

suite("views", () => {
  const make = (see: (state: State, client: Client) => unknown) => {
    const definition = definitionOf(
      shared(`views${stores++}`, { state: State, initial, access: { view: see } }),
    );
    return new Views({ definition, name: definition.name, id: 1 });
  };
  const [ann, bob] = [{ id: "ann" }, { id: "bob" }];
  const root = initial() as unknown as JsonObject;

  test("that say the same are one, as long as somebody holds it", () => {
    const views = make(({ round }) => ({ notes: [], round }));
    const first = views.hold(ann, root);
    assert.equal(views.hold(bob, { ...root }), first);
    views.release(first);
    assert.equal(views.hold(ann, root), first);
    views.release(first);
    views.release(first);
    assert.notEqual(views.hold(ann, root), first);
  });

  test("that are the state itself are not copied", () => {
    const views = make((state) => state);
    assert.equal(views.hold(ann, root).value, root);
  });

  test("that reuse one object do not become another client's", () => {
    const shown = { notes: [], round: 0, id: "" };
    const views = make((_, { id }) => Object.assign(shown, { id }));
    const [mine, other] = [views.hold(ann, root), views.hold(bob, root)];
    assert.deepEqual([mine.value.id, other.value.id], ["ann", "bob"]);
  });
});
