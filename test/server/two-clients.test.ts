/** Two clients and a server over real sockets: what the model shows in a simulated network holds in this one. */
import { array, number, object, string } from "superstruct";
import { memory } from "../../server/index.ts";
import { increment, settled, shared, snapshot } from "../../src/index.ts";
import { converged, type TestClient, type TestSite, testSite } from "../../testing/index.ts";
import { assert, suite, test } from "../support/suite.ts";

const board = shared("two-clients", {
  state: object({ todos: array(object({ id: string() })), count: number(), title: string() }),
  initial: () => ({ todos: [], count: 0, title: "" }),
});

async function meet(): Promise<{ site: TestSite; ann: TestClient; bob: TestClient }> {
  // A new one for each app: with it the memory is lost.
  const site = await testSite({
    transport: "socket",
    app: (make) => make({ backend: memory({ delayMs: 1 }) }),
  });
  const stores = [board];
  return { site, ann: await site.client({ stores }), bob: await site.client({ stores }) };
}

const idsOf = (client: TestClient) => snapshot(client.store(board)).todos.map(({ id }) => id);

/** One push in each microtask, so that each is a batch. */
async function push(client: TestClient, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    client.store(board).todos.push({ id: `${client.name}-${n}` });
    await Promise.resolve();
  }
}

suite("two clients", () => {
  test("see each other's writes, and the server's", async () => {
    const { site, ann, bob } = await meet();
    ann.store(board).title = "hello";
    site.app.run(() => increment(board, "count", 3));
    await converged(site);
    assert.equal(bob.store(board).title, "hello");
    assert.equal(ann.store(board).count, 3);
    await site.close();
    assert.deepEqual(site.errors, []);
  });

  test("keep all of their concurrent pushes, in the same order everywhere", async () => {
    const { site, ann, bob } = await meet();
    await Promise.all([push(ann, 100), push(bob, 100)]);
    await converged(site);
    assert.equal(new Set(idsOf(ann)).size, 200);
    assert.deepEqual(idsOf(ann), idsOf(bob));
    await site.close();
    assert.deepEqual(site.errors, []);
  });

  for (const how of ["close", "kill"] as const)
    test(`come back after the ${how} of a server that forgets, with what they wrote`, async () => {
      const { site, ann, bob } = await meet();
      ann.store(board).todos.push({ id: "before" });
      await settled(ann.store(board));
      await converged(site);
      const restarted = site.restart({ how });
      await ann.until("offline");
      ann.store(board).todos.push({ id: "meanwhile" });
      increment(bob.store(board), "count");
      await restarted;
      await converged(site);
      assert.deepEqual(idsOf(bob), ["before", "meanwhile"]);
      assert.equal(ann.store(board).count, 1);
      await site.close();
      assert.deepEqual(site.errors, []);
    });
});
