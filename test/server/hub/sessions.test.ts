/** What one session may have at once: connections and rooms. */
import { integer, size, string } from "superstruct";
import { memory } from "../../../server/backends/memory.ts";
import { server } from "../../../server/index.ts";
import { shared } from "../../../src/index.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { closeCodes } from "../../../src/wire/close-codes.ts";
import { HubBench, type HubPage, only } from "../../support/hub.ts";
import { assert, suite, test } from "../../support/suite.ts";

const rooms = shared.family("sessions-room", {
  key: size(string(), 1, 8),
  state: integer(),
  initial: () => 0,
});
const asked: string[] = [];
server.access(rooms, {
  read(_, { key = "" }) {
    asked.push(key);
    return key !== "private";
  },
});

suite("the connections of a session", () => {
  const bench = () => new HubBench({ limits: { socketsPerSession: 2 } });

  test("are so many: one more is closed with 4504 when it says hello, and comes in when another is gone", async () => {
    const { tooMany } = closeCodes;
    const home = bench();
    const [one, two, three, other] = [home.page("a"), home.page("a"), home.page("a"), home.page("b")];
    await one.hello("one");
    await two.hello("two");
    await three.hello("three");
    await other.hello("other");
    assert.deepEqual(
      [one, two, three, other].map(({ closedWith }) => closedWith),
      [undefined, undefined, tooMany, undefined],
    );
    assert.deepEqual(
      home.events.map(([event, client]) => `${event} ${client}`),
      ["connect one", "connect two", "connect other"],
    );
    one.connection.closed(1006);
    const four = home.page("a");
    await four.hello("four");
    assert.equal(four.closedWith, undefined);
  });

  test("are not more for a page that comes back before its old link is found dead", async () => {
    const home = bench();
    const [one, two] = [home.page("a"), home.page("a")];
    await one.hello("one");
    await two.hello("two");
    for (let time = 0; time < 5; time++) {
      const again = home.page("a");
      await again.hello("one");
      assert.equal(again.closedWith, undefined);
    }
    assert.equal(one.closedWith, closeCodes.resync);
  });

  test("T20 are all closed when it ends, those that have not said hello as well", async () => {
    const home = bench();
    const [live, silent, other] = [home.page("a"), home.page("a"), home.page("b")];
    await live.hello("live");
    await other.hello("other");
    home.hub.endSession("a");
    assert.deepEqual(
      [live, silent, other].map(({ closedWith }) => closedWith),
      [closeCodes.revoked, closeCodes.revoked, undefined],
    );
    assert.deepEqual(home.events.at(-1), ["disconnect", "live"]);
  });
});

suite("the rooms of a session", () => {
  const bench = () => new HubBench({ limits: { roomsPerSession: 2, idleRoomMs: 10_000 } });
  const greeted = async (home: HubBench, session: string, client: string) => {
    const page = home.page(session);
    await page.hello(client);
    return page;
  };
  const enter = (page: HubPage, key: string) =>
    page.send({ type: "subscribe", store: `sessions-room/${key}`, life: 1 });
  const codeOf = (frames: Awaited<ReturnType<typeof enter>>) => only(frames, "error").code;
  const isLoaded = ({ hub }: HubBench, key: string) => hub.find(definitionOf(rooms), key) !== undefined;
  const idOf = (frames: Awaited<ReturnType<typeof enter>>) => only(frames, "state").id;

  test("T66 are so many over all its connections, and each counts once", async () => {
    const home = bench();
    const [one, two] = [await greeted(home, "a", "one"), await greeted(home, "a", "two")];
    idOf(await enter(one, "1"));
    idOf(await enter(two, "1"));
    idOf(await enter(two, "2"));
    assert.equal(codeOf(await enter(one, "3")), "E_LIMIT");
    assert(!isLoaded(home, "3"));
    idOf(await enter(await greeted(home, "b", "other"), "3"));
  });

  test("T66 still count when they were left, until they are gone from memory", async () => {
    const home = bench();
    const page = await greeted(home, "a", "one");
    await page.send({ type: "unsubscribe", store: idOf(await enter(page, "1")) });
    await page.send({ type: "unsubscribe", store: idOf(await enter(page, "2")) });
    assert.equal(codeOf(await enter(page, "3")), "E_LIMIT");
    page.connection.closed(1006);
    const next = await greeted(home, "a", "next");
    assert.equal(codeOf(await enter(next, "3")), "E_LIMIT");
    home.clock.pass(12_000);
    idOf(await enter(next, "3"));
  });

  test("do not count when they were left and somebody else is there", async () => {
    const home = bench();
    const [page, other] = [await greeted(home, "a", "one"), await greeted(home, "b", "other")];
    for (const key of ["1", "2"]) {
      await page.send({ type: "unsubscribe", store: idOf(await enter(page, key)) });
      idOf(await enter(other, key));
    }
    idOf(await enter(page, "3"));
    idOf(await enter(page, "4"));
    assert.equal(codeOf(await enter(page, "5")), "E_LIMIT");
  });

  test("do not count where loading fails", async () => {
    const backend = memory();
    const home = new HubBench({
      limits: { roomsPerSession: 1 },
      backend: {
        ...backend,
        load: (name) => (name.endsWith("/bad") ? Promise.reject(new Error("torn")) : backend.load(name)),
      },
    });
    const page = await greeted(home, "a", "one");
    assert.equal(codeOf(await enter(page, "bad")), "E_INTERNAL");
    idOf(await enter(page, "1"));
  });

  test("T66 that nobody wrote to are gone 5 s after they were left, and the others after a minute", async () => {
    const home = new HubBench();
    const page = await greeted(home, "a", "one");
    const leave = (id: number) => page.send({ type: "unsubscribe", store: id });
    const written = idOf(await enter(page, "1"));
    await page.sync(written, 1, 0, [["increment", ["value"], 1]]);
    for (const id of [written, idOf(await enter(page, "2")), idOf(await enter(page, "3"))]) await leave(id);
    home.clock.pass(4000);
    // Who asks for one uses it.
    assert(isLoaded(home, "2"));
    home.clock.pass(3000);
    assert(!isLoaded(home, "3"));
    assert(isLoaded(home, "1"));
    home.clock.pass(62_000);
    assert(!isLoaded(home, "1"));
  });

  test("T66 are asked for by key, then by right, and loaded last; none is stored untouched", async () => {
    const log: string[] = [];
    const backend = memory();
    const home = new HubBench({
      limits: { idleRoomMs: 1000 },
      backend: {
        ...backend,
        load(name) {
          log.push(`load ${name}`);
          return backend.load(name);
        },
        commit(...args) {
          log.push("commit");
          return backend.commit(...args);
        },
      },
    });
    const page = await greeted(home, "a", "one");
    asked.length = 0;
    assert.equal(codeOf(await enter(page, "much-too-long")), "E_FORBIDDEN");
    assert.deepEqual([asked, log], [[], []]);
    assert.equal(codeOf(await enter(page, "private")), "E_FORBIDDEN");
    assert.deepEqual([asked, log], [["private"], []]);
    await page.send({ type: "unsubscribe", store: idOf(await enter(page, "1")) });
    home.clock.pass(3000);
    await home.settle();
    assert(!isLoaded(home, "1"));
    assert.deepEqual(log, ["load sessions-room/1"]);
  });
});
