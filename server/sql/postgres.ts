/** PostgreSQL, by `pg`, which is loaded when it is needed. */
import { CompiledQuery, PostgresDialect, type PostgresPool } from "kysely";
import { fail } from "../../src/errors.ts";
import { isNode } from "../../src/state/json.ts";
import type { Dialect, Fault, Refused, Written } from "./dialect.ts";

/** Where triggers tell what was written (tables.ts). */
export const CHANNEL = "violet_rows";

/** A database that does not take a connection within this is not there. */
const CONNECT_MS = 2000;
/** A listener that lost its connection comes back after these, and then always after the last one. */
const BACK_MS = [100, 1000, 5000, 10_000] as const;
/** The type of days: they are no moment, and the same at every place of the earth. */
const DATE = 1082;
/** An answered commit is on the disk, also where the database as a whole was told not to wait for that. */
const DURABLE =
  "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'";

export const postgres = (url: string): Dialect => ({
  name: "postgres",
  title: titleOf(url),
  pollMs: 20_000,
  open: () =>
    new PostgresDialect({
      pool: () => poolOf(url),
      async onCreateConnection(connection) {
        await connection.executeQuery(CompiledQuery.raw(DURABLE));
      },
    }),
  faultOf,
  listen: (heard) => listen(url, heard),
});

/** Throws E_OPTION, and repeats nothing of an address that cannot be read: it has a password. */
function titleOf(url: string): string {
  const expected = "postgres://user:password@host/name, with %25, %23, %2F... for signs like %, # and /";
  const { host, pathname } = URL.parse(url) ?? fail("E_OPTION", { name: "database", expected });
  return `postgres ${host}${pathname}`;
}

const loaded = () =>
  import("pg").catch((cause: unknown) =>
    fail(
      "E_OPTION",
      { name: "database", hint: 'PostgreSQL needs the package "pg": npm install pg.' },
      { cause },
    ),
  );

async function poolOf(url: string): Promise<PostgresPool> {
  const { Pool, types } = await loaded();
  const pool = new Pool({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    types: {
      getTypeParser: (type, format) =>
        type === DATE ? (text: string) => text : types.getTypeParser(type, format),
    },
  });
  // One that ends: the query that it had hears of it, and the next one has another.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool as unknown as PostgresPool;
}

/** Listens on a connection of its own, and comes back when that is lost: then anything may have been missed. */
function listen(url: string, heard: (written: Written) => void): () => Promise<void> {
  let isOver = false;
  let tries = 0;
  let timer: NodeJS.Timeout | undefined;
  let ending: (() => Promise<void>) | undefined;

  async function connect() {
    const { Client } = await loaded();
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    });
    ending = () => client.end();
    client.on("notification", ({ payload }) => heard(writtenIn(payload)));
    // It ends after each of its errors.
    client.on("error", () => {});
    client.on("end", comeBack);
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
    tries = 0;
    heard({});
  }
  function comeBack() {
    if (isOver) return;
    clearTimeout(timer);
    const ms = BACK_MS[Math.min(tries++, BACK_MS.length - 1)] as number;
    timer = setTimeout(start, ms * (0.5 + Math.random())).unref();
  }
  const start = () => void connect().catch(comeBack);

  start();
  return async () => {
    isOver = true;
    clearTimeout(timer);
    await ending?.();
  };
}

/** Anybody may notify: what does not say which row it is about says that some were written. */
function writtenIn(payload: string | undefined): Written {
  try {
    const said: unknown = JSON.parse(payload ?? "");
    const { table, key, version } = (isNode(said) ? said : {}) as Partial<Record<string, unknown>>;
    if (typeof table !== "string") return {};
    return Array.isArray(key) && typeof version === "number" ? { table, key, version } : { table };
  } catch {
    return {};
  }
}

/** By the class of PostgreSQL's error code; those of two classes by themselves. */
const BUSY = /^(40|53|55|57014|25006|28|3D)/;
const LOST = /^(08|57P|58|XX)/;
const REFUSED = /^(22|23|P0001)/;
const WHY: Readonly<Record<string, Refused>> = { "23502": "missing", "23503": "unknown", "23505": "taken" };
/** Errors of the network: their codes, and pg's own sentences, which have none. */
const NETWORK = /^E[A-Z]+$/;
const TERMINATED =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded|Client was closed)/;

function faultOf(error: unknown): Fault | undefined {
  const { code = "", message = "", column, detail } = error as Partial<Record<string, string>>;
  if (BUSY.test(code)) return { kind: "busy" };
  if (LOST.test(code) || NETWORK.test(code) || TERMINATED.test(message)) return { kind: "lost" };
  if (!REFUSED.test(code)) return undefined;
  // Key (tenant, email)=(...) already exists.
  const [, keys = ""] = /^Key \((.*?)\)=/.exec(detail ?? "") ?? [];
  const names = keys ? keys.split(", ").map((name) => name.replace(/^"(.*)"$/, "$1")) : [];
  return { kind: "refused", why: WHY[code] ?? "wrong", columns: column ? [column] : names };
}
