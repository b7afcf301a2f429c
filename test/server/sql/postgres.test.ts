/** What is PostgreSQL's alone: connections that are lost at the worst moment, notifications, types. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { integer, number, object, string, unknown } from "superstruct";
import { createTable, database, model } from "../../../server/sql/index.ts";
import { postgres } from "../../../server/sql/postgres.ts";
import { Rows } from "../../../server/sql/rows.ts";
import { Table } from "../../../server/sql/table.ts";
import { rowModel } from "../../../server/sql/tables.ts";
import { PostgresServer } from "../../support/postgres.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../../support/suite.ts";
import { heard, Process, people } from "./people.ts";

/** Between an app and its database: it may lose one message, and the connection with it. */
class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #lost:
    | { readonly from: "app" | "database"; readonly text: string; readonly done: () => Promise<unknown> }
    | undefined;
  /** New connections wait for it. */
  #open: Promise<unknown> = Promise.resolve();

  private constructor(target: { host: string; port: number }) {
    this.#server = createServer((app) => void this.#accept(app, target));
  }

  async #accept(app: Socket, target: { host: string; port: number }): Promise<void> {
    this.#sockets.add(app);
    app.on("error", () => {});
    await this.#open;
    const database = connect(target).on("error", () => {});
    this.#pass("app", app, database);
    this.#pass("database", database, app);
  }

  #pass(from: "app" | "database", own: Socket, other: Socket) {
    own.on("close", () => other.destroy());
    own.on("data", (chunk) => {
      if (this.#lost?.from !== from || !chunk.includes(this.#lost.text)) return other.write(chunk);
      this.#open = this.#lost.done();
      this.#lost = undefined;
      return own.destroy();
    });
  }

  static async to(address: string): Promise<Relay> {
    const { hostname, port } = new URL(address);
    const relay = new Relay({ host: hostname, port: Number(port) });
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    return relay;
  }

  /** The same address, through this. */
  of(address: string): string {
    const url = new URL(address);
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  /** The next message from there that has this text does not arrive; `done` is waited for before anybody connects again. */
  lose(from: "app" | "database", text: string, done: () => Promise<unknown> = async () => {}): void {
    this.#lost = { from, text, done };
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

suite("PostgreSQL", () => {
  let server: PostgresServer;
  let address: string;
  let relay: Relay;
  let here: Process;
  const query = (text: string) => server.query(new URL(address).pathname.slice(1), text);
  const stored = async () => (await query("select visits, name, version from people where id = 1"))[0];

  before(async () => {
    server = await PostgresServer.start();
  });
  after(() => server.stop());
  beforeEach(async () => {
    heard.length = 0;
    address = await server.database();
    relay = await Relay.to(address);
    // What is noticed is noticed by what the database tells.
    here = await Process.start(relay.of(address), { pollMs: 3_600_000 });
    await here.db.insert(people, { name: "Ada", email: "ada@example.org" });
  });
  afterEach(async () => {
    await here.stop();
    relay.close();
  });

  test("saves once when the connection is lost before a save, or before its answer", async () => {
    const ada = await here.show("profile");
    await ada.instance.loaded();
    relay.lose("app", "update");
    await ada.call("visit");
    assert.deepEqual([ada.error, await stored()], [undefined, { visits: "1", name: "Ada", version: 2 }]);
    relay.lose("database", "UPDATE 1");
    await ada.call("visit");
    assert.deepEqual([ada.error, await stored()], [undefined, { visits: "2", name: "Ada", version: 3 }]);
    assert.deepEqual([ada.person.visits, here.errors], [2, []]);
  });

  test("says that it does not know, and adds nothing twice, when others wrote over a save without an answer", async () => {
    const ada = await here.show("profile");
    await ada.instance.loaded();
    const overwrite = () => query("update people set age = 50 where id = 1");
    relay.lose("database", "UPDATE 1", overwrite);
    await ada.call("visit");
    assert.equal(ada.error, "E_UNDECIDED");
    await ada.shows({ visits: 1, age: 50 });
    relay.lose("database", "UPDATE 1", overwrite);
    await ada.call("rename", "Sure");
    assert.deepEqual([ada.error, (await stored())?.name], [undefined, "Sure"]);
  });

  test("adds nothing twice when a save without an answer is made after it was looked for", async () => {
    const ada = await here.show("profile");
    await ada.instance.loaded();
    const waiting =
      "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like 'update%'";
    const areWaiting = async (count: number) => {
      while ((await query(waiting)).length < count) await new Promise((done) => setTimeout(done, 1));
    };
    const other = database(address);
    const visiting = await other.kysely.transaction().execute(async (locked) => {
      await locked.selectFrom("people").selectAll().forUpdate().execute();
      const done = ada.call("visit");
      await areWaiting(1);
      relay.cut();
      await areWaiting(2);
      return { done };
    });
    await visiting.done;
    await other.close();
    assert.deepEqual([ada.error, await stored()], [undefined, { visits: "1", name: "Ada", version: 2 }]);
  });

  test("is heard again when the connection that listens was lost, with what was missed", async () => {
    const ada = await here.show("profile");
    await ada.instance.loaded();
    await query("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'");
    await query("update people set name = 'Missed' where id = 1");
    await ada.shows({ name: "Missed" });
    await query("update people set name = 'Heard' where id = 1");
    await ada.shows({ name: "Heard" });
  });

  test("is heard of tables in any schema", async () => {
    const notes = model("shop.notes", object({ id: integer(), text: string() }));
    address = await server.database();
    await query("create schema shop");
    const db = database(address, { migrations: { "1": { up: (db) => createTable(db, notes) } } });
    await db.insert(notes, { text: "old" });
    const report = (error: unknown) => heard.push(String(error));
    const dialect = postgres(address);
    const table = new Table(rowModel(notes), { kysely: db.kysely, dialect, report });
    const rows = new Rows(report);
    const { promise: listens, resolve: listening } = Promise.withResolvers<void>();
    const stop = dialect.listen?.((written) => {
      rows.heard(written);
      listening();
    });
    await listens;
    const { promise: changed, resolve } = Promise.withResolvers<void>();
    const row = rows.hold(await rows.find(table, table.model.conditions({ id: 1 })), { changed: resolve });
    await row.settled();
    await query("update shop.notes set text = 'new' where id = 1");
    await changed;
    assert.deepEqual([row.value, heard], [{ id: 1, text: "new" }, []]);
    await stop?.();
    await db.close();
  });

  test("takes any notification, from anybody, in any order", async () => {
    const ada = await here.show("profile");
    await ada.instance.loaded();
    const said = (what: unknown) => query(`select pg_notify('violet_rows', '${JSON.stringify(what)}')`);
    const people = { table: "people", key: [1] };
    for (const what of [
      null,
      1,
      [],
      {},
      { table: 1 },
      { table: "no" },
      { ...people, version: "x" },
      { ...people, version: -5 },
    ])
      await said(what);
    await query("select pg_notify('violet_rows', 'no JSON')");
    await query(
      "alter table people disable trigger all; update people set name = 'Silent', version = 2 where id = 1",
    );
    await said({ ...people, version: 2 });
    await said({ ...people, version: 2 });
    await said({ ...people, version: 1 });
    await ada.shows({ name: "Silent" });
    assert.deepEqual([ada.person.name, here.errors], ["Silent", []]);
  });

  test("gives times and long numbers as JSON has them, and days as they are", async () => {
    await query(
      `create table events (id bigint primary key, at timestamptz, day date, price numeric, what json, version int default 1)`,
    );
    await query(
      `insert into events values (9007199254740991, '2026-05-01T10:00:00+02:00', '2026-05-01', 12.50, '"text"')`,
    );
    const events = model(
      "events",
      object({ id: integer(), at: string(), day: string(), price: number(), what: unknown() }),
    );
    const db = database(address);
    assert.deepEqual(await db.find(events, { id: 9007199254740991 }), {
      id: 9007199254740991,
      at: "2026-05-01T08:00:00.000Z",
      day: "2026-05-01",
      price: 12.5,
      what: "text",
    });
    await db.close();
  });

  test("answers a save when it is on the disk, also where the database was told not to wait", async () => {
    const [{ setting = "" } = {}] = await query("select current_setting('synchronous_commit') as setting");
    const db = database(address);
    const rows = await db.kysely
      .selectFrom("pg_settings")
      .select("setting")
      .where("name", "=", "synchronous_commit")
      .execute();
    assert.deepEqual([setting, rows], ["off", [{ setting: "on" }]]);
    await db.close();
  });
});
