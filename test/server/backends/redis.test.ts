import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Entry, StoredState } from "../../../server/backends/backend.ts";
import { type RedisBackend, type RedisOptions, redis } from "../../../server/backends/redis.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { after, before, suite, test } from "../../support/suite.ts";
import { conformance, increment, Writing } from "./conformance.ts";
import { keyOf, opened } from "./redis-opened.ts";

let server: RedisServer;
/** Another one, which keeps nothing. */
let volatile: RedisServer;
before(async () => {
  [server, volatile] = await Promise.all([RedisServer.start(), RedisServer.start({ appendonly: "no" })]);
});
after(() => Promise.all([server.stop(), volatile.stop()]).then(() => {}));

let names = 0;
const storeName = () => `room/${++names}`;

const one: readonly Entry[] = [{ ops: [increment()], at: 0 }];
const by = (writer: string, n: number): readonly Entry[] => [{ ops: [increment()], writer, n, at: 0 }];

async function until(isSo: () => unknown): Promise<void> {
  while (!(await isSo())) await sleep(5);
}

/** What another process knows of a state. */
const look = async (store: string, options?: RedisOptions) =>
  (await opened(server.url, options).load(store)) as StoredState;

conformance("redis(url)", async (now) => ({ open: async () => opened(server.url, { now }) }));

suite("the terms of redis(url)", () => {
  const refused = (backend: RedisBackend, message: RegExp) =>
    assert.rejects(backend.check(), { code: "E_OPTION", message });

  test("are an append-only file, and what it survives", async () => {
    const backend = opened(server.url);
    // Nothing is acknowledged by one that keeps less.
    assert.equal(backend.durability, "process");
    assert.equal(redis(server.url, { volatile: true }).durability, "volatile");
    await backend.check();
    assert.equal(backend.durability, "process");
    await refused(opened(server.url, { durability: "power" }), /expected a server with appendfsync always\./);
    await server.admin.config("SET", "appendfsync", "always");
    const always = opened(server.url, { durability: "power" });
    await always.check();
    assert.equal(always.durability, "power");
    await server.admin.config("SET", "appendfsync", "everysec");
    await refused(always, /expected a server with appendfsync always\./);
  });

  test("are not kept by a server without one, unless nothing is asked for", async () => {
    const backend = opened(volatile.url, {});
    await refused(backend, /expected a server with appendonly yes\. .* \{ volatile: true \}/);
    await assert.rejects(new Writing(backend, storeName()).commit(one), { code: "E_OPTION" });
    await assert.rejects(backend.revoked(), { code: "E_OPTION" });
    const accepting = opened(volatile.url, { volatile: true });
    await accepting.check();
    assert.equal(accepting.durability, "volatile");
    // Whoever corrects that need not start anything again.
    await volatile.admin.config("SET", "appendonly", "yes");
    await until(() =>
      backend.check().then(
        () => true,
        () => false,
      ),
    );
    assert.equal(backend.durability, "process");
    await volatile.admin.config("SET", "appendonly", "no");
    await refused(backend, /appendonly yes/);
  });

  test("are said by the app where the server does not tell its settings", async () => {
    await server.admin.call(
      "ACL",
      "SETUSER",
      "app",
      "on",
      ">secret",
      "~violet:*",
      "&violet:*",
      "+@all",
      "-config",
    );
    const url = server.url.replace("//", "//app:secret@");
    const untold = opened(url, {});
    await refused(untold, /expected \{ durability: "process" \} or "power"\. .*CONFIG is forbidden/);
    assert.ok(!untold.name.includes("secret"));
    const told = opened(url, { durability: "power" });
    const writing = new Writing(told, storeName());
    await writing.commit(one);
    assert.equal(told.durability, "power");
    assert.equal((await told.load(writing.store))?.version, 1);
    await assert.rejects(opened(url.replace("secret", "wrong"), { timeoutMs: 1000 }).check(), {
      code: "E_UNAVAILABLE",
      message: /^redis 127\.0\.0\.1:\d+: WRONGPASS/,
    });
  });

  test("are not kept by a server that throws states away when it is full", async () => {
    await volatile.admin.config("SET", "appendonly", "yes", "maxmemory", "100mb");
    await volatile.admin.config("SET", "maxmemory-policy", "allkeys-lru");
    await refused(opened(volatile.url, {}), /expected a server with maxmemory-policy noeviction/);
    await opened(volatile.url, { volatile: true }).check();
    await volatile.admin.config("SET", "maxmemory-policy", "noeviction");
    await opened(volatile.url, {}).check();
    await volatile.admin.config("SET", "appendonly", "no", "maxmemory", "0");
  });

  test("are not kept by a replica", async () => {
    await volatile.admin.replicaof("127.0.0.1", server.port);
    await assert.rejects(opened(volatile.url, { volatile: true, timeoutMs: 1000 }).check(), {
      code: "E_UNAVAILABLE",
      message: /READONLY It is a replica/,
    });
    await volatile.admin.replicaof("NO", "ONE");
  });

  test("are options that make sense", () => {
    const wrong = [
      ...[{ prefix: "" }, { prefix: "a{b" }, { replicas: -1 }, { timeoutMs: 0 }, { lookMs: 0.5 }],
      ...[{ volatile: true, durability: "power" as const }, { durability: "all" as never }],
    ];
    for (const options of wrong) assert.throws(() => redis(server.url, options), { code: "E_OPTION" });
    for (const url of ["", "localhost:6379", "http://localhost", undefined as never, { keyPrefix: "a" }])
      assert.throws(() => redis(url), { code: "E_OPTION" });
    assert.equal(redis({ sentinels: [], name: "main" }).name, "redis main");
    assert.equal(redis("rediss://ann:secret@example.org/2").name, "redis example.org:6379/2");
  });
});

