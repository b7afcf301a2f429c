import { memory, type Session, server, violet } from "../../server/index.ts";
import { load, loaded, local, settled, snapshot, writable } from "../../src/index.ts";
import { converged, TestClock, testSite } from "../../testing/index.ts";
import { assert, suite, test } from "../support/suite.ts";
import { board, desk, room, safe, talk } from "./stores.ts";

const ui = local("kit-ui", { initial: () => ({ isOpen: false }) });

server.access(safe, { read: (client) => client.user?.name === "Ada" });
server.access(desk, {
  read: () => true,
  view: (state, client) => ({ value: state.value.filter(({ owner }) => owner === client.user?.name) }),
});

interface Person {
  readonly id: number;
  readonly name: string;
}
const ada: Person = { id: 1, name: "Ada" };
const bob: Person = { id: 2, name: "Bob" };
const publicUser = ({ name }: Person) => ({ name });

for (const transport of ["memory", "socket"] as const)
  suite(`testSite with the transport ${transport}`, () => {
    test("gives each client stores of its own, which converge", async () => {
      await using site = await testSite({ transport });
      const stores = [board];
      const [one, two] = [await site.client({ stores }), await site.client({ stores })];
      one.run(() => board.items.push({ id: "one" }));
      two.store(board).items.push({ id: "two" });
      assert.equal(one.store(board).items.length, 1);
      await converged(site);
      assert.deepEqual(
        one.run(() => snapshot(board)),
        site.app.run(() => snapshot(board)),
      );
      assert.equal(two.store(board).items.length, 2);
      assert.notEqual(one.self.id, two.self.id);
    });

    test("lets the app's own door say who a client is", async () => {
      await using site = await testSite<Person>({ transport, options: { publicUser } });
      const one = await site.client({ user: ada });
      const two = await site.client();
      one.store(talk).say("hi");
      two.run(() => talk.say("ho"));
      await converged(site);
      assert.deepEqual(
        site.app.run(() => talk.value.map(({ by }) => by).sort()),
        ["Ada", "guest"],
      );
      assert.deepEqual(one.self.user, { name: "Ada" });
    });

    test("asks the app's own authenticate about the headers of a client", async () => {
      const authenticate = ({ headers }: { headers: { cookie?: string } }) =>
        headers.cookie?.includes("login=bob") ? bob : undefined;
      await using site = await testSite({
        transport,
        app: (make) => make<Person>({ publicUser, authenticate }),
      });
      const two = await site.client({ headers: { cookie: "login=bob" } });
      assert.deepEqual(two.self.user, { name: "Bob" });
    });

    test("serves an app that there is, and leaves it open", async () => {
      const app = violet({
        secret: "a secret for tests alone",
        logger: { info() {}, warn() {}, error() {} },
      });
      {
        await using site = await testSite({ transport, app });
        const one = await site.client();
        one.store(board).title = "given";
        await settled(one.store(board));
        await assert.rejects(site.restart(), { code: "E_OPTION" });
        await assert.rejects(site.client({ user: ada as never }), { code: "E_OPTION" });
      }
      assert.equal(
        app.run(() => board.title),
        "given",
      );
      await app.close();
    });

    test("ends the links of a session that the app revokes", async () => {
      let session = "";
      server.access(board, {
        read: (_, context) => {
          session = (context.session as Session).id;
          return true;
        },
      });
      await using site = await testSite({ transport });
      const one = await site.client();
      await loaded(one.store(board));
      await site.app.revoke(session);
      await one.until("stopped");
      server.access(board, {});
    });
  });

suite("a test client", () => {
  test("has local stores, rooms and snapshots of its own", async () => {
    await using site = await testSite();
    const stores = [board];
    const [one, two] = [await site.client({ stores }), await site.client({ stores })];
    one.store(ui).isOpen = true;
    assert.equal(two.store(ui).isOpen, false);
    await one.run(async () => {
      await load(room("a"));
      room("a").text = "mine";
    });
    await converged(one, two, room("a"));
    assert.equal(two.store(room("a")).text, "mine");
    one.store(board).items.push({ id: "first" });
    one.run(() => {
      const [row] = snapshot(board).items;
      (writable(row as object) as { id: string }).id = "renamed";
    });
    await converged(site);
    await converged(two, board);
    assert.equal(two.store(board).items[0]?.id, "renamed");
  });

  test("does not run the server's code as its own", async () => {
    const seen: unknown[] = [];
    await using site = await testSite({
      app: (make) => {
        const app = make();
        app.on("connect", () => void seen.push(board.title));
        return app;
      },
    });
    site.app.run(() => (board.title = "the server's"));
    const one = await site.client();
    await one.run(async () => {
      board.title = "mine";
      await site.client();
    });
    assert.equal(seen[0], "the server's");
    await converged(site);
  });

  test("is told to the server when it leaves", async () => {
    await using site = await testSite();
    const gone = Promise.withResolvers<string>();
    site.app.on("disconnect", ({ id }) => gone.resolve(id));
    const one = await site.client();
    one.close();
    assert.equal(await gone.promise, one.self.id);
    assert.deepEqual(site.clients, []);
  });
});

