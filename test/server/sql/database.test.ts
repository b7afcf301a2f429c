/** Models, tables, migrations and the database itself, without live components. */
import {
  array,
  boolean,
  define,
  enums,
  integer,
  literal,
  nullable,
  number,
  object,
  optional,
  string,
  type,
  unknown,
} from "superstruct";
import { violet } from "../../../server/index.ts";
import {
  createTable,
  type Database,
  type DatabaseOptions,
  database,
  model,
  persistent,
  save,
  watchTable,
} from "../../../server/sql/index.ts";
import { postgres } from "../../../server/sql/postgres.ts";
import { Rows } from "../../../server/sql/rows.ts";
import { sqlite } from "../../../server/sql/sqlite.ts";
import { Table } from "../../../server/sql/table.ts";
import { rowModel } from "../../../server/sql/tables.ts";
import { watch } from "../../../server/sql/watch.ts";
import type { Infer } from "../../../src/index.ts";
import { databaseKinds } from "../../support/databases.ts";
import { MemoryLogger, secret } from "../../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../../support/suite.ts";

suite("model()", () => {
  const Note = object({ id: integer(), text: string(), secret: string() });

  test("has a struct for states: without hidden columns", () => {
    const notes = model("notes", Note, { hidden: ["secret"] });
    assert.equal(notes.state.is({ id: 1, text: "a" }), true);
    assert.equal(notes.state.is({ id: 1, text: "a", secret: "b" }), false);
  });

  test("refuses what cannot be a table", () => {
    const wrong: [() => unknown, RegExp][] = [
      [() => model("notes", string() as never), /model: struct/],
      [() => model("notes", object({ text: string() }) as never), /model: key/],
      [() => model("notes", object({ id: nullable(integer()) })), /model: key/],
      [() => model("notes", object({ id: object({}) })), /model: key/],
      [() => model("notes", Note, { key: [] as never }), /model: key/],
      [() => model("notes", Note, { hidden: ["nothing" as "text"] }), /model: hidden/],
      [() => model("notes", Note, { unique: ["nothing" as "text"] }), /model: unique/],
      [() => model("notes", Note, { version: "text" }), /model: version/],
      [() => model("notes", Note, { defaults: { text: 1 as never } }), /model: defaults.text/],
      [() => model("notes", object({ id: integer(), at: define("Time", () => true) })), /model: columns.at/],
    ];
    for (const [make, message] of wrong) assert.throws(make, { code: "E_OPTION", message });
  });
});

suite("database()", () => {
  test("refuses an address that it does not know", () => {
    for (const address of ["", "mysql://localhost/x", "http://example.org", "postgres://me:s3#cret@host/x"])
      assert.throws(() => database(address), { code: "E_OPTION", message: /^E_OPTION(?!.*s3)/ });
    assert.throws(() => database("x.db", { pollMs: 0 }), { code: "E_OPTION" });
  });

  test("that cannot be opened is an error at the start of its app, which says which one it is", async () => {
    const nowhere = {
      "/nowhere/at/all.db": /^sqlite \/nowhere\/at\/all.db: unable to open.*its folder/,
      "postgres://me:s3cret@127.0.0.1:1/app": /^postgres 127.0.0.1:1\/app: connect ECONNREFUSED/,
    };
    for (const [address, message] of Object.entries(nowhere)) {
      const db = database(address, { migrations: { "1": { async up() {} } } });
      const app = violet({ secret, logger: new MemoryLogger(), database: db });
      await assert.rejects(app.ready, { code: "E_UNAVAILABLE", message });
      await app.close();
    }
  });

  test("is opened by its app, and has to be there", async () => {
    const notes = model("notes", object({ id: integer() }));
    const logger = new MemoryLogger();
    const app = violet({ secret, logger });
    await assert.rejects(
      app.run(() => persistent(notes, { id: 1 })),
      { code: "E_OPTION", message: /database/ },
    );
    assert.equal(logger.errors.length, 1);
    await assert.rejects(save({ id: 1 }), { code: "E_OPTION", message: /save\(row\)/ });
    await app.close();
    assert.throws(() => violet({ secret, database: {} as never }), { code: "E_OPTION" });
  });
});

