/** A Redis that is gone, silent, full, a replica, or has lost something; and what other programs write into it. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Entry, StoredState } from "../../../server/backends/backend.ts";
import type { RedisBackend } from "../../../server/backends/redis.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { after, before, suite, test } from "../../support/suite.ts";
import { increment, Writing } from "./conformance.ts";
import { keyOf, opened } from "./redis-opened.ts";

let server: RedisServer;
let other: RedisServer;
before(async () => {
  [server, other] = await Promise.all([RedisServer.start(), RedisServer.start()]);
});
after(() => Promise.all([server.stop(), other.stop()]).then(() => {}));

let names = 0;
const storeName = () => `room/${++names}`;

const one: readonly Entry[] = [{ ops: [increment()], at: 0 }];
const by = (writer: string, n: number): readonly Entry[] => [{ ops: [increment()], writer, n, at: 0 }];

async function until(isSo: () => unknown): Promise<void> {
  while (!(await isSo())) await sleep(5);
}

/** It takes commits again. */
const back = (backend: RedisBackend) =>
  until(() =>
    backend.check().then(
      () => true,
      () => false,
    ),
  );

const unavailable = (message: RegExp) => ({ code: "E_UNAVAILABLE", message });

/** A state with one commit, and what writes on. */
async function begun(backend: RedisBackend): Promise<Writing> {
  const writing = new Writing(backend, storeName());
  await writing.commit(by("ann.1", 1));
  return writing;
}

/** As it is loaded by another process. */
const look = async (store: string) => (await opened(server.url).load(store)) as StoredState;

/** The same commits again, on what is stored. */
async function goesOn(writing: Writing): Promise<StoredState> {
  const { epoch, version } = (await writing.backend.load(writing.store)) as StoredState;
  const next = Object.assign(new Writing(writing.backend, writing.store, epoch), { version });
  await next.commit(one);
  return look(writing.store);
}

suite("a Redis that does not answer", () => {
  test("T55 is said within the time that there is, and is used again when it is back, with all that it acknowledged", async () => {
    const backend = opened(server.url, { timeoutMs: 500 });
    const writing = await begun(backend);
    await server.kill();
    await assert.rejects(writing.commit(one), unavailable(/^redis 127\.0\.0\.1:\d+: .*ECONNREFUSED/));
    await assert.rejects(backend.load(writing.store), { code: "E_UNAVAILABLE" });
    // Nobody waits for what is known to be down.
    await assert.rejects(backend.check(), unavailable(/ECONNREFUSED/));
    await server.begin();
    await back(backend);
    const { epoch, version, value, writers } = (await backend.load(writing.store)) as StoredState;
    assert.notEqual(epoch, "first");
    assert.deepEqual([version, value.n, writers.get("ann.1")?.n], [1, 1, 1]);
    assert.equal((await goesOn(writing)).value.n, 2);
  });

  test("T55 that stands still is given up, and what it does late is done once or not at all", async () => {
    const [backend, second] = [
      opened(server.url, { timeoutMs: 500 }),
      opened(server.url, { timeoutMs: 500 }),
    ];
    const writing = await begun(backend);
    await second.load(writing.store);
    const theirs = Object.assign(new Writing(second, writing.store), { version: 1 });
    server.freeze();
    const late = [writing.commit(one), theirs.commit(one)];
    await Promise.all(late.map((each) => assert.rejects(each, { code: "E_UNAVAILABLE" })));
    server.thaw();
    await back(backend);
    const { version, value } = (await backend.load(writing.store)) as StoredState;
    assert.ok(version <= 2, `version ${version}`);
    assert.equal(value.n, version);
    assert.equal((await goesOn(writing)).value.n, version + 1);
  });

  test("T60 whose answer was lost is asked again, and stores it once", async () => {
    const backend = opened(server.url, { timeoutMs: 3000 });
    const writing = await begun(backend);
    server.freeze();
    const committing = writing.commit(by("ann.1", 2));
    await until(() => backend.counters.retries);
    server.thaw();
    await committing;
    const { version, value, writers } = await look(writing.store);
    assert.deepEqual([version, value.n, writers.get("ann.1")?.n], [2, 2, 2]);
  });

  test("T60 whose connections are cut again and again stores each commit once", async () => {
    const backend = opened(server.url);
    const writing = await begun(backend);
    for (let n = 0; n < 20; n++) {
      const committing = writing.commit(one);
      await server.admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await committing;
    }
    assert.ok(backend.counters.retries);
    assert.deepEqual([(await look(writing.store)).version, (await look(writing.store)).value.n], [21, 21]);
  });

  test("T55 tells its end to what waits when the backend is closed", async () => {
    const backend = opened(server.url);
    const writing = await begun(backend);
    server.freeze();
    const committing = assert.rejects(writing.commit(one), { code: "E_UNAVAILABLE" });
    await backend.close();
    server.thaw();
    await committing;
    await assert.rejects(backend.load(writing.store), { code: "E_UNAVAILABLE" });
  });
});

