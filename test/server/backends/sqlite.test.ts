import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Worker } from "node:worker_threads";
import type { Backend, Entry, StoredState } from "../../../server/backends/backend.ts";
import { type SqliteOptions, sqlite } from "../../../server/backends/sqlite.ts";
import { newFolder } from "../../support/folder.ts";
import { afterEach, suite, test } from "../../support/suite.ts";
import { conformance, increment, Writing } from "./conformance.ts";

const open: Backend[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((backend) => backend.close()));
});

/** It is closed at the end of the test. */
function opened(file: string, options?: SqliteOptions): Backend {
  const backend = sqlite(file, options);
  open.push(backend);
  return backend;
}

const newFile = () => join(newFolder(), "states.db");

conformance("sqlite(file)", async (now) => {
  const backend = opened(newFile(), { now });
  return { open: async () => backend };
});

const one = [{ ops: [increment()], at: 0 }];

/** What another program sees in the file. */
function look(file: string, sql: string): number {
  using database = new DatabaseSync(file);
  return Object.values(database.prepare(sql).get() as object)[0] as number;
}
const transactions = (file: string) => look(file, "SELECT commits FROM file");
const count = (file: string, table: string) => look(file, `SELECT count(*) FROM ${table}`);

suite("sqlite(file)", () => {
  test("stores all that waits in one transaction, and leaves out what does not fit", async () => {
    const file = newFile();
    const backend = opened(file);
    const all = Array.from({ length: 100 }, (_, n) => new Writing(backend, `room/${n}`));
    const wrong = all.map(({ store }) => new Writing(backend, store));
    await Promise.all(all.map((writing) => writing.commit(one)));
    const before = transactions(file);
    const made = all.flatMap((writing, index) => [
      writing.commit(one),
      (wrong[index] as Writing).commit(one).then(
        () => assert.fail("it was taken on a version that is not stored"),
        ({ code }: { code: string }) => assert.equal(code, "E_RESYNC"),
      ),
    ]);
    await Promise.all(made);
    for (const { store } of all) assert.equal((await backend.load(store))?.version, 2);
    assert.equal(transactions(file), before + 1);
  });

  test("T60 does not keep the event loop waiting for a lock, and stores when it is free", async () => {
    const file = newFile();
    const backend = opened(file);
    const writing = new Writing(backend, "room");
    await writing.commit(one);
    using other = new DatabaseSync(file);
    other.exec("BEGIN IMMEDIATE");
    let isStored = false;
    const storing = writing.commit(one).then(() => (isStored = true));
    // Long enough for the thread to find the lock, shorter than it waits for one: an event loop that waits finds no end of it.
    const freed = performance.now() + 300;
    while (performance.now() < freed) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(!isStored);
    other.exec("ROLLBACK");
    await storing;
    assert.equal((await backend.load("room"))?.version, 2);
  });

  test("T60 gives up what takes too long, of which nothing is stored that had not begun", async () => {
    const file = newFile();
    // A thread does not start in a millisecond.
    const backend = opened(file, { timeoutMs: 1 });
    const [begun, waiting] = [new Writing(backend, "begun"), new Writing(backend, "waiting")];
    const late = { code: "E_UNAVAILABLE", message: /states\.db: no answer within 1 ms$/ };
    const both = [assert.rejects(begun.commit(one), late)];
    await Promise.resolve();
    both.push(assert.rejects(waiting.commit(one), late));
    await Promise.all(both);
    /** By then all that was asked before has been answered. */
    const soon = async <T>(ask: () => Promise<T>): Promise<T> => {
      for (;;)
        try {
          return await ask();
        } catch (error) {
          if ((error as { code?: string }).code !== "E_UNAVAILABLE") throw error;
        }
    };
    assert.equal((await soon(() => backend.load("begun")))?.version, 1);
    assert.equal(await soon(() => backend.load("waiting")), undefined);
    await assert.rejects(
      soon(() => new Writing(backend, "begun").commit(one)),
      { code: "E_RESYNC" },
    );
  });

  test("keeps states, records and revocations when it is closed and opened again, in their epoch", async () => {
    const file = newFile();
    const first = opened(file);
    const writing = new Writing(first, "room");
    await writing.commit([{ ops: [increment(5)], writer: "ann.1", n: 1, at: 3 }]);
    const revocation = { session: "s", at: Date.now(), until: Date.now() + 3_600_000 };
    await first.revoke(revocation);
    await first.close();
    assert.deepEqual(readdirSync(join(file, "..")).toSorted(), ["states.db", "states.db.run"]);
    const second = opened(file);
    const { epoch, version, value, writers, log } = (await second.load("room")) as StoredState;
    assert.deepEqual([epoch, version, value.n, writers.get("ann.1")], ["first", 1, 5, { n: 1, at: 3 }]);
    assert.deepEqual(log, [{ ops: [increment(5)], writer: "ann.1", n: 1, at: 3 }]);
    assert.deepEqual(await second.revoked(), [revocation]);
    // The same backend goes on after its end as well.
    await second.close();
    assert.equal((await second.load("room"))?.version, 1);
  });

  test("has all that it acknowledged in the files that a crash leaves, in the same epoch", async () => {
    const file = newFile();
    const writing = new Writing(opened(file), "room");
    for (let n = 0; n < 10; n++) await writing.commit(one);
    const crashed = join(newFolder(), "crashed");
    cpSync(join(file, ".."), crashed, { recursive: true });
    const { epoch, version, value } = (await opened(join(crashed, "states.db")).load("room")) as StoredState;
    assert.deepEqual([epoch, version, value.n], ["first", 10, 10]);
  });

  test("is given the whole of a state now and then alone, when its ops weigh more", async () => {
    const file = newFile();
    const first = opened(file);
    const looksAt = async (writing: Writing, times: number) => {
      let looks = 0;
      for (let n = 0; n < times; n++) {
        const commit = writing.next(one);
        const value = () => {
          looks++;
          return commit.value();
        };
        await writing.backend.commit({ ...commit, value });
      }
      return looks;
    };
    assert.equal(await looksAt(new Writing(first, "small"), 250), 3);
    const large = new Writing(first, "large");
    await large.commit([{ ops: [["set", ["items"], ["x".repeat(10_000)]]], at: 0 }]);
    assert.equal(await looksAt(large, 200), 0);
    await first.close();

    // In another run it is known when it was loaded.
    const second = opened(file);
    await second.load("large");
    assert.equal(await looksAt(Object.assign(large, { backend: second }), 1), 0);
    await second.close();
    const third = opened(file);
    assert.equal(await looksAt(Object.assign(large, { backend: third }), 2), 1);
    assert.deepEqual((await third.load("large"))?.value, large.tree.root);
  });

  test("keeps the newest 1,000 ops of a state or 1 MiB of them, and the state", async () => {
    const backend = opened(newFile());
    const many = new Writing(backend, "many");
    for (let n = 0; n < 30; n++) await many.commit(Array.from({ length: 50 }, () => one[0] as Entry));
    const kept = (await backend.load("many")) as StoredState;
    assert.equal(kept.value.n, 1500);
    assert.ok(kept.log.length >= 1000 && kept.log.length <= 1100, `${kept.log.length} entries`);
    const large = new Writing(backend, "large");
    const text = "x".repeat(100_000);
    for (let n = 0; n < 30; n++) await large.commit([{ ops: [["set", ["items"], [text, n]]], at: 0 }]);
    for (let n = 0; n < 100; n++) await large.commit(one);
    const { log, value } = (await backend.load("large")) as StoredState;
    assert.deepEqual(value, large.tree.root);
    assert.deepEqual([log.length], [110]);
  });

  test("removes states and revocations that are over, those of the last run as well", async () => {
    const file = newFile();
    let now = 1_700_000_000_000;
    const first = opened(file, { now: () => now });
    const rooms = Array.from({ length: 250 }, (_, n) => new Writing(first, `room/${n}`));
    for (const writing of rooms) writing.until = now + 1000;
    await Promise.all(rooms.map((writing) => writing.commit(one)));
    await new Writing(first, "kept").commit(one);
    await first.revoke({ session: "s", at: now, until: now + 1000 });
    await first.close();
    now += 2000;
    const second = opened(file, { now: () => now });
    assert.equal((await second.load("kept"))?.version, 1);
    const left = () => ["states", "entries", "checkpoints", "revocations"].map((table) => count(file, table));
    while (left().join() !== "1,1,1,0") await second.check();
  });

  test("T56 begins epochs where the file was put back from a backup, and only there", async () => {
    const file = newFile();
    const first = opened(file);
    const writing = new Writing(first, "room");
    await writing.commit(one);
    const backup = `${file}.backup`;
    {
      using database = new DatabaseSync(file);
      database.exec(`VACUUM INTO '${backup}'`);
    }
    await writing.commit(one);
    await first.close();
    const epochOf = async (backend: Backend) => {
      const { epoch, version, value } = (await backend.load("room")) as StoredState;
      assert.equal(value.n, version);
      await backend.close();
      return [epoch, version] as const;
    };
    assert.deepEqual(await epochOf(opened(file)), ["first", 2]);
    cpSync(backup, file);
    const [restored, version] = await epochOf(opened(file));
    assert.notEqual(restored, "first");
    assert.equal(version, 1);
    assert.deepEqual(await epochOf(opened(file)), [restored, 1]);

    // Nobody knows how far it was.
    rmSync(`${file}.run`);
    const [unknown] = await epochOf(opened(file));
    assert.notEqual(unknown, restored);
    writeFileSync(`${file}.run`, "spoiled by a loss of power".repeat(100));
    const [spoiled] = await epochOf(opened(file));
    assert.notEqual(spoiled, unknown);
    assert.deepEqual(await epochOf(opened(file)), [spoiled, 1]);
  });

  test("lets a process end that uses it no more, closed or open", async () => {
    for (const how of ["close", "leave open"]) {
      const other = fork(new URL("./sqlite-holder.ts", import.meta.url), [newFile(), how]);
      await once(other, "message");
      const ended = once(other, "exit");
      other.send("end");
      assert.deepEqual(await ended, [0, null], how);
    }
  });

  test("goes on in another thread where its own ended", async () => {
    const threads: Worker[] = [];
    const keep = (worker: Worker) => threads.push(worker);
    process.on("worker", keep);
    const backend = opened(newFile());
    const writing = new Writing(backend, "room");
    await writing.commit(one);
    process.off("worker", keep);
    const ended = threads[0]?.terminate();
    await assert.rejects(backend.load("room"), { code: "E_UNAVAILABLE", message: /its thread has ended$/ });
    await ended;
    assert.equal((await backend.load("room"))?.version, 1);
    await writing.commit(one);
    assert.equal(threads.length, 1);
  });
});