for (const kind of databaseKinds)
  suite(`a database of ${kind.name}`, () => {
    let address: string;
    const open: Database[] = [];
    const connect = (options?: DatabaseOptions) => {
      const db = database(address, options);
      open.push(db);
      return db;
    };
    before(() => kind.start());
    after(() => kind.stop());
    beforeEach(async () => {
      address = await kind.fresh();
    });
    afterEach(async () => {
      for (const db of open.splice(0)) await db.close();
    });

    type ThingRow = Infer<typeof Thing>;
    const Thing = object({
      id: integer(),
      "a 'name'": string(),
      size: number(),
      kind: enums(["big", "small"]),
      always: literal("yes"),
      isOld: boolean(),
      tags: array(string()),
      about: optional(type({ text: string() })),
      level: nullable(enums([1, 2, 3])),
    });
    const things = model('the "things"', Thing, {
      defaults: { size: 1.5, kind: "small", always: "yes", isOld: true, tags: ["new"], level: null },
      unique: [["a 'name'", "kind"]],
      checks: { positive: "size > 0" },
    });
    const withThings = { migrations: { "1": { up: (db) => createTable(db, things) } } } as DatabaseOptions;

    test("makes a model's table, and rows with its defaults, of every type of column", async () => {
      const db = connect(withThings);
      const made = await db.insert(things, { "a 'name'": "it's" });
      const rest: Omit<ThingRow, "id" | "a 'name'" | "about"> = {
        size: 1.5,
        kind: "small",
        always: "yes",
        isOld: true,
        tags: ["new"],
        level: null,
      } as const;
      assert.deepEqual(made, { id: 1, "a 'name'": "it's", ...rest });
      const other = {
        ...rest,
        id: 7,
        "a 'name'": "b",
        isOld: false,
        level: 3,
        about: { text: 'say "no"' },
      } as const;
      assert.deepEqual(await db.insert(things, other), other);
      assert.deepEqual(
        await db.find(things, { "a 'name'": "b", isOld: false, level: 3, kind: "small" }),
        other,
      );
      assert.equal(await db.find(things, { id: 9 }), undefined);
    });

    test("makes no row that its struct or its table refuses", async () => {
      const db = connect(withThings);
      await db.insert(things, { "a 'name'": "a" });
      const refused: [row: object, field: string | undefined][] = [
        [{}, "a 'name'"],
        [{ "a 'name'": "b", kind: "huge" }, "kind"],
        [{ "a 'name'": "b", more: 1 }, "more"],
        [{ "a 'name'": "a" }, "a 'name'"],
        [{ id: 1, "a 'name'": "b" }, "id"],
        [{ "a 'name'": "b", size: -1 }, undefined],
      ];
      for (const [row, field] of refused)
        await assert.rejects(db.insert(things, row), (error) => {
          const { code, field: its, message } = error as { code: string; field?: string; message: string };
          return code === "E_VALIDATION" && its === field && !/-1|huge/.test(message);
        });
    });

    test("takes no whole number that could not be read again, and reads none as another one", async () => {
      const sums = model("sums", object({ id: integer(), sum: integer() }));
      const db = connect({ migrations: { "1": { up: (db) => createTable(db, sums) } } });
      const refused = { code: "E_VALIDATION", field: "sum" };
      for (const sum of [2 ** 53, -(2 ** 53), 1e18, 1e300])
        await assert.rejects(db.insert(sums, { sum }), refused);
      await assert.rejects(db.find(sums, { sum: 2 ** 53 }), refused);
      for (const sum of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
        assert.equal((await db.insert(sums, { sum })).sum, sum);
      await kind.query(address, "update sums set sum = 9007199254740993 where id = 1 returning id");
      await assert.rejects(db.find(sums, { id: 1 }), { code: "E_STATE_INVALID", message: /"sums.sum"/ });
    });

    test("reads no row that cannot be a state", async () => {
      const loose = model("loose", object({ id: integer(), what: unknown(), size: number() }));
      const db = connect({ migrations: { "1": { up: (db) => createTable(db, loose) } } });
      await db.insert(loose, { what: [], size: 1 });
      const infinite = kind.name === "SQLite" ? "9e999" : "'Infinity'";
      const wrong = [
        `what = '{ "__proto__": { "admin": true } }'`,
        `what = '${"[".repeat(50)}${"]".repeat(50)}'`,
        `what = '[]', size = ${infinite}`,
      ];
      for (const set of wrong) {
        await kind.query(address, `update loose set ${set} where id = 1 returning id`);
        await assert.rejects(db.find(loose, { id: 1 }), { code: "E_STATE_INVALID", message: /"loose"/ });
      }
    });

    test("has keys of several columns", async () => {
      const seats = model("seats", object({ hall: string(), seat: integer(), by: string() }), {
        key: ["hall", "seat"],
      });
      const db = connect({ migrations: { "1": { up: (db) => createTable(db, seats) } } });
      await db.insert(seats, { hall: "A", seat: 1, by: "Ada" });
      await db.insert(seats, { hall: "A", seat: 2, by: "Bob" });
      assert.equal((await db.find(seats, { hall: "A", seat: 2 }))?.by, "Bob");
      await assert.rejects(db.insert(seats, { hall: "A", seat: 2, by: "Eve" }), {
        code: "E_VALIDATION",
        field: "hall",
      });
      await assert.rejects(db.insert(seats, { hall: "A", by: "Eve" }), {
        code: "E_VALIDATION",
        field: "seat",
      });
    });

    test("runs each migration once, in order, though many processes start at the same time", async () => {
      const ran: string[] = [];
      const note = (name: string) => ({
        async up(db: Parameters<typeof createTable>[0]) {
          ran.push(name);
          await db.schema.createTable(`t${name}`).addColumn("id", "integer").execute();
        },
      });
      const migrations = { b: note("b"), a: note("a") };
      await Promise.all(Array.from({ length: 4 }, () => connect({ migrations }).ready()));
      assert.deepEqual(ran, ["a", "b"]);
      await connect({ migrations: { ...migrations, c: note("c") } }).ready();
      assert.deepEqual(ran, ["a", "b", "c"]);
      const older = { code: "E_MIGRATION", message: /previously executed migration c is missing/ };
      await assert.rejects(connect({ migrations }).ready(), older);
    });

    test("is left as it was by a migration that fails, and its app does not start", async () => {
      const migrations: DatabaseOptions["migrations"] = {
        "1": {
          async up(db) {
            await createTable(db, things);
            throw new Error("half way");
          },
        },
      };
      const app = violet({ secret, logger: new MemoryLogger(), database: connect({ migrations }) });
      await assert.rejects(app.ready, { code: "E_MIGRATION", message: /"1" failed/ });
      await app.close();
      const db = connect(withThings);
      assert.equal((await db.insert(things, { "a 'name'": "now" })).id, 1);
    });

    test("raises the version of a row that another program writes, and of no other", async () => {
      const db = connect(withThings);
      await db.insert(things, { "a 'name'": "a" });
      await db.insert(things, { "a 'name'": "b" });
      await kind.query(address, `update "the ""things""" set size = 2 where id = 1 returning id`);
      await kind.query(
        address,
        `update "the ""things""" set size = 3, version = 9 where id = 2 returning id`,
      );
      const rows = await kind.query(address, `select version from "the ""things""" order by id`);
      assert.deepEqual(
        rows.map(({ version }) => Number(version)),
        [2, 9],
      );
    });

    test("watches tables that it did not make", async () => {
      const old = model("old", object({ id: integer(), text: string() }), { version: "revision" });
      await kind.query(
        address,
        "create table old (id integer primary key, text text, revision integer default 1)",
      );
      await kind.query(address, "insert into old (id, text) values (1, 'a') returning id");
      const db = connect({ migrations: { "1": { up: (db) => watchTable(db, old) } } });
      await db.ready();
      await kind.query(address, "update old set text = 'b' where id = 1 returning id");
      assert.deepEqual(await db.find(old, { id: 1 }), { id: 1, text: "b" });
      assert.equal(Number((await kind.query(address, "select revision from old"))[0]?.revision), 2);
    });

    test("may be closed and opened again; what is not answered is E_UNAVAILABLE until it is", async () => {
      const db = connect(withThings);
      await db.insert(things, { "a 'name'": "a" });
      await db.close();
      assert.equal((await db.find(things, { id: 1 }))?.["a 'name'"], "a");
      const reported: unknown[] = [];
      await db.ready((error) => reported.push(error));
      const unblock = await kind.block(address);
      await assert.rejects(db.insert(things, { "a 'name'": "b" }), { code: "E_UNAVAILABLE" });
      await unblock();
      assert.equal(reported.length, 1);
      await db.insert(things, { "a 'name'": "b" });
    });

    test("is looked at again, also where nothing is written any more, when a row could not be read", async () => {
      const db = connect(withThings);
      await db.insert(things, { "a 'name'": "a" });
      const heard: unknown[] = [];
      const report = (error: unknown) => void heard.push(error);
      const told = kind.name === "SQLite" ? sqlite(address) : postgres(address);
      // It says that nothing was written since the first look.
      const dialect = { ...told, listen: () => async () => {}, changes: "select 'nothing' as seen" };
      const table = new Table(rowModel(things), { kysely: db.kysely, dialect, report });
      const rows = new Rows(report);
      const changed = () => heard.push("changed");
      const found = await rows.find(table, table.model.conditions({ id: 1 }));
      const row = rows.hold(found, { changed });
      await row.settled();
      const query = (text: string) => kind.query(address, text);
      await query(`update "the ""things""" set size = 9 where id = 1 returning id`);
      await query(`alter table "the ""things""" rename column kind to sort`);
      const stop = watch({ kysely: db.kysely, dialect, rows, pollMs: 5, report });
      while (!heard.length) await new Promise((done) => setTimeout(done, 1));
      assert.match(String(heard[0]), /kind/);
      await query(`alter table "the ""things""" rename column sort to kind`);
      while (!heard.includes("changed")) await new Promise((done) => setTimeout(done, 1));
      assert.equal(row.value.size, 9);
      await stop();
    });

    test("is asked again, three times at most, when another program is in the way", async () => {
      const reported: unknown[] = [];
      const db = connect(withThings);
      const report = (error: unknown) => void reported.push(error);
      const dialect = kind.name === "SQLite" ? sqlite(address) : postgres(address);
      const table = new Table(rowModel(things), { kysely: db.kysely, dialect, report });
      const busy = await kind.busy(address);
      const tried = async (failures: number) => {
        let tries = 0;
        const trying = table.tried(async () => {
          if (tries++ < failures) throw busy;
        });
        const code = await trying.then(
          () => "done",
          (error: { code: string }) => error.code,
        );
        return [code, tries];
      };
      assert.deepEqual(await Promise.all([0, 1, 3].map(tried)), [
        ["done", 1],
        ["done", 2],
        ["done", 4],
      ]);
      assert.deepEqual(reported, []);
      assert.deepEqual(await tried(4), ["E_UNAVAILABLE", 4]);
      assert.deepEqual(reported, [busy]);
    });
  });
