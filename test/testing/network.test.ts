import { memory } from "../../server/index.ts";
import { increment, isLoaded, loaded, pending, settled, snapshot } from "../../src/index.ts";
import { converged, TestClock, testSite } from "../../testing/index.ts";
import { pick, randomFrom, seed } from "../support/seed.ts";
import { assert, suite, test } from "../support/suite.ts";
import { board } from "./stores.ts";

const stores = [board];

suite("a test clock", () => {
  test("is the time of clients and server: nothing ends by itself, and all that does ends at once", async () => {
    const clock = new TestClock();
    await using site = await testSite({ clock, options: { limits: { graceMs: 30_000 } } });
    const gone: string[] = [];
    site.app.on("disconnect", ({ id }) => void gone.push(id));
    const ada = await site.client({ stores });
    ada.network.goOffline();
    await site.pass(29_000);
    assert.deepEqual(gone, []);
    await site.pass(2000);
    assert.deepEqual(gone, [ada.self.id]);
    assert.equal(ada.status, "offline");
    ada.network.goOnline();
    await ada.until("live");
  });

  test("gives actions their time", async () => {
    const clock = new TestClock();
    await using site = await testSite({ clock });
    const ada = await site.client({ stores });
    const before = ada.runtime.now();
    await site.pass(1000);
    assert.equal(ada.runtime.now(), before + 1000);
  });
});

suite("a bad network", () => {
  test("delays: what is sent arrives when its time has passed, in order", async () => {
    const clock = new TestClock();
    await using site = await testSite({ clock });
    const [ada, bob] = [await site.client({ stores }), await site.client({ stores })];
    ada.network.set({ delayMs: 1000 });
    ada.store(board).title = "first";
    await Promise.resolve();
    ada.store(board).count = 1;
    await site.pass(999);
    assert.equal(bob.store(board).title, "");
    await site.pass(1);
    assert.equal(bob.store(board).title, "first");
    assert.equal(pending(ada.store(board)), 2);
    await converged(site);
    assert.equal(bob.store(board).count, 1);
    assert.ok(ada.network.counts.delayed > 0);
  });

  test("repeats nothing that no server got: it had closed the link before that arrived", async () => {
    await using site = await testSite({ clock: new TestClock() });
    const ada = await site.client({ stores });
    ada.network.set({ delayMs: 1000, duplicate: 1 });
    ada.store(board).count = 1;
    await site.pass(500);
    await site.restart({ how: "close" });
    await converged(site);
    assert.equal(ada.network.counts.duplicated, 0);
  });

  test("cuts: both ends know it at once, and the client comes back", async () => {
    const clock = new TestClock();
    await using site = await testSite({ clock });
    const ada = await site.client({ stores });
    ada.network.cut();
    assert.equal(ada.status, "offline");
    assert.equal(site.app.counters.closes.lost, 1);
    ada.store(board).title = "offline";
    await ada.until("live");
    await converged(site);
    assert.equal(ada.network.counts.cut, 1);
  });

  test("is half open: both ends find out by the silence alone", async () => {
    const clock = new TestClock();
    await using site = await testSite({ clock, options: { heartbeatMs: 25_000 } });
    const [ada, bob] = [await site.client({ stores }), await site.client({ stores })];
    ada.network.halfOpen();
    ada.store(board).title = "into the void";
    await site.pass(20_000);
    assert.equal(ada.status, "live");
    assert.equal(bob.store(board).title, "");
    await ada.until("offline");
    await converged(site);
    assert.equal(bob.store(board).title, "into the void");
  });

  test("is offline until it is online", async () => {
    const clock = new TestClock();
    await using site = await testSite({ clock });
    const ada = await site.client({ stores });
    site.network.goOffline();
    await site.pass(60_000);
    assert.ok(ada.status !== "live");
    const bob = await site.client({ stores });
    assert.equal(isLoaded(bob.store(board)), false);
    site.network.goOnline();
    await converged(site);
    assert.ok(isLoaded(bob.store(board)));
  });

  test("drops a message only together with its link", async () => {
    const clock = new TestClock();
    await using site = await testSite({ clock, seed });
    const [ada, bob] = [await site.client({ stores }), await site.client({ stores })];
    ada.network.set({ drop: 0.3 });
    for (let n = 0; n < 20; n++) {
      increment(ada.store(board), "count");
      await site.pass(100);
    }
    ada.network.heal();
    await converged(site);
    assert.equal(bob.store(board).count, 20);
    const { dropped, cut } = ada.network.counts;
    assert.ok(dropped > 0, `seed ${seed}`);
    assert.equal(cut, dropped);
  });

  test("duplicates whole writes after a reconnect, which the server takes once", async () => {
    const clock = new TestClock();
    await using site = await testSite({ clock });
    const ada = await site.client({ stores });
    ada.network.set({ duplicate: 1 });
    increment(ada.store(board), "count");
    await settled(ada.store(board));
    ada.network.cut();
    await converged(site);
    assert.equal(ada.network.counts.duplicated, 1);
    assert.equal(site.app.counters.duplicates, 1);
    assert.equal(
      site.app.run(() => board.count),
      1,
    );
  });

  test("is that of a client alone, or of all, later ones included", async () => {
    const clock = new TestClock();
    await using site = await testSite({ clock });
    const ada = await site.client({ stores });
    site.network.set({ delayMs: [10, 20] });
    const bob = await site.client({ stores });
    assert.ok(bob.network.counts.delayed > 0);
    ada.network.cut();
    assert.equal(ada.status, "offline");
    assert.equal(bob.status, "live");
    assert.equal(site.network.counts.cut, 1);
    site.network.cut();
    assert.equal(bob.status, "offline");
  });

  test("is the same again for the same seed", async () => {
    const play = async () => {
      const clock = new TestClock();
      await using site = await testSite({ clock, seed });
      const ada = await site.client({ stores });
      site.network.set({ delayMs: [0, 100], drop: 0.1 });
      for (let n = 0; n < 20; n++) {
        increment(ada.store(board), "count");
        await site.pass(50);
      }
      return [site.network.counts, clock.elapsed(), ada.status];
    };
    assert.deepEqual(await play(), await play());
  });
});

