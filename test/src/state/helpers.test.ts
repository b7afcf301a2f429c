import { array, integer, number, object, optional, size, string } from "superstruct";
import {
  increment,
  isLoaded,
  load,
  loaded,
  pending,
  settled,
  snapshot,
  subscribe,
  transaction,
} from "../../../src/state/helpers.ts";
import { local } from "../../../src/state/local.ts";
import { setLoader } from "../../../src/state/resolver.ts";
import { shared } from "../../../src/state/shared.ts";
import { coreOf } from "../../../src/state/store.ts";
import { writable } from "../../../src/state/writable.ts";
import { resolveHere } from "../../support/stores.ts";
import { assert, suite, test } from "../../support/suite.ts";

const cores = resolveHere();
let count = 0;

const Row = object({ id: optional(integer()), n: number() });
const game = () =>
  shared(`game${count++}`, {
    state: object({ rows: array(Row), other: array(Row), score: number(), best: object({ n: number() }) }),
    initial: () => ({
      rows: [
        { id: 1, n: 1 },
        { id: 2, n: 2 },
      ],
      other: [{ n: 9 }],
      score: 0,
      best: { n: 3 },
    }),
  });

/** What `console.warn` is told while `fn` runs. */
function warnings(fn: () => void): string[] {
  const { warn } = console;
  const told: string[] = [];
  console.warn = (text: string) => void told.push(text);
  try {
    fn();
  } finally {
    console.warn = warn;
  }
  return told;
}

suite("subscribe", () => {
  test("tells of each batch once, with the new snapshot, until it is ended", async () => {
    const store = game();
    const scores: number[] = [];
    const stop = subscribe(store, ({ score }) => scores.push(score));
    store.score = 1;
    store.score = 2;
    await Promise.resolve();
    transaction(store, () => {
      store.score = 3;
      store.score = 4;
    });
    stop();
    store.score = 5;
    await Promise.resolve();
    assert.deepEqual(scores, [2, 4]);
  });

  test("refuses what is no store", () => {
    assert.throws(() => subscribe({} as ReturnType<typeof game>, () => {}), { code: "E_READ_ONLY" });
  });
});

suite("snapshot", () => {
  test("never changes, and shares what stayed the same", () => {
    const store = game();
    const before = snapshot(store);
    const [first] = store.rows;
    if (first) first.n = 7;
    const after = snapshot(store);
    assert.equal(before.rows[0]?.n, 1);
    assert.equal(after.rows[0]?.n, 7);
    assert.notEqual(before, after);
    assert.notEqual(before.rows, after.rows);
    assert.equal(before.rows[1], after.rows[1]);
    assert.equal(before.best, after.best);
    assert.equal(snapshot(store), after);
    assert.equal(snapshot(store.rows), after.rows);
  });

  test("is an ordinary array or object to read", () => {
    const { rows, best } = snapshot(game());
    assert(Array.isArray(rows));
    assert.deepEqual(
      rows.map(({ n }) => n),
      [1, 2],
    );
    assert.deepEqual({ ...best }, { n: 3 });
    assert.deepEqual(Object.keys(rows), ["0", "1"]);
    assert.equal(JSON.stringify(rows), '[{"id":1,"n":1},{"id":2,"n":2}]');
    assert.deepEqual(structuredClone(JSON.parse(JSON.stringify(best))), { n: 3 });
    assert.equal(rows.indexOf(rows[1] as (typeof rows)[0]), 1);
  });

  test("throws when it is written, and names writable", () => {
    const state = snapshot(game());
    const rows = state.rows as { n: number }[];
    const refused = { code: "E_READ_ONLY", message: /writable\(row\)/ };
    assert.throws(() => Object.assign(state, { score: 1 }), refused);
    assert.throws(() => ((rows[0] as { n: number }).n = 5), refused);
    assert.throws(() => rows.push({ n: 1 }), refused);
    assert.throws(() => rows.sort(() => -1), refused);
    assert.throws(() => delete (state as { score?: number }).score, refused);
    assert.throws(() => Object.defineProperty(state, "x", { value: 1 }), refused);
    assert.equal(rows.length, 2);
  });

  test("of anything else is itself", () => {
    const { best } = snapshot(game());
    assert.equal(snapshot(best), best);
    assert.equal(snapshot(5), 5);
    assert.equal(snapshot(null), null);
  });
});