suite("a Redis that takes no writes", () => {
  test("T60 for want of memory is said at once, with nothing of a commit stored, and takes the next when there is room", async () => {
    const writing = await begun(opened(server.url));
    await server.admin.config("SET", "maxmemory", 1);
    const refused = writing.next(by("ann.1", 2), { until: Date.now() + 60_000, forgotten: ["bob.1"] });
    await assert.rejects(writing.backend.commit(refused), unavailable(/OOM/));
    await assert.rejects(writing.backend.check(), unavailable(/OOM/));
    const unborn = new Writing(writing.backend, storeName());
    await assert.rejects(unborn.commit(by("ann.1", 1)), unavailable(/OOM/));
    // What is there can be read.
    assert.equal((await look(writing.store)).version, 1);
    await server.admin.config("SET", "maxmemory", 0);
    assert.deepEqual(await server.admin.keys(`${keyOf(unborn.store).replaceAll(/[[\]"]/g, "?")}*`), []);
    assert.deepEqual(await server.admin.pttl(keyOf(writing.store)), -1);
    await writing.backend.commit(refused);
    assert.equal((await look(writing.store)).value.n, 2);
  });

  test("T60 because it became a replica is left, and what it lost meanwhile is lost to all in a new epoch", async () => {
    const backend = opened(server.url, { timeoutMs: 1000 });
    const writing = await begun(backend);
    const primary = new Writing(opened(other.url), writing.store, "of the other");
    await primary.commit(one);
    await server.follow(other);
    await assert.rejects(writing.commit(one), unavailable(/READONLY/));
    await assert.rejects(backend.load(writing.store), unavailable(/READONLY/));
    await server.admin.replicaof("NO", "ONE");
    await back(backend);
    await assert.rejects(writing.commit(one), { code: "E_RESYNC" });
    const { epoch, value } = (await backend.load(writing.store)) as StoredState;
    assert.ok(epoch !== "first" && epoch !== "of the other");
    assert.equal(value.n, 1);
    await other.admin.flushall();
  });
});

suite("a Redis with replicas", () => {
  test("T56 has a commit acknowledged when so many of them have it, and not before", async () => {
    const backend = opened(server.url, { replicas: 1, timeoutMs: 2000 });
    const writing = new Writing(backend, storeName());
    await assert.rejects(writing.commit(one), unavailable(/0 of 1 replicas have it/));
    await assert.rejects(backend.load(writing.store), unavailable(/0 of 1 replicas have it/));
    await assert.rejects(backend.check(), unavailable(/0 of 1 replicas have it/));
    await other.follow(server);
    await back(backend);
    const next = (await backend.load(writing.store)) as StoredState;
    const again = Object.assign(new Writing(backend, writing.store, next.epoch), { version: next.version });
    await Promise.all([again.commit(one), ...Array.from({ length: 20 }, () => begun(backend))]);
    assert.equal(await other.admin.hget(keyOf(writing.store), "version"), `${next.version + 1}`);
    await other.admin.replicaof("NO", "ONE");
    await other.admin.flushall();
  });
});

