/** An app on a file: what its pages see when it starts again, when the file is an older one, and when nothing can be written. */
import { cpSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { array, object, string } from "superstruct";
import type { VioletApp } from "../../../server/app.ts";
import type { Backend, StoredState } from "../../../server/backends/backend.ts";
import { sqlite } from "../../../server/backends/sqlite.ts";
import { html, settled, shared, snapshot } from "../../../src/index.ts";
import type { Definition } from "../../../src/state/definition.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { converged, testSite } from "../../../testing/index.ts";
import { newFolder } from "../../support/folder.ts";
import { HubBench, only } from "../../support/hub.ts";
import { NodeClient } from "../../support/node-client.ts";
import { MemoryLogger, serve } from "../../support/serve.ts";
import { assert, suite, test } from "../../support/suite.ts";
import { increment, Writing } from "./conformance.ts";

const talk = shared("sqlite-talk", {
  state: object({ lines: array(string()) }),
  initial: () => ({ lines: [] }),
});

/** It was like that one. */
const article = shared("sqlite-article", {
  state: object({ text: string() }),
  initial: () => ({ text: "" }),
  version: 2,
  migrate: (value) => ({ text: (value as { lines: string[] }).lines.join() }),
});

const newFile = () => join(newFolder(), "states.db");

suite("an app on sqlite(file) that starts again", () => {
  test("sends its pages what they missed, and no more", async () => {
    const file = newFile();
    await using site = await testSite({ app: (make) => make({ backend: sqlite(file) }) });
    const client = await site.client({ stores: [talk] });
    const say = async (line: string) => {
      site.app.run(() => void talk.lines.push(line));
      await site.app.run(() => settled(talk));
    };
    for (let n = 0; n < 150; n++) await say(`before ${n}`);
    await converged(site);
    client.network.goOffline();
    for (let n = 0; n < 3; n++) await say(`missed ${n}`);
    await site.restart();
    await say("new");
    client.network.goOnline();
    await client.until("live");
    await converged(site);
    const { lines } = client.run(() => snapshot(talk));
    assert.deepEqual(lines.slice(-5), ["before 149", "missed 0", "missed 1", "missed 2", "new"]);
    const { resumes, snapshots, epochs } = site.app.counters;
    assert.deepEqual({ resumes, snapshots, epochs }, { resumes: 1, snapshots: 0, epochs: 0 });
  });

  test("T56 on a backup begins an epoch, and gets from its pages what it lacks", async () => {
    const file = newFile();
    let isRestored = false;
    await using site = await testSite({
      app(make) {
        if (isRestored) cpSync(`${file}.backup`, file);
        return make({ backend: sqlite(file) });
      },
    });
    const [author, reader] = [await site.client({ stores: [talk] }), await site.client({ stores: [talk] })];
    const say = async (line: string) => {
      author.store(talk).lines.push(line);
      await settled(author.store(talk));
    };
    await say("in the backup");
    {
      using database = new DatabaseSync(file);
      database.exec(`VACUUM INTO '${file}.backup'`);
    }
    await say("after it");
    await converged(site);
    for (const client of [author, reader]) client.network.goOffline();
    isRestored = true;
    await site.restart({ how: "close" });
    // As many versions as the pages have seen, and others.
    site.app.run(() => void talk.lines.unshift("of the server"));
    await site.app.run(() => settled(talk));
    for (const client of [author, reader]) client.network.goOnline();
    await converged(site);
    assert.deepEqual(
      reader.run(() => snapshot(talk).lines),
      ["of the server", "in the backup", "after it"],
    );
    assert.equal(site.app.counters.epochs, 2);
  });
});

suite("a state of sqlite(file) that an older version of the app wrote", () => {
  const now = definitionOf(article);
  const old: Definition = { ...definitionOf(talk), name: now.name };
  const lines = ["one", "two"];

  /** A file with that state, and a page's last look at it. */
  async function written() {
    const file = newFile();
    const backend = sqlite(file);
    const authority = await new HubBench({ backend }).hub.open(old, undefined);
    for (const line of lines) {
      authority.write(["splice", ["lines", authority.version], 0, [line]]);
      await authority.settled();
    }
    await backend.close();
    return { file, last: { store: old.name, epoch: authority.epoch, version: authority.version, life: 1 } };
  }
  test("stops its store where it does not fit, and is left as it is", async () => {
    const { file } = await written();
    const backend = sqlite(file);
    const wrong: Definition = { ...now, version: 1 };
    await assert.rejects(new HubBench({ backend }).hub.open(wrong, undefined), { code: "E_STATE_INVALID" });
    assert.deepEqual((await backend.load(old.name))?.value, { lines });
    await backend.close();
  });

  test("stops its store where a later version wrote it, or its migration fails, and is left as it is", async () => {
    const { file } = await written();
    const backend = sqlite(file);
    const fails = () => {
      throw new Error("half way");
    };
    const wrong: Definition[] = [
      { ...now, migrate: fails },
      { ...now, migrate: () => ({ text: Number.NaN }) },
      { ...now, migrate: () => ({ text: 1 }) },
      { ...old, version: 0, migrate: fails },
      { ...old, version: 0 },
    ];
    for (const definition of wrong)
      await assert.rejects(new HubBench({ backend }).hub.open(definition, undefined), {
        code: "E_STATE_INVALID",
        message: /"sqlite-article/,
      });
    assert.deepEqual((await backend.load(old.name))?.value, { lines });
    await backend.close();
  });

  test("is migrated as its definition has it, where that is no object", async () => {
    const tags = shared("sqlite-tags", { state: array(string()), initial: () => [] });
    const before = definitionOf(tags);
    const after: Definition = {
      ...before,
      version: 2,
      migrate: (tags) => (tags as string[]).map((tag) => tag.toUpperCase()),
    };
    const backend = sqlite(newFile());
    const authority = await new HubBench({ backend }).hub.open(before, undefined);
    authority.write(["splice", ["value", 0], 0, ["a", "b"]]);
    await authority.settled();
    const next = await new HubBench({ backend }).hub.open(after, undefined);
    assert.deepEqual(next.snapshot(), { value: ["A", "B"] });
    await backend.close();
  });

  test("is migrated, and sent as a whole to pages that know its version in the old shape", async () => {
    const { file, last } = await written();
    // Once before it is stored in its new shape, and once after.
    for (const text of ["one,two", "three"]) {
      const backend = sqlite(file);
      const bench = new HubBench({ backend });
      const authority = await bench.hub.open(now, undefined);
      const page = bench.page();
      const { value, patches } = only(await page.hello("ann", last), "state");
      assert.deepEqual([value, patches], [{ text }, undefined]);
      authority.write(["set", ["text"], "three"]);
      await authority.settled();
      await backend.close();
    }
  });
});

suite("an app on sqlite(file) whose file takes nothing", () => {
  /** Over sockets, as a load balancer and two pages see it. */
  async function start(backend: Backend) {
    const site = await serve(
      (express, app) =>
        express.get(
          "/",
          app.page(() => html`<p>${talk.lines.length}</p>`),
        ),
      { backend, logger: new MemoryLogger() },
    );
    const author = await NodeClient.visit(site.url);
    await author.core(talk).loaded();
    const ready = async () => (await fetch(`${site.url}/_violet/ready`)).status;
    return {
      site,
      author,
      ready,
      isReady: async () => {
        while ((await ready()) !== 200) await sleep(10);
      },
      /** Pages come back to what was postponed by themselves. */
      async end() {
        author.close();
        await site.close();
      },
    };
  }
  const say = (client: NodeClient, line: string) => {
    const core = client.core(talk);
    core.write(["splice", ["lines", 0], 0, [line]]);
    return core.settled();
  };
  /** Resolves when the page was told that its write has to wait; throws where that is acknowledged. */
  async function postponed(app: VioletApp, saying: Promise<void>): Promise<void> {
    let isSaid = false;
    void saying.then(() => (isSaid = true));
    while (!app.counters.errors.E_UNAVAILABLE) {
      assert.ok(!isSaid, "it is acknowledged");
      await sleep(10);
    }
  }
  const linesOf = (state: object | undefined) => (state as { lines: string[] }).lines;

  test("T55 T60 keeps what pages write with them, goes on reading, and takes all of it when the file is free", async () => {
    const file = newFile();
    const { site, author, ready, isReady, end } = await start(sqlite(file));
    await say(author, "before");
    const other = new DatabaseSync(file);
    other.exec("BEGIN IMMEDIATE");
    const saying = say(author, "meanwhile");
    await postponed(site.app, saying);
    assert.equal(await ready(), 503);
    // A page that is asked for while a write waits is rendered with it, or not at all.
    let page = await site.get("/");
    while (page.status !== 200) page = await site.get("/");
    const reader = NodeClient.of(site.url, page);
    await reader.core(talk).loaded();
    assert.deepEqual(linesOf(reader.core(talk).snapshot()), ["before"]);
    other.exec("ROLLBACK");
    other.close();
    await saying;
    await isReady();
    assert.deepEqual(linesOf(site.app.run(() => snapshot(talk))), ["meanwhile", "before"]);
    reader.close();
    await end();
  });

  test("T60 acknowledges nothing that a full file does not take, and takes it where there is room again", async () => {
    const backend = sqlite(newFile(), { maxBytes: 512 * 1024 });
    const { site, author, ready, isReady, end } = await start(backend);
    await say(author, "before");
    const filled: string[] = [];
    /** As many states of this size as there is room for. */
    async function fill(letters: number): Promise<string> {
      const writing = new Writing(backend, `filler/${filled.length}`);
      try {
        await writing.commit([], { value: () => "x".repeat(letters) });
      } catch (error) {
        return (error as Error).message;
      }
      filled.push(writing.store);
      return fill(letters);
    }
    for (const letters of [20_000, 2000, 200])
      assert.match(await fill(letters), /states\.db: database or disk is full$/);
    const line = "meanwhile".repeat(1000);
    const saying = say(author, line);
    await postponed(site.app, saying);
    assert.deepEqual(((await backend.load("sqlite-talk")) as StoredState).value, { lines: ["before"] });
    assert.equal(await ready(), 503);
    await backend.delete(filled);
    await saying;
    await isReady();
    assert.deepEqual(((await backend.load("sqlite-talk")) as StoredState).value, { lines: [line, "before"] });
    await end();
  });

  test("T60 is opened anew after an error of the disk", async () => {
    const file = newFile();
    const backend = sqlite(file);
    const writing = new Writing(backend, "room");
    await writing.commit([{ ops: [increment()], at: 0 }]);
    {
      using other = new DatabaseSync(file);
      other.exec("DELETE FROM probe; PRAGMA wal_checkpoint(TRUNCATE)");
    }
    const aside = `${file}.aside`;
    cpSync(file, aside);
    writeFileSync(file, "spoiled".repeat(10_000), { flag: "r+" });
    await assert.rejects(backend.load("room"), { code: "E_UNAVAILABLE" });
    renameSync(aside, file);
    await writing.commit([{ ops: [increment()], at: 0 }]);
    assert.equal((await backend.load("room"))?.version, 2);
    await backend.close();
  });
});