suite("states in Redis", () => {
  test("are each in one place of a cluster, whatever their names are", async () => {
    const cluster = await RedisServer.start({ "cluster-enabled": "yes" });
    await cluster.admin.call("CLUSTER", "ADDSLOTSRANGE", 0, 16_383);
    await until(async () => /cluster_state:ok/.test(`${await cluster.admin.cluster("INFO")}`));
    const backend = opened(cluster.url);
    for (const store of ["}", "{}", "{a}{b}", "room/{x}", ""]) {
      const writing = new Writing(backend, store);
      await writing.commit(by("ann.1", 1));
      await backend.extend([store], Date.now());
      assert.equal((await backend.load(store))?.version, 1);
      await backend.delete([store]);
    }
    await cluster.stop();
  });

  test("go on where Redis forgot the scripts", async () => {
    const writing = new Writing(opened(server.url), storeName());
    await writing.commit(one);
    await server.admin.script("FLUSH");
    await writing.commit(one);
    await server.admin.script("FLUSH");
    assert.equal((await writing.backend.load(writing.store))?.version, 2);
  });

  test("keep 1,000 entries or 1 MiB of them, and the whole now and then", async () => {
    const many = new Writing(opened(server.url), storeName());
    for (let n = 0; n < 30; n++) await many.commit(Array.from({ length: 50 }, () => one[0] as Entry));
    const { value, log } = await look(many.store);
    assert.equal(value.n, 1500);
    assert.ok(log.length >= 1000 && log.length <= 1100, `${log.length} entries`);
    const large = new Writing(many.backend, storeName());
    const text = "x".repeat(100_000);
    for (let n = 0; n < 30; n++) await large.commit([{ ops: [["set", ["items"], [text, n]]], at: 0 }]);
    for (let n = 0; n < 100; n++) await large.commit(one);
    const kept = await look(large.store);
    assert.deepEqual(kept.value, large.tree.root);
    assert.ok(kept.log.length >= 100 && kept.log.length <= 110, `${kept.log.length} entries`);
  });

  test("end in Redis as well", async () => {
    const writing = new Writing(opened(server.url), storeName());
    writing.until = Date.now() + 3_600_000;
    await writing.commit(by("ann.1", 1));
    const keys = ["", ":log", ":writers"].map((end) => keyOf(writing.store) + end);
    const left = () => Promise.all(keys.map((key) => server.admin.pttl(key)));
    for (const ms of await left()) assert.ok(ms > 3_500_000 && ms <= 3_600_000);
    await writing.backend.extend([writing.store], Date.now() + 7_200_000);
    for (const ms of await left()) assert.ok(ms > 7_100_000);
    writing.until = undefined;
    await writing.commit(one);
    assert.deepEqual(await left(), [-1, -1, -1]);
  });

  test("take no commit that was made without a refusal that another process stored", async () => {
    const writing = new Writing(opened(server.url), storeName());
    await writing.commit(one);
    const other = new Writing(opened(server.url), writing.store);
    assert.equal((await other.backend.load(other.store))?.version, 1);
    other.version = 1;
    await writing.commit([
      { ops: [], writer: "ann.1", n: 1, at: 0, refusal: { code: "E_X", message: "no" } },
    ]);
    await assert.rejects(other.commit(by("ann.1", 1)), { code: "E_RESYNC" });
    assert.equal((await other.backend.load(other.store))?.writers.get("ann.1")?.n, 1);
  });
});