suite("a Redis that lost something", () => {
  test("T56 begins an epoch after each start, once for all processes", async () => {
    const [backend, second] = [opened(server.url), opened(server.url)];
    const writing = await begun(backend);
    await server.kill();
    await server.begin();
    await Promise.all([back(backend), back(second)]);
    await assert.rejects(writing.commit(one), { code: "E_RESYNC" });
    const [first, next] = await Promise.all([backend.load(writing.store), second.load(writing.store)]);
    assert.notEqual(first?.epoch, "first");
    assert.equal(next?.epoch, first?.epoch);
    assert.equal(backend.counters.epochs + second.counters.epochs, 1);
  });

  test("T57 takes nothing on versions of a split: the loser of two primaries learns it", async () => {
    const [mine, theirs] = [opened(server.url), opened(other.url)];
    await other.follow(server);
    const writing = await begun(mine);
    await until(() => other.admin.exists(keyOf(writing.store)));
    await other.admin.replicaof("NO", "ONE");
    await back(theirs);

    // Both go on: as many commits, each acknowledged by its primary.
    await writing.commit(by("ann.1", 2));
    const { epoch, version, value } = (await theirs.load(writing.store)) as StoredState;
    assert.deepEqual([version, value.n], [1, 1]);
    assert.notEqual(epoch, "first");
    const winning = Object.assign(new Writing(theirs, writing.store, epoch), { version });
    await winning.commit(by("bob.1", 1));

    // The old one gives in, and gets what the new one has. Its process was not told.
    await server.follow(other);
    await server.admin.replicaof("NO", "ONE");
    await assert.rejects(writing.commit(by("ann.1", 3)), { code: "E_RESYNC" });
    const merged = (await mine.load(writing.store)) as StoredState;
    assert.deepEqual([merged.value.n, [...merged.writers.keys()].toSorted()], [2, ["ann.1", "bob.1"]]);
    assert.equal(merged.writers.get("ann.1")?.n, 1);
    await other.admin.flushall();
  });

  test("T57 takes no commit on a version that was lost and is to be made again, by who never saw it", async () => {
    await other.follow(server);
    const writing = await begun(opened(server.url));
    const unaware = Object.assign(new Writing(opened(server.url), writing.store), { version: 1 });
    assert.equal((await unaware.backend.load(writing.store))?.epoch, "first");
    await until(() => other.admin.exists(keyOf(writing.store)));
    await other.admin.replicaof("NO", "ONE");
    await writing.commit(by("ann.1", 2));
    await server.follow(other);
    await server.admin.replicaof("NO", "ONE");
    await assert.rejects(unaware.commit(by("bob.1", 1)), { code: "E_RESYNC" });
    assert.notEqual((await unaware.backend.load(writing.store))?.epoch, "first");
  });

  test("T56 that is empty takes nothing on what it had", async () => {
    const writing = await begun(opened(server.url));
    await server.admin.flushall();
    await assert.rejects(writing.commit(one), { code: "E_RESYNC" });
    assert.equal(await writing.backend.load(writing.store), undefined);
    await new Writing(writing.backend, writing.store, "second").commit(one);
    assert.equal((await look(writing.store)).epoch, "second");
  });

  test("T56 that was put back by hand begins an epoch for who knows more", async () => {
    const writing = await begun(opened(server.url));
    const keys = ["", ":log", ":writers"].map((end) => keyOf(writing.store) + end);
    const saved = await Promise.all(keys.map((key) => server.admin.dumpBuffer(key)));
    await writing.commit(one);
    for (const [index, key] of keys.entries())
      await server.admin.restore(key, 0, saved[index] as Buffer, "REPLACE");
    await assert.rejects(writing.commit(one), { code: "E_RESYNC" });
    const { epoch, version } = (await writing.backend.load(writing.store)) as StoredState;
    assert.notEqual(epoch, "first");
    assert.equal(version, 1);
  });

  test("T60 whose log was cut acknowledges nothing that could not be read again, and has the whole with the next commit", async () => {
    const writing = await begun(opened(server.url));
    await writing.commit(one);
    await writing.commit(one);
    await server.admin.xtrim(`${keyOf(writing.store)}:log`, "MAXLEN", 1);
    await assert.rejects(look(writing.store), { code: "E_STATE_INVALID", message: /Its log lacks entries/ });
    const again = writing.next(one);
    await assert.rejects(writing.backend.commit(again), unavailable(/was cut by another program/));
    await writing.backend.commit(again);
    assert.deepEqual([(await look(writing.store)).version, (await look(writing.store)).value.n], [4, 4]);
  });

  test("T62 whose log has an entry of another program, above all of ours, begins it anew with the next whole state", async () => {
    const writing = await begun(opened(server.url));
    await writing.commit(one);
    await server.admin.xadd(`${keyOf(writing.store)}:log`, "*", "entry", "theirs");
    const again = writing.next(one);
    await assert.rejects(writing.backend.commit(again), { code: "E_UNAVAILABLE" });
    await writing.backend.commit(again);
    await writing.commit(one);
    const { version, value, log } = await look(writing.store);
    assert.deepEqual([version, value.n, log.length], [4, 4, 2]);
  });
});

