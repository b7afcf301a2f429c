/** The server of a row that is killed: it says what is in the database before any page comes to it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { CompiledQuery, DatabaseConnection, Dialect as KyselyDialect } from "kysely";
import { array, integer, object, string } from "superstruct";
import { violet } from "../../../server/app.ts";
import { live } from "../../../server/live/live.ts";
import { type Database, RowDatabase } from "../../../server/sql/database.ts";
import type { Dialect } from "../../../server/sql/dialect.ts";
import { model } from "../../../server/sql/model.ts";
import { persistent } from "../../../server/sql/persistent.ts";
import { postgres } from "../../../server/sql/postgres.ts";
import { sqlite } from "../../../server/sql/sqlite.ts";
import { createTable } from "../../../server/sql/tables.ts";
import { html } from "../../../src/events/html.ts";
import { increment } from "../../../src/state/helpers.ts";
import { answer, given } from "../../support/child.ts";
import { Failpoint } from "./failpoint.ts";

interface RowVictimOptions {
  /** A file, or the URL of a PostgreSQL. */
  readonly address: string;
}

const { address } = given<RowVictimOptions>();
const failpoint = new Failpoint();

const lists = model("lists", object({ id: integer(), ids: array(string()), count: integer() }));
const list = live({
  state: lists.state,
  params: object({ list: integer() }),
  initial: ({ params }) => persistent(lists, { id: params.list }),
  callbacks: (callback) => ({
    append: callback([string()], (state, id) => {
      state.ids.push(id);
      increment(state, "count");
    }),
  }),
});

/** The same database, with the points around each statement that changes rows. */
const around = (dialect: Dialect): Dialect => ({ ...dialect, open: () => withPoints(dialect.open()) });

function withPoints(dialect: KyselyDialect): KyselyDialect {
  const createDriver = dialect.createDriver.bind(dialect);
  dialect.createDriver = () => {
    const driver = createDriver();
    const acquire = driver.acquireConnection.bind(driver);
    driver.acquireConnection = async (...options) => watched(await acquire(...options));
    return driver;
  };
  return dialect;
}

const known = new WeakSet<DatabaseConnection>();

function watched(connection: DatabaseConnection): DatabaseConnection {
  if (known.has(connection)) return connection;
  known.add(connection);
  const execute = connection.executeQuery.bind(connection);
  connection.executeQuery = <R>(query: CompiledQuery, ...rest: never[]) => {
    const run = () => execute<R>(query, ...rest);
    return query.sql.startsWith("update") ? failpoint.commit(run) : run();
  };
  return connection;
}

const dialect = address.startsWith("postgres:") ? postgres(address) : sqlite(address);
const migrations = { "1": { up: (db: Parameters<typeof createTable>[0]) => createTable(db, lists) } };
const rows = new RowDatabase(around(dialect), { migrations });
const db = rows as unknown as Database;
const app = violet({
  secret: "a secret that the runs alone know",
  database: rows,
  modules: { list: { list } },
  reconnect: { backoffMs: [10] },
  logger: { info() {}, warn() {}, error: console.error },
});
await app.ready;
const page = app.page(() => html`<violet-status></violet-status>`);
const site = (request: IncomingMessage, response: ServerResponse) =>
  app.middleware(request, response, () => page(request, response, () => response.end()));

const commands = {
  ready() {},
  begin: (id: number) => db.insert(lists, { id, ids: [], count: 0 }),
  row: (id: number) => db.find(lists, { id }),
  /** From now on pages may come. Gives the port. */
  async listen({ host, port }: { readonly host: string; readonly port: number }): Promise<number> {
    const server = await app.listen(site, port, host);
    failpoint.watch(server);
    return (server.address() as AddressInfo).port;
  },
  arm: (at: Parameters<Failpoint["arm"]>[0]) => failpoint.arm(at),
};

export type RowVictimCommands = typeof commands;

answer(commands);