suite("writable", () => {
  test("gives the handle of a snapshot's node", () => {
    const store = game();
    const { rows, best } = snapshot(store);
    assert.equal(writable(best), store.best);
    assert.equal(writable(rows), store.rows);
    writable(rows[1] as (typeof rows)[0]).n = 5;
    assert.equal(store.rows[1]?.n, 5);
    assert.equal(writable(snapshot(store)).score, 0);
  });

  test("follows a row of an older snapshot, wherever it is by now", () => {
    const store = game();
    const [, row] = snapshot(store).rows;
    assert(row);
    writable(row).n = 5;
    increment(writable(row), "n");
    store.rows.reverse();
    increment(writable(row), "n");
    assert.deepEqual(snapshot(store.rows), [
      { id: 2, n: 7 },
      { id: 1, n: 1 },
    ]);
  });

  test("follows a row by its id when nobody held a handle of it", () => {
    const store = game();
    store.rows.push({ id: 55, n: 5 });
    const [, , row] = snapshot(store).rows;
    assert(row);
    coreOf(store).tree.replace({
      rows: [
        { id: 3, n: 3 },
        { id: 55, n: 4 },
      ],
      other: [],
      score: 0,
      best: { n: 0 },
    });
    writable(row).n = 8;
    assert.equal(store.rows[1]?.n, 8);
  });

  test("throws where the row is gone, or two could be it", () => {
    const store = game();
    const { rows, other } = snapshot(store);
    store.rows.shift();
    store.other.shift();
    assert.throws(() => writable(other[0]), { code: "E_GONE" });
    store.rows.push({ id: 77, n: 0 });
    const [, seventy] = snapshot(store).rows;
    coreOf(store).tree.replace({
      rows: [{ id: 77, n: 1 }],
      other: [{ id: 77, n: 2 }],
      score: 0,
      best: { n: 0 },
    });
    assert.throws(() => writable(seventy), { code: "E_GONE" });
    assert.equal(rows.length, 2);
  });

  test("leaves a handle, and what is no node, as it is", () => {
    const store = game();
    assert.equal(writable(store.best), store.best);
    assert.equal(writable(5), 5);
  });
});

suite("transaction", () => {
  test("returns what the function returns", () => {
    assert.equal(
      transaction(game(), () => 5),
      5,
    );
  });

  test("writes nothing when it throws, or when the whole is refused", () => {
    const store = game();
    assert.throws(
      () =>
        transaction(store, () => {
          store.score = 5;
          throw new Error("no");
        }),
      /no/,
    );
    assert.throws(
      () =>
        transaction(store, () => {
          store.score = 5;
          store.best.n = "five" as unknown as number;
        }),
      { code: "E_VALIDATION" },
    );
    assert.deepEqual([store.score, store.best.n], [0, 3]);
  });
});

suite("what has to be done when it returns", () => {
  const refused = (message: RegExp) => ({ code: "E_OPTION", message });

  test("is a transaction: an asynchronous one is refused, and writes nothing, now or later", async () => {
    const store = game();
    const slow = async () => {
      store.score = 5;
      await Promise.resolve();
      store.score = 6;
    };
    assert.throws(() => transaction(store, slow), refused(/"transaction\(store, fn\)".*got AsyncFunction/));
    await new Promise((done) => setTimeout(done));
    assert.equal(store.score, 0);
  });

  test("is a transaction: of one that gives a promise nothing is written that was by then", async () => {
    const store = game();
    const failing = () => {
      store.score = 5;
      return Promise.reject(new Error("is told to nobody"));
    };
    assert.throws(() => transaction(store, failing), refused(/"transaction\(store, fn\)".*got a promise/));
    assert.equal(store.score, 0);
  });

  test("may give a handle, or a store", () => {
    const store = game();
    const other = game();
    assert.equal(
      transaction(store, () => store.best),
      store.best,
    );
    assert.equal(
      transaction(store, () => {
        store.score = 1;
        return other;
      }),
      other,
    );
    assert.equal(store.score, 1);
  });

  test("is an action: one that gives a promise is refused, and has written nothing", () => {
    const written = Promise.withResolvers<void>();
    const store = shared(`game${count++}`, {
      state: object({ score: number(), best: object({ n: number() }) }),
      initial: () => ({ score: 0, best: { n: 0 } }),
      actions: (action) => ({
        later: action((state): undefined => {
          state.score = 5;
          return written.promise as unknown as undefined;
        }),
        lazy: action((state): undefined => {
          state.score = 5;
          // biome-ignore lint/suspicious/noThenProperty: what a query of a database is
          return { then() {} } as unknown as undefined;
        }),
        given: action((state): undefined => state.best as unknown as undefined),
      }),
    });
    for (const name of ["later", "lazy"] as const)
      assert.throws(
        () => store[name](),
        refused(new RegExp(`: actions\\.${name}".*got a promise\\. Await before`)),
      );
    assert.equal(store.score, 0);
    store.given();
  });

  test("is an action: one that is asynchronous as it is written is refused where it is defined", () => {
    const runs: readonly (readonly [run: unknown, got: RegExp])[] = [
      [async () => {}, /expected a synchronous function, got AsyncFunction/],
      [function* () {}, /got GeneratorFunction/],
      [async function* () {}, /got AsyncGeneratorFunction/],
    ];
    for (const [run, message] of runs)
      for (const define of [shared, local] as ((name: string, options: unknown) => void)[])
        assert.throws(() => {
          const actions = (action: (run: unknown) => unknown) => ({ add: action(run) });
          define(`game${count++}`, { state: object({}), initial: () => ({}), actions });
        }, refused(message));
  });
});

