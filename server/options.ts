/** What `violet(options)` takes, its defaults, and its check. */
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  aFlag,
  aFunction,
  type Check,
  given,
  isList,
  isObject,
  isText,
  verify,
} from "../src/dev/check-options.ts";
import { fail } from "../src/errors.ts";
import { defaultReconnect } from "../src/runtime.ts";
import type { User } from "../src/state/definition.ts";
import { MAX_MESSAGE_OPS, MAX_PATH_STEPS } from "../src/wire/protocol.ts";
import type { Backend } from "./backends/backend.ts";
import { memory } from "./backends/memory.ts";
import type { Modules } from "./calls/registry.ts";
import { aScript } from "./checks.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { consoleLogger, type Logger } from "./logger.ts";

type Awaitable<T> = T | Promise<T>;

/** How a page comes back after its link was lost. */
export interface ReconnectOptions {
  /** After so many failed tries in a row the user is told by an alert. Default 5. */
  readonly tellAfter: number;
  /** Each try waits a random time up to its step, in milliseconds; the last step is the cap. */
  readonly backoffMs: readonly number[];
}

export interface VioletOptions<U extends object = User> {
  /**
   * Signs sessions, client ids and tokens; at least 16 letters. A list rotates: the first signs, all verify.
   * Must be given when NODE_ENV is production; else it is made once and kept in `.violet/secret`.
   */
  readonly secret?: string | readonly string[] | undefined;
  /** The module script of live pages. Default: `/_violet/runtime.js`, the drop-in. */
  readonly client?: string;
  /** Who makes this request; undefined: nobody known. Asked for each page and each new socket. */
  readonly authenticate?: (request: IncomingMessage) => Awaitable<U | undefined>;
  /** What of a user all clients may see. Default: nothing. */
  readonly publicUser?: (user: U) => User | undefined;
  /** The app's session middleware, so that sockets know `request.session` as pages do. */
  readonly session?: SessionMiddleware;
  /** Modules whose functions may be called from the other end, by the names of their files: `{ chat: chatServer }`. */
  readonly modules?: Modules;
  /** Where states live. Default `memory()`. */
  readonly backend?: Backend;
  /** Where the rows of `persistent()` are: `database("app.db")` of `violet-live/sql`. The app opens and closes it. Default none. */
  readonly database?: AppDatabase;
  /** Who reads a store without a rule. Default "allow": everybody. */
  readonly stores?: "allow" | "deny";
  /**
   * Origins besides the app's own that may connect: `https://app.example.org`. "any": whoever has a CSRF token may,
   * from wherever, and nobody else is given one by a browser. Not together with `csrf: false` (E_SECURITY).
   */
  readonly origins?: readonly string[] | "any";
  /** Pages prove by a token that the app gave it to them in this session. Default true; false: their origin is enough. */
  readonly csrf?: boolean;
  /** Host names to answer to. Default: all in production; else, on a loopback socket, names of this machine. */
  readonly hosts?: readonly string[];
  /** How many reverse proxies of your own stand before the server. Default 0: forwarded headers are ignored. */
  readonly trustedProxies?: number;
  /** Default `["websocket"]`, the only one so far. */
  readonly transports?: readonly "websocket"[];
  readonly reconnect?: Partial<ReconnectOptions>;
  /** Between two signs of life on a quiet link; from 1,000 to 3,600,000. Default 25,000. */
  readonly heartbeatMs?: number;
  /** Without any sign for so long a link is dead. Default 1.8 heartbeats, which is what browsers wait: 45,000. */
  readonly deadAfterMs?: number;
  /** The longest message of a client. Default 65,536. */
  readonly maxMessageBytes?: number;
  /** Taken, and not in effect yet: what is sent over sockets is never compressed. Default false. */
  readonly compression?: boolean;
  readonly limits?: Partial<Limits>;
  /** Like pino's. Default: the console. */
  readonly logger?: Logger;
  /** Development builds show errors over the page. Default true; never where NODE_ENV is production. */
  readonly overlay?: boolean;
}

/** What an app does with its database. */
export interface AppDatabase {
  /** Opens it, once; resolves when its migrations have run. */
  ready(report?: (error: unknown) => void): Promise<void>;
  /** Ends it, when what is being saved is saved. */
  close(): Promise<void>;
}

/** A plain middleware: any Express app, or anything that calls like one, can use it. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Any framework's: express-session's type asks for Express's own request, which a socket's is near enough to. */
export type SessionMiddleware = (request: never, response: never, next: (error?: unknown) => void) => unknown;

/** The options with their defaults. */
export interface Settings
  extends Required<Omit<VioletOptions<object>, "database" | "hosts" | "session" | "secret">> {
  readonly reconnect: ReconnectOptions;
  readonly limits: Limits;
  readonly secret: string | readonly string[] | undefined;
  readonly database: AppDatabase | undefined;
  readonly hosts: readonly string[] | undefined;
  readonly session: SessionMiddleware | undefined;
  /** NODE_ENV is production: messages to clients are generic. */
  readonly production: boolean;
}

