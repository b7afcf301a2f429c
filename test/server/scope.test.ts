import { integer, object } from "superstruct";
import { server, violet } from "../../server/index.ts";
import { getRuntime, local, shared, transaction } from "../../src/index.ts";
import { MemoryLogger, secret } from "../support/serve.ts";
import { assert, suite, test } from "../support/suite.ts";

const counter = shared("scope-counter", {
  state: object({ n: integer(), total: integer() }),
  initial: () => ({ n: 0, total: 0 }),
  serverOnly: ["total"],
});
const rooms = shared.family("scope-room", { state: object({ n: integer() }), initial: () => ({ n: 0 }) });
const tab = local("scope-tab", { initial: () => ({ open: true }) });

const open = async () => {
  const app = violet({ secret, logger: new MemoryLogger() });
  await app.ready;
  return app;
};

suite("a store's handle", () => {
  test("points to the only open app", async () => {
    const app = await open();
    counter.n = 3;
    assert.equal(
      app.run(() => counter.n),
      3,
    );
    await app.close();
  });

  test("may be what a transaction gives, also of a room that is not loaded", async () => {
    const app = await open();
    app.run(() => {
      const given = transaction(counter, () => {
        counter.n = 5;
        return rooms("not-loaded");
      });
      assert.equal(given, rooms("not-loaded"));
      assert.equal(counter.n, 5);
    });
    await app.close();
  });

  test("points nowhere when no app is open", () => {
    assert.throws(() => counter.n, { code: "E_NO_SCOPE" });
    assert.throws(() => server.connections(), { code: "E_NO_SCOPE" });
  });

  test("points nowhere outside a scope when two apps are open, and to each inside its own", async () => {
    const [one, two] = [await open(), await open()];
    assert.throws(() => counter.n, { code: "E_NO_SCOPE" });
    one.run(() => {
      counter.n = 1;
    });
    two.run(() => {
      counter.n = 2;
    });
    assert.deepEqual([one.run(() => counter.n), two.run(() => counter.n)], [1, 2]);
    await two.close();
    assert.equal(counter.n, 1);
    await one.close();
  });

  test("keeps to its app over all that the scope's code starts", async () => {
    const [one, two] = [await open(), await open()];
    const later = (n: number) => async () => {
      counter.n = n;
      await new Promise((done) => setImmediate(done));
      return counter.n;
    };
    assert.deepEqual(await Promise.all([one.run(later(10)), two.run(later(20))]), [10, 20]);
    await Promise.all([one.close(), two.close()]);
  });

  test("of a local store is of no use where there is no request", async () => {
    const app = await open();
    const message = /"[\w-]+" is not there: .* on the server it exists only while a page is rendered\.$/;
    assert.throws(() => app.run(() => tab.open), { code: "E_NO_SCOPE", message });
    await app.close();
  });

  test("C2.3.2 belongs to no page's runtime: there is none", () => {
    assert.throws(() => getRuntime(), { code: "E_NO_BROWSER" });
  });

  test("writes what browsers may not, as server.store", async () => {
    const app = await open();
    app.run(() => {
      server.store(counter).total = 9;
    });
    assert.equal(
      app.run(() => counter.total),
      9,
    );
    await app.close();
  });
});