suite("increment", () => {
  test("adds to a number, and refuses anything else", () => {
    const store = game();
    increment(store, "score");
    increment(store.best, "n", -5);
    assert.deepEqual([store.score, store.best.n], [1, -2]);
    const refused: readonly (readonly [key: string, by: unknown, message: RegExp])[] = [
      ["rows", 1, /\.rows" cannot be added to; expected a number, got array/],
      ["best", 1, /\.best" cannot be added to; expected a number, got object/],
      ["none", 1, /\.none" cannot be added to; expected a number, got undefined/],
      ["score", "1", /\.score" cannot be added to; expected a number to add, got string/],
      ["score", Number.MAX_VALUE, /expected a number to add, got Infinity/],
    ];
    store.score = Number.MAX_VALUE;
    for (const [key, by, message] of refused)
      assert.throws(() => increment(store, key as "score", by as number), { code: "E_BAD_PATH", message });
    assert.equal(store.score, Number.MAX_VALUE);
    assert.throws(() => increment(store, "score", Number.NaN), { code: "E_NOT_JSON" });
    assert.throws(() => increment(snapshot(store.best) as { n: number }, "n"), { code: "E_READ_ONLY" });
  });

  test("is named by the warning for a read and a set of the same number, once", async () => {
    const store = game();
    const told = warnings(() => {
      store.score += 1;
      store.score += 1;
      store.best.n += store.score;
    });
    assert.equal(told.length, 2);
    assert.match(told.join(), /\.score" was read and then set.*increment/);
    assert.match(told.join(), /\.best\.n" was/);
  });

  test("is not named for a set alone, in an action, or in a local store", async () => {
    const store = shared(`counter${count++}`, {
      state: object({ n: number() }),
      initial: () => ({ n: 0 }),
      actions: (action) => ({
        add: action((state) => {
          state.n += 1;
        }),
      }),
    });
    const mine = local(`mine${count++}`, { initial: () => ({ n: 0 }) });
    assert.equal(store.n, 0);
    await Promise.resolve();
    const told = warnings(() => {
      store.n = 5;
      store.add();
      mine.n += 1;
    });
    assert.deepEqual(told, []);
    assert.equal(store.n, 6);
  });
});

suite("what is no store", () => {
  test("is told by its type", async () => {
    const refused = (got: string) => ({
      code: "E_READ_ONLY",
      message: new RegExp(`What was given is no store; expected a store, got ${got}\\..*writable\\(row\\)`),
    });
    for (const [value, got] of [
      [undefined, "undefined"],
      [{}, "object"],
      ["game", "string"],
    ] as const) {
      const given = value as never;
      await assert.rejects(load(given), refused(got));
      await assert.rejects(settled(given), refused(got));
      assert.throws(() => subscribe(given, () => {}), refused(got));
      assert.throws(() => increment(given, "n" as never), refused(got));
    }
  });
});

suite("a family", () => {
  test("says of a key that it has no store of what was expected, and its type", () => {
    const options = { state: object({}), initial: () => ({}) };
    const family = shared.family(`rooms${count++}`, options);
    const pages = shared.family(`pages${count++}`, { ...options, key: size(string(), 1, 3) });
    const refused = (message: RegExp) => ({ code: "E_VALIDATION", field: "(key)", message });
    const expected =
      /\(key\)" is refused; expected 1 to 64 letters, digits, _ and -, got (string|undefined)\./;
    assert.throws(() => family("a b"), refused(expected));
    assert.throws(() => family(undefined as never), refused(expected));
    const sized = /is refused; expected a string with a length between.*, got string\./;
    assert.throws(() => pages("long"), refused(sized));
    assert.throws(() => pages(1 as never), refused(/expected a string, got number\./));
  });
});

suite("load, loaded, isLoaded, settled, pending", () => {
  test("speak for the store", async () => {
    const store = game();
    assert.equal(isLoaded(store), true);
    assert.equal(pending(store), 0);
    await settled(store);
    await loaded(store);
    await load(store);
  });

  test("load brings a member here that cannot be resolved yet", async () => {
    const room = shared.family(`room${count++}`, { state: object({ n: string() }), initial: (n) => ({ n }) });
    const asked: unknown[] = [];
    setLoader(async ({ name }, key) => void asked.push(name, key));
    await load(room("7"));
    assert.deepEqual(asked, [`room${count - 1}`, "7"]);
    assert.equal(cores.has(`room${count - 1}/7`), false);
    await assert.rejects(load({} as ReturnType<typeof game>), { code: "E_READ_ONLY" });
  });
});
