/** What every backend does, whatever it stores states in. */
import assert from "node:assert/strict";
import type { Backend, Commit, Entry, StoredState } from "../../../server/backends/backend.ts";
import type { JsonObject } from "../../../src/state/json.ts";
import type { Op } from "../../../src/state/ops.ts";
import { Tree } from "../../../src/state/tree.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { suite, test } from "../../support/suite.ts";

/** Where a backend's states are. */
export interface Storage {
  /** A backend on it, as another process would have it, where the kind can be had by several. */
  open(): Promise<Backend>;
}

export const increment = (by = 1): Op => ["increment", ["n"], by];

/** Commits to one store, each on the one before. */
export class Writing {
  readonly backend: Backend;
  readonly store: string;
  readonly epoch: string;
  readonly tree = new Tree({ n: 0, items: [] } as JsonObject);
  version = 0;
  until: number | undefined;

  constructor(backend: Backend, store: string, epoch = "first") {
    this.backend = backend;
    this.store = store;
    this.epoch = epoch;
  }

  next(entries: readonly Entry[], more: Partial<Commit> = {}): Commit {
    const { store, epoch, version, until } = this;
    for (const { ops } of entries) for (const op of ops) this.tree.apply(op);
    const value = this.tree.snapshot();
    this.version += entries.filter(({ ops }) => ops.length).length;
    return { store, epoch, version, schema: 1, entries, forgotten: [], until, value: () => value, ...more };
  }

  async commit(entries: readonly Entry[], more: Partial<Commit> = {}): Promise<void> {
    await this.backend.commit(this.next(entries, more));
  }
}

/** The state at `from`, by the entries after it. */
function replay(from: JsonObject, entries: readonly Entry[]): JsonObject {
  const tree = new Tree(from);
  for (const { ops } of entries) for (const op of ops) tree.apply(op);
  return tree.snapshot();
}