for (const transport of ["memory", "socket"] as const)
  suite(`a restart with the transport ${transport}`, () => {
    for (const how of ["kill", "close"] as const)
      test(`by ${how} loses the memory, and a client that was there brings its writes back`, async () => {
        await using site = await testSite({ transport });
        const ada = await site.client({ stores });
        ada.store(board).items.push({ id: "before" });
        await settled(ada.store(board));
        const { app } = site;
        await site.restart({ how });
        assert.notEqual(site.app, app);
        assert.equal(
          site.app.run(() => board.items.length),
          0,
        );
        assert.notEqual(ada.status, "live");
        ada.store(board).items.push({ id: "meanwhile" });
        const bob = await site.client({ stores });
        await converged(site);
        assert.deepEqual(
          snapshot(bob.store(board)).items.map(({ id }) => id),
          ["before", "meanwhile"],
        );
      });

    test("keeps the memory when it is said to", async () => {
      await using site = await testSite({ transport });
      const ada = await site.client({ stores });
      ada.store(board).title = "kept";
      await settled(ada.store(board));
      ada.close();
      await site.restart({ memory: "kept" });
      const bob = await site.client({ stores });
      assert.equal(bob.store(board).title, "kept");
    });

    test("goes on with the app's own backend, and by its own function", async () => {
      const backend = memory();
      let made = 0;
      await using site = await testSite({
        transport,
        app: (make) => {
          made++;
          return make({ backend });
        },
      });
      const ada = await site.client({ stores });
      ada.store(board).title = "durable";
      await settled(ada.store(board));
      ada.close();
      await site.restart();
      const bob = await site.client();
      await loaded(bob.store(board));
      assert.equal(bob.store(board).title, "durable");
      assert.equal(made, 2);
    });

    test("ends links that are half open, too", async () => {
      await using site = await testSite({ transport, timeoutMs: 20_000 });
      const ada = await site.client({ stores });
      ada.network.halfOpen();
      await site.restart();
      await ada.until("live");
    });
  });

suite("two clients on a bad network", () => {
  const RUNS = 200;
  test(`converge in ${RUNS} random runs, with all that both wrote`, async () => {
    const random = randomFrom(seed);
    const sum = { delayed: 0, dropped: 0, duplicated: 0, cut: 0, halfOpened: 0 };
    for (let run = 0; run < RUNS; run++) {
      const runSeed = Math.floor(random() * 2 ** 31);
      const counts = await play(runSeed);
      for (const kind of Object.keys(sum) as (keyof typeof sum)[]) sum[kind] += counts[kind];
    }
    for (const [kind, times] of Object.entries(sum)) assert.ok(times > 0, `${kind}, seed ${seed}`);
  });

  async function play(runSeed: number) {
    const random = randomFrom(runSeed);
    await using site = await testSite({ clock: new TestClock(), seed: runSeed });
    const people = [await site.client({ stores }), await site.client({ stores })];
    site.network.set({ delayMs: [0, 200], drop: 0.01, duplicate: 0.5 });
    const written: string[] = [];
    for (let step = 0; step < 30; step++) {
      const ada = pick(random, people);
      const kind = random();
      if (kind < 0.08) ada.network.cut();
      else if (kind < 0.1) ada.network.halfOpen();
      else if (kind < 0.12) await site.restart({ memory: "kept" });
      else if (kind < 0.5) await site.pass(random() * 300);
      else {
        const id = `${people.indexOf(ada)}-${step}`;
        written.push(id);
        ada.store(board).items.push({ id });
        increment(ada.store(board), "count");
      }
    }
    await converged(site);
    const { items, count } = site.app.run(() => snapshot(board));
    assert.deepEqual(items.map(({ id }) => id).sort(), written.sort(), `seed ${runSeed}`);
    assert.equal(count, written.length, `seed ${runSeed}`);
    return site.network.counts;
  }
});
