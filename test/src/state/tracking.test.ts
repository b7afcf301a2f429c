import { array, number, object, record, string } from "superstruct";
import { isLoaded, snapshot } from "../../../src/state/helpers.ts";
import { LocalStore } from "../../../src/state/local.ts";
import { setResolver } from "../../../src/state/resolver.ts";
import { shared } from "../../../src/state/shared.ts";
import { coreOf, definitionOf } from "../../../src/state/store.ts";
import {
  arrival,
  currentTracker,
  type Read,
  Reads,
  type Tracker,
  track,
} from "../../../src/state/tracking.ts";
import { EmptyPage, host, resolveHere } from "../../support/stores.ts";
import { assert, suite, test } from "../../support/suite.ts";

resolveHere();
let count = 0;

const board = () =>
  shared(`board${count++}`, {
    state: object({
      rows: array(object({ id: string() })),
      names: record(string(), string()),
      total: number(),
    }),
    initial: () => ({ rows: [{ id: "a" }], names: { a: "Ada" }, total: 0 }),
    actions: (action) => ({
      add: action((state) => {
        state.rows.push({ id: "b" });
      }),
    }),
  });

class Log implements Tracker {
  readonly keys: Read[] = [];

  read(_: unknown, key: Read) {
    this.keys.push(key);
  }
}

const trackedKeys = (fn: () => void) => {
  const log = new Log();
  track(log, fn);
  return log.keys;
};

suite("tracked reads", () => {
  test("give snapshots, and tell the top-level key", () => {
    const store = board();
    let rows: unknown;
    assert.deepEqual(
      trackedKeys(() => (rows = store.rows)),
      ["rows"],
    );
    assert.equal(rows, snapshot(store).rows);
    assert.throws(() => (rows as unknown[]).push(1));
    assert.deepEqual(
      trackedKeys(() => store.names.a),
      ["names"],
    );
    assert.deepEqual(
      trackedKeys(() => "total" in store),
      ["total"],
    );
  });

  test("through a handle from outside tell its top-level key", () => {
    const store = board();
    const [row] = store.rows;
    let read: unknown;
    assert.deepEqual(
      trackedKeys(() => (read = [row?.id])),
      ["rows"],
    );
    assert.deepEqual(read, ["a"]);
    const { rows } = store;
    const keys = trackedKeys(() => {
      read = [rows[0], rows.indexOf(rows[0] as (typeof rows)[0])];
    });
    assert.deepEqual(new Set(keys), new Set(["rows"]));
    assert.deepEqual(read, [snapshot(store).rows[0], 0]);
  });

  test("of the whole state tell of no key", () => {
    const store = board();
    assert.deepEqual(
      trackedKeys(() => snapshot(store)),
      [undefined],
    );
    assert(trackedKeys(() => Object.keys(store)).includes(undefined));
    assert.deepEqual(
      trackedKeys(() => snapshot(store.rows)),
      ["rows"],
    );
  });

  test("of isLoaded tell of the arrival", () => {
    const store = board();
    assert.deepEqual(
      trackedKeys(() => isLoaded(store)),
      [arrival],
    );
  });

  test("inside an action are its own: it gets handles", () => {
    const store = board();
    assert.deepEqual(
      trackedKeys(() => store.add()),
      [],
    );
    assert.equal(store.rows.length, 2);
  });

  test("end with the function, also when it throws", () => {
    const log = new Log();
    assert.throws(() =>
      track(log, () => {
        assert.equal(currentTracker(), log);
        track(undefined, () => assert.equal(currentTracker(), undefined));
        throw new Error();
      }),
    );
    assert.equal(currentTracker(), undefined);
  });
});

/** How many listeners a store has, from now on. */
function listeners(store: object): () => number {
  const core = coreOf(store);
  const listen = core.listen.bind(core);
  let listening = 0;
  core.listen = (listener) => {
    const stop = listen(listener);
    listening++;
    return () => {
      listening--;
      stop();
    };
  };
  return () => listening;
}

suite("Reads", () => {
  const follow = (fn: () => unknown) => {
    let changes = 0;
    const reads = new Reads(() => changes++);
    reads.update(fn);
    return { reads, changes: () => changes };
  };

  test("tells of changes of what was read, and of nothing else", async () => {
    const store = board();
    const { reads, changes } = follow(() => store.rows);
    store.total = 1;
    await Promise.resolve();
    assert.equal(changes(), 0);
    store.rows.push({ id: "b" });
    await Promise.resolve();
    assert.equal(changes(), 1);
    reads.update(() => store.rows);
    store.names.a = "Bob";
    await Promise.resolve();
    assert.equal(changes(), 1);
  });

  test("tells of no change that was undone, or changed nothing that is seen", async () => {
    const store = board();
    const { changes } = follow(() => [store.total, store.names.a]);
    store.total = 1;
    store.total = 0;
    await Promise.resolve();
    assert.equal(changes(), 0);
  });

  test("depends on the last run alone, and on what was kept of the one before", async () => {
    const [one, two] = [board(), board()];
    const [ones, twos] = [listeners(one), listeners(two)];
    const { reads, changes } = follow(() => [one.total, two.total]);
    reads.update(() => one.total);
    two.total = 1;
    await Promise.resolve();
    assert.equal(changes(), 0);
    assert.deepEqual([ones(), twos()], [1, 0]);
    reads.update(() => reads.keep());
    one.total = 1;
    await Promise.resolve();
    assert.equal(changes(), 1);
  });

  test("stops following when it is disposed of, and may be used again", async () => {
    const store = board();
    const listening = listeners(store);
    const { reads, changes } = follow(() => store.total);
    assert.equal(listening(), 1);
    reads.dispose();
    assert.equal(listening(), 0);
    store.total = 1;
    await Promise.resolve();
    assert.equal(changes(), 0);
    reads.update(() => store.total);
    store.total = 2;
    await Promise.resolve();
    assert.equal(changes(), 1);
  });

  test("tells when a store that was asked for has its state", async () => {
    const store = board();
    const definition = { ...definitionOf(store), persist: true };
    const core = new LocalStore(definition, { ...host, page: new EmptyPage() });
    setResolver(() => core);
    const { changes } = follow(() => isLoaded(store));
    assert.equal(core.isLoaded, false);
    await core.loaded();
    assert.equal(core.isLoaded, true);
    assert.equal(changes(), 1);
    resolveHere();
  });
});