/** `open` gets the clock by which states end. */
export function conformance(name: string, open: (now: () => number) => Promise<Storage>): void {
  /** The test's own storage; `later` lets so many milliseconds go by. */
  const start = async () => {
    let now = 1_700_000_000_000;
    const storage = await open(() => now);
    const backend = await storage.open();
    return { storage, backend, now: () => now, later: (ms: number) => (now += ms) };
  };
  /** Names of their own: a server may be shared by all tests. */
  let names = 0;
  const storeName = (kind = "store") => `${kind}-${process.pid}-${++names}`;

  suite(`${name}, as every backend`, () => {
    test("knows nothing of a store that nobody wrote to", async () => {
      const { backend } = await start();
      assert.equal(await backend.load(storeName()), undefined);
    });

    test("gives back state, version, schema, records and log, from a second look too", async () => {
      const { backend } = await start();
      const writing = new Writing(backend, storeName());
      const fields = { n: "Must be an integer.", name: "Must be given." };
      const refusal = { code: "E_VALIDATION", field: "n", fields, message: "no" };
      await writing.commit([
        { ops: [increment()], writer: "ann.1", n: 1, at: 5 },
        {
          ops: [],
          writer: "bob.1",
          n: 1,
          at: 6,
          refusal,
        },
      ]);
      await writing.commit([{ ops: [increment(), increment()], at: 7 }], { schema: 3 });
      for (let look = 0; look < 2; look++) {
        const stored = (await backend.load(writing.store)) as StoredState;
        assert.equal(stored.epoch, "first");
        assert.equal(stored.version, 2);
        assert.equal(stored.schema, 3);
        assert.deepEqual({ ...stored.value }, { n: 3, items: [] });
        assert.deepEqual(
          [...stored.writers].toSorted(([a], [b]) => a.localeCompare(b)),
          [
            ["ann.1", { n: 1, at: 5 }],
            ["bob.1", { n: 1, at: 6, refusal }],
          ],
        );
        assert.ok(stored.log.length <= stored.version);
        assert.deepEqual(
          stored.log.map(({ ops }) => ops.length),
          [1, 2].slice(2 - stored.log.length),
        );
      }
    });

    test("has the newest entries, which lead to its state", async () => {
      const { backend } = await start();
      const writing = new Writing(backend, storeName());
      const states = [writing.tree.snapshot()];
      const random = randomFrom(seed);
      for (let n = 1; n <= 150; n++) {
        const { length } = (states.at(-1) as { items: unknown[] }).items;
        const op: Op =
          n % 3 ? ["splice", ["items", Math.floor(random() * (length + 1))], 0, [n, "ü"]] : increment(n);
        await writing.commit([{ ops: [op], writer: "ann.1", n, at: n }]);
        states.push(writing.tree.snapshot());
      }
      const stored = (await backend.load(writing.store)) as StoredState;
      assert.deepEqual(stored.value, states.at(-1));
      assert.equal(stored.version, 150);
      const before = states[150 - stored.log.length] as JsonObject;
      assert.deepEqual(replay(before, stored.log), stored.value);
      assert.deepEqual(
        stored.log.map(({ writer, n }) => [writer, n]),
        Array.from({ length: stored.log.length }, (_, at) => ["ann.1", 151 - stored.log.length + at]),
      );
    });

    test("keeps records of refused and of empty batches, and forgets those that it is told to", async () => {
      const { backend } = await start();
      const writing = new Writing(backend, storeName());
      await writing.commit([
        { ops: [increment()], writer: "ann.1", n: 1, at: 1 },
        { ops: [], writer: "bob.1", n: 4, at: 2 },
        { ops: [], writer: "cat.1", n: 1, at: 3, refusal: { code: "E_FORBIDDEN", message: "no" } },
      ]);
      await writing.commit([{ ops: [], writer: "ann.1", n: 2, at: 4 }], { forgotten: ["bob.1"] });
      await writing.commit([{ ops: [], writer: "cat.1", n: 2, at: 5 }]);
      const stored = (await backend.load(writing.store)) as StoredState;
      assert.equal(stored.version, 1);
      assert.deepEqual(Object.fromEntries(stored.writers), {
        "ann.1": { n: 2, at: 4 },
        "cat.1": { n: 2, at: 5 },
      });
    });

    test("takes no commit on another version, or of another epoch, than it has, and nothing of it", async () => {
      const { backend } = await start();
      const store = storeName();
      const commit: Commit = {
        store,
        epoch: "a",
        version: 0,
        schema: 1,
        entries: [{ ops: [["set", ["n"], 1]], writer: "ann.1", n: 1, at: 0 }],
        forgotten: [],
        value: () => ({ n: 1 }),
      };
      await assert.rejects(backend.commit({ ...commit, version: 1 }), { code: "E_RESYNC" });
      assert.equal(await backend.load(store), undefined);
      await backend.commit(commit);
      const entries = [{ ops: [["set", ["n"], 2]], writer: "ann.1", n: 2, at: 0 }] as const;
      for (const other of [{}, { version: 2 }, { version: 1, epoch: "b" }])
        await assert.rejects(
          backend.commit({ ...commit, entries, value: () => ({ n: 2 }), forgotten: ["ann.1"], ...other }),
          { code: "E_RESYNC" },
        );
      const stored = (await backend.load(store)) as StoredState;
      assert.deepEqual(
        [stored.version, { ...stored.value }, stored.writers.get("ann.1")?.n],
        [1, { n: 1 }, 1],
      );
      await backend.commit({ ...commit, version: 1 });
    });

    test("takes one of two that write on the same version at once", async () => {
      const { backend, storage } = await start();
      const other = await storage.open();
      const store = storeName();
      await new Writing(backend, store).commit([{ ops: [increment()], at: 0 }]);
      const made = [backend, other].map((each, index) =>
        each.commit({
          store,
          epoch: "first",
          version: 1,
          schema: 1,
          entries: [{ ops: [increment(10 ** (index + 1))], at: 1 }],
          forgotten: [],
          value: () => ({ n: 1 + 10 ** (index + 1), items: [] }),
        }),
      );
      const ends = (await Promise.allSettled(made)).map(({ status }) => status);
      assert.deepEqual(ends.toSorted(), ["fulfilled", "rejected"]);
      const stored = (await backend.load(store)) as StoredState;
      assert.equal((stored.value as { n: number }).n, ends[0] === "fulfilled" ? 11 : 101);
      assert.equal(stored.version, 2);
    });

    test("takes many stores at once, and one after another in each", async () => {
      const { backend } = await start();
      const all = Array.from({ length: 50 }, () => new Writing(backend, storeName("room")));
      await Promise.all(
        all.map(async (writing) => {
          for (let n = 1; n <= 10; n++)
            await writing.commit([{ ops: [increment()], writer: "ann.1", n, at: n }]);
        }),
      );
      for (const { store } of all) {
        const stored = (await backend.load(store)) as StoredState;
        assert.deepEqual(
          [(stored.value as { n: number }).n, stored.version, stored.writers.get("ann.1")?.n],
          [10, 10, 10],
        );
      }
    });

    test("looks at the state when it is asked, or not at all", async () => {
      const { backend } = await start();
      const writing = new Writing(backend, storeName());
      for (let n = 1; n <= 150; n++) {
        let mayLook = true;
        const commit = writing.next([{ ops: [increment()], at: n }]);
        const done = backend.commit({
          ...commit,
          value() {
            assert.ok(mayLook, "the state is another one by now");
            return commit.value();
          },
        });
        mayLook = false;
        await done;
      }
      assert.deepEqual({ ...(await backend.load(writing.store))?.value }, { n: 150, items: [] });
    });

    test("keeps any text and any number, also as keys and names", async () => {
      const { backend } = await start();
      const store = `${storeName()}/*?[a]%_'"\\\u0000\u2028${"ü".repeat(50)}`;
      const texts = ["", "\u0000", "\u2028", "'; DROP TABLE stores; --", "\ud83d\ude00", "a".repeat(100_000)];
      const value = { n: -1.5e-300, items: texts, "'": { "\u0000": null, $: [true, [[]]] } };
      const writer = `w'"${"\u0000"}ü.1`;
      await backend.commit({
        store,
        epoch: "e'",
        version: 0,
        schema: 1,
        entries: [{ ops: [["set", ["items"], texts]], writer, n: 1, at: 0 }],
        forgotten: [],
        value: () => value,
      });
      const stored = (await backend.load(store)) as StoredState;
      assert.deepEqual(JSON.parse(JSON.stringify(stored.value)), value);
      assert.deepEqual([...stored.writers.keys()], [writer]);
      assert.equal(await backend.load(store.slice(0, -1)), undefined);
      // Halves of letters are one in UTF-8.
      const base = storeName();
      const halves = ["\ud800", "\udbff"].map((half) => new Writing(backend, base + half));
      for (const writing of halves)
        await writing.commit(
          halves.map(({ store: writer }) => ({ ops: [increment()], writer, n: 1, at: 0 })),
        );
      for (const { store } of halves)
        assert.deepEqual(
          [...((await backend.load(store)) as StoredState).writers.keys()].toSorted(),
          halves.map((each) => each.store),
        );
    });

    test("begins a state without an entry, which ends at its time, goes on when it is told to, or is deleted", async () => {
      const { backend, now, later } = await start();
      const [kept, ended, deleted, forever] = ["kept", "ended", "deleted", "forever"].map(
        (kind) => new Writing(backend, storeName(kind)),
      ) as [Writing, Writing, Writing, Writing];
      for (const writing of [kept, ended, deleted]) writing.until = now() + 60_000;
      for (const writing of [kept, ended, deleted, forever]) await writing.commit([]);
      assert.deepEqual({ ...(await backend.load(kept.store))?.value }, { n: 0, items: [] });
      await kept.commit([{ ops: [increment()], writer: "ann.1", n: 1, at: 0 }]);
      await backend.extend([kept.store, forever.store, storeName("nobody")], now() + 120_000);
      await backend.delete([deleted.store, storeName("nobody")]);
      assert.equal(await backend.load(deleted.store), undefined);
      later(61_000);
      assert.equal(await backend.load(ended.store), undefined);
      const stored = (await backend.load(kept.store)) as StoredState;
      assert.deepEqual([{ ...stored.value }, stored.writers.get("ann.1")?.n], [{ n: 1, items: [] }, 1]);
      later(60_000);
      assert.equal(await backend.load(kept.store), undefined);
      assert.equal((await backend.load(forever.store))?.version, 0);
      await backend.extend([kept.store], now() + 60_000);
      assert.equal(await backend.load(kept.store), undefined);
      // Nothing of the old one is left for the next of its name.
      const next = new Writing(backend, kept.store, "second");
      await next.commit([{ ops: [increment(5)], at: 0 }]);
      const again = (await backend.load(kept.store)) as StoredState;
      assert.deepEqual(
        [again.epoch, { ...again.value }, again.writers.size, again.log.length <= 1],
        ["second", { n: 5, items: [] }, 0, true],
      );
    });

    test("knows which sessions were revoked, for as long as that matters", async () => {
      const { backend, now, later } = await start();
      const [session, other] = [storeName("session"), storeName("session")];
      const revocation = { session, at: now(), until: now() + 60_000 };
      await backend.revoke(revocation);
      await backend.revoke({ session: other, at: now(), until: now() + 10_000 });
      const known = async () =>
        (await backend.revoked()).filter((each) => each.session === session || each.session === other);
      assert.equal((await known()).length, 2);
      later(20_000);
      assert.deepEqual(await known(), [revocation]);
    });

    test("says that it takes commits", async () => {
      const { backend } = await start();
      await backend.check();
    });
  });
}