suite("what other programs write under Violet's names", () => {
  const text = JSON.stringify;
  const entry = (ops: unknown) => text({ ops, at: 1 });
  /** Each spoils a state of two versions, with a checkpoint at the first one. */
  const spoilt: Readonly<Record<string, (key: string) => Promise<unknown>>> = {
    "a text": async (key) => server.admin.set(key, "hello"),
    "a text for the log": async (key) => server.admin.set(`${key}:log`, "hello"),
    "a list for the writers": async (key) => {
      await server.admin.del(`${key}:writers`);
      await server.admin.rpush(`${key}:writers`, "hello");
    },
    "a version that is none": async (key) => server.admin.hset(key, "version", "1e300"),
    "no version": async (key) => server.admin.hdel(key, "version"),
    "no epoch": async (key) => server.admin.hdel(key, "epoch"),
    "a checkpoint in the future": async (key) => server.admin.hset(key, "checkpoint", "7"),
    "a value that is no JSON": async (key) => server.admin.hset(key, "value", "{"),
    "a value that is a list": async (key) => server.admin.hset(key, "value", "[]"),
    "a value with a prototype": async (key) =>
      server.admin.hset(key, "value", '{"n":1,"items":[],"__proto__":{"polluted":true}}'),
    "a value that thinks it can be called": async (key) =>
      server.admin.hset(key, "value", '{"n":1,"items":[{"then":{}}]}'),
    "a value as deep as the sea": async (key) =>
      server.admin.hset(key, "value", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
    "a record that is none": async (key) => server.admin.hset(`${key}:writers`, '"ann.1"', '{"n":-1,"at":0}'),
    "a writer that is none": async (key) => server.admin.hset(`${key}:writers`, "{}", '{"n":1,"at":0}'),
    ...Object.fromEntries(
      Object.entries({
        "an entry that is no JSON": "{",
        "an entry without ops": text({ at: 1 }),
        "an entry of more than ops": text({ ops: [], at: 1, run: "process.exit()" }),
        "an op of another kind": entry([["constructor", ["n"], 1]]),
        "an op on a prototype": entry([["set", ["__proto__", "polluted"], true]]),
        "an op that brings a prototype": '{"ops":[["set",["n"],{"__proto__":{"polluted":true}}]],"at":1}',
        "an op that does not apply": entry([["splice", ["items", 5], 1]]),
        "an op without a path": entry([["set", [], {}]]),
        "an increment by a text": entry([["increment", ["n"], "1"]]),
      }).map(([what, entry]) => [
        what,
        async (key: string) => {
          await server.admin.del(`${key}:log`);
          await server.admin.xadd(`${key}:log`, "2-0", "entry", entry);
        },
      ]),
    ),
  };

  for (const [what, spoil] of Object.entries(spoilt))
    test(`T62 stops the state, and stays as it is: ${what}`, async () => {
      const writing = new Writing(opened(server.url), storeName());
      await writing.commit(by("ann.1", 1));
      await writing.commit(one);
      const key = keyOf(writing.store);
      await spoil(key);
      const keys = [key, `${key}:log`, `${key}:writers`];
      const dump = () => Promise.all(keys.map((each) => server.admin.dumpBuffer(each)));
      const before = await dump();
      await assert.rejects(look(writing.store), {
        code: "E_STATE_INVALID",
        message: new RegExp(`^What Redis has (of|under the name of) "${writing.store}" is not`),
      });
      assert.deepEqual(await dump(), before);
      assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    });

  test("T62 in a log, beside its entries, is left out and counted", async () => {
    const writing = await begun(opened(server.url));
    await writing.commit(one);
    const log = `${keyOf(writing.store)}:log`;
    await server.admin.del(log);
    await server.admin.xadd(log, "1-7", "entry", '{"ops":[["set",["n"],666]],"at":1}');
    await server.admin.xadd(log, "2-0", "entry", '{"ops":[["increment",["n"],1]],"at":1}');
    await server.admin.xadd(log, "*", "theirs", "hello");
    const backend = opened(server.url);
    const { value, log: read } = (await backend.load(writing.store)) as StoredState;
    assert.deepEqual([value.n, read.length], [2, 1]);
    assert.equal(backend.counters.junk, 1);
  });

  test("T62 among the revocations is left out and counted", async () => {
    const backend = opened(server.url);
    const revocation = { session: storeName(), at: Date.now(), until: Date.now() + 60_000 };
    await backend.revoke(revocation);
    for (const junk of ["hello", "[]", '["x"]', '{"__proto__":{}}'])
      await server.admin.zadd("violet:revoked", Date.now() + 60_000, junk);
    assert.deepEqual(await backend.revoked(), [revocation]);
    assert.equal(backend.counters.junk, 4);
    await server.admin.del("violet:revoked");
  });
});
