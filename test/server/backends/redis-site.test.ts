/** Apps on one Redis, as separate servers have them, and their pages. */
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { array, number, object, string } from "superstruct";
import type { StoredState } from "../../../server/backends/backend.ts";
import type { RedisOptions } from "../../../server/backends/redis.ts";
import { html, shared } from "../../../src/index.ts";
import type { Op } from "../../../src/state/ops.ts";
import { NodeClient } from "../../support/node-client.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { MemoryLogger, type Served, serve } from "../../support/serve.ts";
import { after, afterEach, assert, before, suite, test } from "../../support/suite.ts";
import { keyOf, opened } from "./redis-opened.ts";

let server: RedisServer;
before(async () => {
  server = await RedisServer.start();
});
after(() => server.stop());

interface Talk {
  readonly lines: readonly string[];
  readonly count: number;
}
const talk = shared("redis-talk", {
  state: object({ lines: array(string()), count: number() }),
  initial: () => ({ lines: [] as string[], count: 0 }),
});

async function until(isSo: () => unknown): Promise<void> {
  while (!(await isSo())) await sleep(5);
}

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
  await server.admin.flushall();
});

/** A server of its own. Pages come back at once. */
async function start(options?: RedisOptions, url = server.url) {
  const backend = opened(url, options);
  const logger = new MemoryLogger();
  const page = () => html`<p>${talk.count}</p>`;
  const site = await serve((express, app) => express.get("/", app.page(page)), {
    backend,
    logger,
    reconnect: { backoffMs: [10] },
  });
  running.push(site.close);
  return { site, logger, ready: async () => (await fetch(`${site.url}/_violet/ready`)).status };
}

async function visit(site: Served): Promise<NodeClient> {
  const client = await NodeClient.visit(site.url);
  running.push(() => client.close());
  await client.core(talk).loaded();
  return client;
}

const seen = (client: NodeClient): Talk => client.core(talk).snapshot() as unknown as Talk;
const write = (client: NodeClient, op: Op): Promise<void> => {
  const core = client.core(talk);
  core.write(op);
  return core.settled();
};
const say = (client: NodeClient, line: string) => write(client, ["splice", ["lines", 0], 0, [line]]);
const count = (client: NodeClient) => write(client, ["increment", ["count"], 1]);
/** As another process finds it. */
const stored = async (url = server.url) => (await opened(url).load("redis-talk")) as StoredState;

suite("two apps on one Redis", () => {
  test("D14.2 E8.2.7 E16.6 show what is written through either of them", async () => {
    const [one, two] = await Promise.all([start(), start()]);
    const [ann, bob] = [await visit(one.site), await visit(two.site)];
    await say(ann, "from the first");
    await until(() => seen(bob).lines.length === 1);
    await say(bob, "from the second");
    await until(() => seen(ann).lines.length === 2);
    assert.deepEqual(seen(ann), { lines: ["from the second", "from the first"], count: 0 });
    assert.deepEqual(seen(bob), seen(ann));
  });

  test("lose no write and double none, though their pages write at the same time", async () => {
    const apps = await Promise.all([start(), start()]);
    const pages = await Promise.all(apps.flatMap(({ site }) => [visit(site), visit(site)]));
    const writes = pages.flatMap((page, who) =>
      Array.from({ length: 25 }, async (_, n) => {
        await sleep(n * 2);
        await Promise.all([say(page, `${who}.${n}`), count(page)]);
      }),
    );
    await Promise.all(writes);
    const expected = pages
      .flatMap((_, who) => Array.from({ length: 25 }, (_, n) => `${who}.${n}`))
      .toSorted();
    const { value } = await stored();
    assert.deepEqual((value as unknown as Talk).lines.toSorted(), expected);
    assert.equal((value as unknown as Talk).count, 100);
    await until(() => pages.every((page) => seen(page).count === 100));
    for (const page of pages) assert.deepEqual(seen(page), value as unknown as Talk);
    // They met.
    assert.ok((apps[0].site.app.counters.errors.E_RESYNC ?? 0) > 0);
  });
});