suite("converged", () => {
  test("tells who differs, where, and by which seed", async () => {
    await using site = await testSite({ timeoutMs: 50, seed: 7 });
    const one = await site.client({ name: "ada" });
    const two = await site.client({ name: "bob" });
    one.store(board).title = "so";
    await converged(site);
    await loaded(two.store(board));
    one.network.goOffline();
    await assert.rejects(converged(one, two, board), (error) =>
      /^E_TIMEOUT: After 50 ms: "the clients show what the server has" did not come true in time\.\n {2}ada is (offline|connecting)\n {2}the seed is 7$/.test(
        (error as Error).message,
      ),
    );
  });

  test("tells the path of a value that differs", async () => {
    await using site = await testSite({ timeoutMs: 50 });
    const one = await site.client({ name: "ada" });
    const two = await site.client({ name: "bob" });
    await converged(one, two, board);
    two.network.set({ delayMs: 100_000 });
    one.store(board).items.push({ id: "late" });
    await settled(one.store(board));
    await assert.rejects(converged(two, board), {
      code: "E_TIMEOUT",
      message: /bob, kit-board: items\.0 is missing, on the server \{"id":"late"\}/,
    });
    two.store(board).title = "waits";
    await assert.rejects(converged(two), { message: /bob, kit-board: 1 write waits for the server/ });
  });

  test("compares what a client may see, and nothing where it may see nothing", async () => {
    await using site = await testSite<Person>({ options: { publicUser } });
    const one = await site.client({ user: ada, stores: [desk] });
    const two = await site.client({ user: bob, stores: [desk] });
    one.store(desk).value.push({ id: "a", owner: "Ada" });
    two.store(desk).value.push({ id: "b", owner: "Bob" });
    one.store(safe).text = "secret";
    await converged(one, two, desk, safe);
    assert.deepEqual(snapshot(one.store(desk)).value, [{ id: "a", owner: "Ada" }]);
    assert.deepEqual(snapshot(two.store(desk)).value, [{ id: "b", owner: "Bob" }]);
    assert.equal(two.store(safe).text, "");
  });

  test("refuses clients of no site, or of two", async () => {
    await using site = await testSite();
    await using other = await testSite();
    await assert.rejects(converged(board), { code: "E_OPTION" });
    await assert.rejects(converged(await site.client(), await other.client()), { code: "E_OPTION" });
  });
});

suite("the options of testSite", () => {
  const app = violet({ secret: "a secret for tests alone", logger: { info() {}, warn() {}, error() {} } });
  const wrong: Record<string, object> = {
    "an unknown name": { transprot: "memory" },
    "another transport": { transport: "carrier pigeon" },
    "what is no app": { app: {} },
    "a function that makes no app": { app: () => ({}) },
    "an app together with options": { app, options: {} },
    "a clock for an app that there is": { app, clock: new TestClock() },
    "a clock for sockets": { transport: "socket", clock: new TestClock() },
    "a clock that is none": { clock: Date },
    "a seed that is no number": { seed: "seven" },
    "no time": { timeoutMs: 0 },
    "a session middleware without requests": { options: { session: () => {} } },
  };
  for (const [what, options] of Object.entries(wrong))
    test(`are refused with ${what}`, () => assert.rejects(testSite(options), { code: "E_OPTION" }));

  test("are closed with what was made for them", () => app.close());

  test("are checked where a network is set and a site is restarted", async () => {
    await using site = await testSite({ options: { backend: memory() } });
    const { network } = await site.client();
    for (const faults of [
      { drop: 2 },
      { delayMs: -1 },
      { delayMs: [2, 1] },
      { duplicate: "yes" },
      { lag: 1 },
    ])
      assert.throws(() => network.set(faults as object), { code: "E_OPTION" });
    await assert.rejects(site.restart({ memory: "kept" }), { code: "E_OPTION" });
    await assert.rejects(site.restart({ how: "softly" as "kill" }), { code: "E_OPTION" });
    await assert.rejects(site.restart({ memory: "half" as "kept" }), { code: "E_OPTION" });
    await assert.rejects(site.pass(1), { code: "E_OPTION" });
  });
});