suite("a file that sqlite(file) cannot have", () => {
  const refused = (file: string, code: string, message: RegExp) =>
    assert.rejects(opened(file).check(), { code, message });

  test("is one that is open already, here or in another process", async () => {
    const file = newFile();
    const first = opened(file);
    await first.check();
    const second = opened(file);
    await assert.rejects(second.check(), {
      code: "E_UNAVAILABLE",
      message: /states\.db\.run is locked: another/,
    });
    await first.close();
    await second.check();
    await second.close();

    const other = fork(new URL("./sqlite-holder.ts", import.meta.url), [file, "leave open"]);
    await once(other, "message");
    await assert.rejects(first.check(), {
      code: "E_UNAVAILABLE",
      message: /states\.db\.run is locked: another/,
    });
    const gone = once(other, "exit");
    other.kill("SIGKILL");
    await gone;
    await first.check();
  });

  test("is another program's, and stays as it is", async () => {
    const file = newFile();
    {
      using database = new DatabaseSync(file);
      database.exec("CREATE TABLE theirs (a)");
    }
    await refused(
      file,
      "E_OPTION",
      /expected a file of Violet's, or a new one, got another program's database/,
    );
    writeFileSync(`${file}.txt`, "Dear diary".repeat(100));
    await refused(`${file}.txt`, "E_OPTION", /expected a file of Violet's, or a new one, got another file/);
    assert.deepEqual(readdirSync(join(file, "..")).toSorted(), ["states.db", "states.db.txt"]);
  });

  test("is one that a newer Violet wrote", async () => {
    const file = newFile();
    const backend = opened(file);
    await backend.check();
    await backend.close();
    {
      using database = new DatabaseSync(file);
      database.exec("PRAGMA user_version = 2");
    }
    await assert.rejects(backend.check(), {
      code: "E_OPTION",
      message: /expected a file of format 1, got format 2\. A newer Violet wrote it: use that one\.$/,
    });
  });

  test("is one in a folder that is not there, until it is", async () => {
    const folder = join(newFolder(), "later");
    const backend = opened(join(folder, "states.db"));
    await assert.rejects(backend.check(), {
      code: "E_UNAVAILABLE",
      message: /later\/states.db: unable to open database file \(its folder has to be there, and writable\)$/,
    });
    mkdirSync(folder);
    await backend.check();
  });

  test("is none that a path names", () => {
    for (const file of ["", ":memory:", undefined as never])
      assert.throws(() => sqlite(file), { code: "E_OPTION" });
    for (const options of [{ timeoutMs: 0 }, { timeoutMs: 0.5 }, { maxBytes: 1000 }])
      assert.throws(() => sqlite("states.db", options), { code: "E_OPTION" });
  });
});