suite("an app whose Redis fails", () => {
  test("T55 keeps what pages write with them, goes on reading, and takes all of it when Redis is back", async () => {
    const { site, ready } = await start({ timeoutMs: 300 });
    const author = await visit(site);
    await say(author, "before");
    await server.kill();
    const saying = say(author, "meanwhile");
    await until(() => site.app.counters.errors.E_UNAVAILABLE);
    assert.equal(author.core(talk).pending, 1);
    await until(async () => (await ready()) === 503);
    assert.deepEqual(seen(await visit(site)).lines, ["before"]);
    await server.begin();
    await saying;
    await until(async () => (await ready()) === 200);
    assert.deepEqual((await stored()).value, { lines: ["meanwhile", "before"], count: 0 });
  });

  test("T60 acknowledges nothing while Redis is full, and takes it when there is room", async () => {
    const { site, ready, logger } = await start({ timeoutMs: 300 });
    const author = await visit(site);
    await say(author, "before");
    await server.admin.config("SET", "maxmemory", 1);
    const saying = say(author, "meanwhile");
    await until(() => site.app.counters.errors.E_UNAVAILABLE);
    await until(async () => (await ready()) === 503);
    assert.equal(author.core(talk).pending, 1);
    assert.deepEqual((await stored()).value, { lines: ["before"], count: 0 });
    await server.admin.config("SET", "maxmemory", 0);
    await saying;
    await until(async () => (await ready()) === 200);
    // The log says why, and nothing of what was written.
    const said = inspect(logger.errors, { depth: 20 });
    assert.match(said, /OOM/);
    assert.ok(!said.includes("meanwhile"));
  });

  test("T56 gets back from its pages what a replica lacks that takes the place of its server", async () => {
    const replica = await RedisServer.start();
    running.push(() => replica.stop());
    const primary = await RedisServer.start();
    running.push(() => primary.stop());
    await replica.follow(primary);
    const { site } = await start({ timeoutMs: 1000 }, primary.url);
    const [author, reader] = [await visit(site), await visit(site)];
    await say(author, "in the replica");
    await until(() => replica.admin.exists(keyOf("redis-talk")));
    replica.freeze();
    await say(author, "not there");
    await count(author);
    await until(() => seen(reader).count === 1);
    await primary.kill();
    replica.thaw();
    await replica.admin.replicaof("NO", "ONE");
    await replica.admin.config("SET", "port", primary.port);
    await until(async () => (await stored(primary.url)).value.count === 1);
    const { epoch, value } = await stored(primary.url);
    assert.deepEqual(value, { lines: ["not there", "in the replica"], count: 1 });
    await until(() => site.app.counters.epochs === 2);
    await until(() => seen(reader).lines.length === 2 && seen(author).lines.length === 2);
    assert.equal((await stored(primary.url)).epoch, epoch);
  });

  test("T56 gets back from its pages what a Redis lacks that was emptied", async () => {
    const apps = await Promise.all([start({ lookMs: 50 }), start({ lookMs: 50 })]);
    const [author, reader] = [await visit(apps[0].site), await visit(apps[1].site)];
    await say(author, "one");
    await say(author, "two");
    await until(() => seen(reader).lines.length === 2);
    await server.admin.flushall();
    await until(async () => ((await stored())?.value.lines as string[])?.length === 2);
    await say(reader, "three");
    await until(() => seen(author).lines.length === 3 && seen(reader).lines.length === 3);
    assert.deepEqual(seen(author).lines.toSorted(), ["one", "three", "two"]);
  });

  test("T62 stops a state that another program spoilt, and leaves it as it is", async () => {
    const { site, logger } = await start();
    const author = await visit(site);
    await say(author, "ours");
    await server.admin.hset(keyOf("redis-talk"), "value", '{"lines":["theirs"],"__proto__":{"x":1}}');
    const before = await server.admin.dumpBuffer(keyOf("redis-talk"));
    await assert.rejects(start(), { code: "E_STATE_INVALID" });
    assert.deepEqual(await server.admin.dumpBuffer(keyOf("redis-talk")), before);
    assert.deepEqual(logger.errors, []);
  });

  test("T55 does not start on a Redis that loses what is acknowledged", async () => {
    const forgetful = await RedisServer.start({ appendonly: "no" });
    running.push(() => forgetful.stop());
    await assert.rejects(start({}, forgetful.url), { code: "E_OPTION", message: /appendonly yes/ });
    const { site, logger } = await start({ volatile: true }, forgetful.url);
    await say(await visit(site), "anyhow");
    assert.ok(logger.notes.some((note) => /^state: redis 127\.0\.0\.1:\d+, which may lose/.test(note)));
  });
});