const hasMethods =
  (...names: readonly string[]) =>
  (value: unknown) =>
    isObject(value) && names.every((name) => typeof Reflect.get(value as object, name) === "function");
const isBackend = (value: unknown) =>
  hasMethods("load", "commit", "extend", "delete", "revoke", "revoked", "check", "close")(value) &&
  isText(Reflect.get(value as object, "name")) &&
  ["volatile", "process", "power"].includes(Reflect.get(value as object, "durability") as string);
const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
const isPositive = (value: unknown) => isCount(value) && value !== 0;
const isMs = (value: unknown) => isPositive(value) && (value as number) <= 3_600_000;
const isOrigin = (value: unknown) => isText(value) && URL.parse(value as string)?.origin === value;
const aCount: Check = [isPositive, "a whole number above 0"];

const checks: Record<keyof VioletOptions, Check> = {
  secret: [(value) => isText(value) || isList(isText)(value), "a text or a list of texts"],
  client: aScript,
  authenticate: aFunction,
  publicUser: aFunction,
  session: aFunction,
  modules: [
    (value) => isObject(value) && Object.values(value as object).every(isObject),
    "modules by the names of their files",
  ],
  backend: [isBackend, "a backend: memory(), sqlite(file)"],
  database: [hasMethods("ready", "close"), 'a database: database("app.db")'],
  stores: [(value) => value === "allow" || value === "deny", '"allow" or "deny"'],
  origins: [
    (value) => value === "any" || isList(isOrigin)(value),
    'a list of origins like https://app.example.org, or "any"',
  ],
  csrf: aFlag,
  hosts: [isList(isText), "a list of host names"],
  trustedProxies: [isCount, "a whole number"],
  transports: [isList((value) => value === "websocket"), '["websocket"]: the others are not built yet'],
  reconnect: [isObject, "{ tellAfter, backoffMs }"],
  heartbeatMs: [
    (value) => isMs(value) && (value as number) >= 1000,
    "a whole number of milliseconds from 1,000 to 3,600,000",
  ],
  deadAfterMs: aCount,
  maxMessageBytes: aCount,
  compression: aFlag,
  limits: [isObject, "an object of limits"],
  logger: [hasMethods("info", "warn", "error"), "a logger like pino's: info, warn and error"],
  overlay: aFlag,
};

const reconnectChecks: Record<keyof ReconnectOptions, Check> = {
  tellAfter: aCount,
  backoffMs: [
    (value) => isList(isMs)(value) && (value as unknown[]).length > 0,
    "a list of milliseconds, each up to 3,600,000",
  ],
};

const upTo = (most: number): Check => [
  (value) => isPositive(value) && (value as number) <= most,
  `a whole number from 1 to ${most}`,
];

const limitChecks = {
  ...Object.fromEntries(Object.keys(defaultLimits).map((name) => [name, aCount])),
  // Pages of this protocol send no more.
  maxPathSteps: upTo(MAX_PATH_STEPS),
  maxBatchOps: upTo(MAX_MESSAGE_OPS),
  // Timers go no further than weeks.
  handlerMs: upTo(3_600_000),
  tokenFailuresMs: upTo(3_600_000),
};

/** Checks the options of an app and fills in the defaults. Throws E_OPTION and E_SECURITY. */
export function settingsOf(options: VioletOptions<object>, environment = process.env): Settings {
  verify(options, checks);
  verify(options.reconnect ?? {}, reconnectChecks, "reconnect.");
  verify(options.limits ?? {}, limitChecks, "limits.");
  const { heartbeatMs = 25_000 } = options;
  const { deadAfterMs = Math.ceil(heartbeatMs * 1.8) } = options;
  if (deadAfterMs <= heartbeatMs)
    fail("E_OPTION", { name: "deadAfterMs", expected: "more milliseconds than heartbeatMs" });
  if (options.csrf === false && options.origins === "any")
    fail("E_SECURITY", {
      name: 'csrf: false together with origins: "any"',
      hint: "List the origins, or leave csrf on.",
    });
  const production = environment.NODE_ENV === "production";
  return {
    client: "/_violet/runtime.js",
    authenticate: () => undefined,
    publicUser: () => undefined,
    modules: {},
    backend: memory(),
    stores: "allow",
    origins: [],
    csrf: true,
    trustedProxies: 0,
    transports: ["websocket"],
    maxMessageBytes: 65_536,
    compression: false,
    logger: consoleLogger,
    ...given(options),
    secret: options.secret,
    database: options.database,
    hosts: options.hosts,
    session: options.session,
    heartbeatMs,
    deadAfterMs,
    reconnect: options.reconnect ? { ...defaultReconnect, ...given(options.reconnect) } : defaultReconnect,
    limits: { ...defaultLimits, ...given(options.limits ?? {}) },
    production,
    overlay: options.overlay !== false && !production,
  };
}
