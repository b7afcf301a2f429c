/** What a process hears of the commits of others. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Entry } from "../../../server/backends/backend.ts";
import type { RedisOptions } from "../../../server/backends/redis.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { after, before, suite, test } from "../../support/suite.ts";
import { increment, Writing } from "./conformance.ts";
import { keyOf, opened } from "./redis-opened.ts";

let server: RedisServer;
before(async () => {
  server = await RedisServer.start();
});
after(() => server.stop());

let names = 0;
const one: readonly Entry[] = [{ ops: [increment()], at: 0 }];

async function until(isSo: () => unknown): Promise<void> {
  while (!(await isSo())) await sleep(5);
}

type Stored = { epoch: string; version: number } | undefined;

/** Two processes that know of one state: `mine` watches it, and writes down what it is told. */
async function watched(options?: RedisOptions) {
  const [mine, theirs] = [opened(server.url, options), opened(server.url)];
  const writing = new Writing(mine, `room/${++names}`);
  await writing.commit(one);
  const told: Stored[] = [];
  const stop = mine.watch?.(writing.store, (stored) => told.push(stored)) as () => void;
  const channel = keyOf(writing.store);
  const isHeard = async () => ((await server.admin.pubsub("NUMSUB", channel)) as unknown[])[1] === 1;
  await until(isHeard);
  /** What the others commit on. */
  const other = Object.assign(new Writing(theirs, writing.store), { version: 1 });
  await theirs.load(writing.store);
  /** All that was said so far was heard, and looked into. */
  const quiet = async () => {
    const before = told.length;
    await other.commit(one);
    await until(() => told.length > before);
    return told.at(-1);
  };
  return { mine, writing, told, stop, channel, isHeard, other, quiet };
}

suite("another process's commits in Redis", () => {
  test("are told to who watches a state, until it does not any more", async () => {
    const { told, stop, other, isHeard } = await watched();
    await other.commit(one);
    await until(() => told.length);
    assert.deepEqual(told, [{ epoch: "first", version: 2 }]);
    stop();
    await until(async () => !(await isHeard()));
    await other.commit(one);
    assert.equal(told.length, 1);
  });

  test("are told, and a process's own are not", async () => {
    const { writing, told, other, quiet } = await watched();
    for (let n = 0; n < 50; n++) await writing.commit(one);
    other.version = writing.version;
    await other.backend.load(writing.store);
    assert.deepEqual(await quiet(), { epoch: "first", version: 52 });
    assert.equal(told.length, 1);
  });

  test("are told where one's own commit was stored and nobody knows", async () => {
    const { mine, writing, told } = await watched({ timeoutMs: 300 });
    await mine.load(writing.store);
    server.freeze();
    await assert.rejects(writing.commit(one), { code: "E_UNAVAILABLE" });
    server.thaw();
    await until(() => told.length);
    assert.deepEqual(told.at(-1), { epoch: "first", version: 2 });
  });

  test("T58 that came while nobody listened are told when the connection is back", async () => {
    const { told, other } = await watched({ lookMs: 3_600_000 });
    await server.admin.call("CLIENT", "KILL", "TYPE", "pubsub");
    await other.commit(one);
    await until(() => told.length);
    assert.deepEqual(told[0], { epoch: "first", version: 2 });
  });

  test("T58 of which no word ever came are found by looking", async () => {
    const { told, channel } = await watched({ lookMs: 20 });
    const commit = server.admin.multi();
    commit.xadd(`${channel}:log`, "2-0", "entry", '{"ops":[["increment",["n"],1]],"at":0}');
    await commit.hset(channel, "version", "2", "commit", "of another").exec();
    await until(() => told.length);
    assert.deepEqual(told[0], { epoch: "first", version: 2 });
  });

  test("T58 that are told twice, late or falsely are no more than what is stored", async () => {
    const { told, channel, other } = await watched();
    await other.commit(one);
    await until(() => told.length);
    await other.commit(one);
    await until(() => told.at(-1)?.version === 3);
    const before = told.length;
    for (const news of ["3 first", "2 first", "0 first", "1 first"])
      await server.admin.publish(channel, news);
    // Nothing was loaded since: each look finds what was told before.
    for (const news of ["999 first", "4 second"]) await server.admin.publish(channel, news);
    // These looks may be told before the next commit.
    await other.commit(one);
    await until(() => told.at(-1)?.version === 4);
    const later = new Set(told.slice(before).map((stored) => JSON.stringify(stored)));
    assert.ok(later.has('{"epoch":"first","version":4}'));
    for (const stored of later) assert.match(stored, /^\{"epoch":"first","version":[34]\}$/);
  });

  test("T62 are told by commits alone: junk in a channel is left out and counted", async () => {
    const { mine, told, channel, quiet } = await watched();
    const junk = ["", "hello", "1", " first", "-1 first", "1e3 first", "12345678901234567 first", "{}"];
    for (const text of [...junk, `1 ${"x".repeat(1000)}`, '{"__proto__":{"polluted":1}} x'])
      await server.admin.publish(channel, text);
    await quiet();
    assert.equal(mine.counters.junk, junk.length + 2);
    assert.equal(told.length, 1);
  });

  test("T56 is there none of them, for the state is gone, that is told, too", async () => {
    const { told, other } = await watched({ lookMs: 20 });
    await server.admin.flushall();
    await until(() => told.length);
    assert.equal(told[0], undefined);
    told.length = 0;
    await new Writing(other.backend, other.store, "second").commit(one);
    await until(() => told.some((stored) => stored?.epoch === "second"));
  });

  test("T56 are told after a start of the server, for it may lack some", async () => {
    const { mine, writing, told } = await watched();
    await server.kill();
    await server.begin();
    await until(() => told.length);
    assert.equal(told[0], undefined);
    assert.notEqual((await mine.load(writing.store))?.epoch, "first");
  });

  test("are told of many states at once", async () => {
    const [mine, theirs] = [opened(server.url), opened(server.url)];
    const told = new Set<string>();
    const all = Array.from({ length: 600 }, () => new Writing(theirs, `room/${++names}`));
    await Promise.all(all.map((writing) => writing.commit(one)));
    await Promise.all(all.map(({ store }) => mine.load(store)));
    for (const { store } of all) mine.watch?.(store, () => told.add(store));
    await Promise.all(all.map((writing) => writing.commit(one)));
    await until(() => told.size === all.length);
  });
});
