import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { App, type VioletApp, type violet } from "../server/app.ts";
import type { Backend } from "../server/backends/backend.ts";
import { memory } from "../server/backends/memory.ts";
import { settingsOf, type VioletOptions } from "../server/options.ts";
import { fail } from "../src/errors.ts";
import { defaultReconnect, realClock } from "../src/runtime.ts";
import type { Clock } from "../src/socket/link.ts";
import type { User } from "../src/state/definition.ts";
import { referenceOf } from "../src/state/store.ts";
import { type ClientHost, TestClient } from "./client.ts";
import { ClockHubTime, TestClock } from "./clock.ts";
import { type Network, SiteNetwork } from "./network.ts";
import { randomFrom } from "./random.ts";
import { MemoryServer } from "./servers/memory.ts";
import type { TestServer } from "./servers/server.ts";
import { SocketServer } from "./servers/socket.ts";

export interface TestSiteOptions<U extends object = User> {
  /** The options of an app that has nothing of its own besides. Not together with `app`. */
  readonly options?: VioletOptions<U>;
  /**
   * A function that makes the app by what it is given in the place of `violet`, and is called again at each restart; or
   * an app that there is: its clients come without `user`, it has no test clock, is not restarted, and not closed.
   */
  readonly app?: VioletApp | ((make: typeof violet) => VioletApp);
  /** Default "memory": no sockets. "socket": a server on a free port of the loopback address. */
  readonly transport?: "memory" | "socket";
  /** The time of all clients and of the server, with the memory transport. Default: the real one. */
  readonly clock?: TestClock;
  /** Of all that is random in the network and in the clients. Default: another one each time; `site.seed` says which. */
  readonly seed?: number;
  /** Whatever is waited for has so many milliseconds. Default 5,000; by a test clock 600,000. */
  readonly timeoutMs?: number;
}

export interface TestClientOptions<U extends object = User> {
  /** Who the app's `authenticate` says that it is. Users are told apart by their `id`. Default: what `headers` say. */
  readonly user?: U;
  /** Headers of its requests, for the app's own `authenticate`: `{ cookie: "login=ada" }`. Lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Stores that its page shows: they are loaded when the client is there. Others are when it uses them first. */
  readonly stores?: readonly object[];
  /** What it is called where something is wrong. Default: "client 1", and so on. */
  readonly name?: string;
}

export interface RestartOptions {
  /** "kill": as a crash, no goodbyes. "close": `app.close()`. Default "kill". */
  readonly how?: "kill" | "close";
  /** Whether the new app has the states of the old one. Default "lost". Not for an app with a backend of its own. */
  readonly memory?: "kept" | "lost";
}

/** By it the app knows whom a test says that a client is. */
const USER_HEADER = "violet-test-user";
/** Nobody waits for seconds in a test. An app that says otherwise gets what it says. */
const reconnect = { tellAfter: defaultReconnect.tellAfter, backoffMs: [10, 20, 50] };

const TIMEOUT_MS = 5000;
const TEST_CLOCK_TIMEOUT_MS = 600_000;
/** By the real clock it is looked so often whether what is waited for has come true. */
const LOOK_MS = 2;
/** What follows by itself from something takes so many turns of the event loop at most, before something moves again. */
const TURNS = 5;

/**
 * Makes a site: an app, and a network to it, both in this process. Runs in Node. Rejects with E_OPTION, and with what
 * `app.ready` rejects with.
 *
 *     await using site = await testSite();
 *     const [ada, bob] = [await site.client(), await site.client()];
 *     ada.store(chat).send("hi");
 *     await converged(site);
 */
export async function testSite<U extends object = User>(
  options: TestSiteOptions<U> = {},
): Promise<TestSite<U>> {
  const site = new TestSite<U>(options as unknown as TestSiteOptions<object>);
  await site.restart();
  return site;
}

export class TestSite<U extends object = User> implements AsyncDisposable {
  /** What the dice of this site were thrown by: the same again repeats them. */
  readonly seed: number;
  /** Errors that the app logged, where it has no logger of its own. */
  readonly errors: unknown[] = [];
  readonly #options: TestSiteOptions<object>;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #server: TestServer;
  readonly #network = new SiteNetwork();
  readonly #clients = new Set<TestClient>();
  readonly #users = new Map<string, object>();
  #outside = AsyncLocalStorage.snapshot();
  #app: App | undefined;
  #memory: Backend = memory();
  #hasBackend = false;
  #isDown = false;
  /** How many messages were carried. */
  #moves = 0;
  #names = 0;

  constructor(options: TestSiteOptions<object>) {
    check(options);
    const { clock = realClock, transport, seed = Math.floor(Math.random() * 2 ** 31), timeoutMs } = options;
    this.#options = options;
    this.#clock = clock;
    this.seed = seed;
    this.#timeoutMs = timeoutMs ?? (clock === realClock ? TIMEOUT_MS : TEST_CLOCK_TIMEOUT_MS);
    const outside = <T>(fn: () => T): T => this.#outside(fn);
    this.#server = transport === "socket" ? new SocketServer() : new MemoryServer(outside);
  }

  /** `instanceof` would ask a store's proxy for its prototype, and so for a store. */
  static isOne(value: object): value is TestSite<object> {
    return #options in value;
  }

  // The app

  /** The app that serves now. */
  get app(): VioletApp {
    return this.#running;
  }

  get #running(): App {
    return this.#app as App;
  }

  /**
   * Ends the app and starts it anew; clients come back by themselves. The first time it only starts. Throws E_OPTION
   * for an app that was given as it is, and for `memory` where the app has a backend of its own.
   */
  async restart({ how = "kill", memory: states }: RestartOptions = {}): Promise<void> {
    if (!["kill", "close"].includes(how))
      fail("E_OPTION", { name: "restart.how", expected: '"kill" or "close"' });
    if (states !== undefined && !["kept", "lost"].includes(states))
      fail("E_OPTION", { name: "restart.memory", expected: '"kept" or "lost"' });
    if (this.#app) await this.#stop(how, states);
    this.#app = this.#make();
    await this.#app.ready;
    await this.#server.open(this.#app);
    this.#isDown = false;
  }

  async #stop(how: "kill" | "close", states: "kept" | "lost" | undefined) {
    if (typeof this.#options.app === "object")
      fail("E_OPTION", { name: "app", hint: "To be restarted it has to be a function that makes the app." });
    if (states && this.#hasBackend)
      fail("E_OPTION", { name: "restart.memory", hint: "This app has a backend of its own." });
    this.#isDown = true;
    if (how === "kill") this.#network.cut();
    await this.#running.close();
    await this.#server.close();
    await this.settle();
    this.#network.forget();
    if (states !== "kept") this.#memory = memory();
  }

  #make(): App {
    const { app = (make) => make(this.#options.options), clock } = this.#options;
    const time = clock && new ClockHubTime(this.#bare(clock));
    const make = (options: VioletOptions<object> = {}) => new App(settingsOf(this.#completed(options)), time);
    const made = typeof app === "function" ? app(make as unknown as typeof violet) : app;
    if (!(made instanceof App))
      fail("E_OPTION", { name: "app", expected: "an app, or a function that makes it by what it is given" });
    return made;
  }

  /** What the server does later it does as nobody: it may be a client's code that lets the time pass. */
  #bare(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      random: () => clock.random(),
      setTimeout: (fn, ms) => clock.setTimeout(() => this.#outside(fn), ms),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    };
  }

  #completed(options: VioletOptions<object>): VioletOptions<object> {
    this.#hasBackend = options.backend !== undefined;
    const error = (facts: object) => void this.errors.push((facts as { err?: unknown }).err ?? facts);
    return {
      secret: "a secret that tests alone know",
      backend: this.#memory,
      logger: { info() {}, warn() {}, error },
      reconnect,
      ...options,
      authenticate: (request) =>
        this.#users.get(String(request.headers[USER_HEADER])) ?? options.authenticate?.(request),
    };
  }

  // Its clients

  /** The clients that did not leave. */
  get clients(): readonly TestClient[] {
    return [...this.#clients];
  }

  /** The network of all clients, those to come included. */
  get network(): Network {
    return this.#network;
  }

  /**
   * Another browser with one tab; resolves when it is live and has its stores, or at once while the site is offline.
   * Rejects with E_OPTION, E_TIMEOUT, E_ORIGIN, E_NETWORK.
   */
  async client(options: TestClientOptions<U> = {}): Promise<TestClient> {
    const { user, headers = {}, stores = [], name = `client ${this.#names + 1}` } = options;
    if (user && typeof this.#options.app === "object")
      fail("E_OPTION", { name: "user", hint: "This app asks its own authenticate: say it by headers." });
    this.#names++;
    const client = await TestClient.enter(name, this.#host(), { ...headers, ...(user && this.#known(user)) });
    this.#clients.add(client);
    const cores = stores
      .map(referenceOf)
      .map(({ definition, key }) => client.runtime.resolve(definition, key));
    client.runtime.link.connect();
    if (this.#network.isOffline) return client;
    await client.until("live");
    await this.until(`${name} has its stores`, () =>
      cores.filter((core) => !core.isLoaded).map((core) => `${core.name} is not loaded`),
    );
    return client;
  }

  #known(user: U) {
    const id = String(this.#users.size + 1);
    this.#users.set(id, user);
    return { [USER_HEADER]: id };
  }

  #host(): ClientHost {
    return {
      site: this,
      server: this.#server,
      clock: this.#clock,
      random: randomFrom(this.seed + this.#names),
      reconnect: this.#running.settings.reconnect,
      isDown: () => this.#isDown,
      scope: () => ({ app: this.#running }),
      moved: () => this.#moves++,
      until: (what, look) => this.until(what, look),
      joined: (network) => this.#network.add(network),
      left: (client) => this.#clients.delete(client),
    };
  }

  // Time

  /**
   * Lets so much time pass by the test clock: what happens in it happens, and so does what follows from that. Rejects
   * with E_OPTION where there is none.
   */
  async pass(ms: number): Promise<void> {
    const clock =
      this.#options.clock ?? fail("E_OPTION", { name: "clock", hint: "pass() needs a test clock." });
    const until = clock.elapsed() + ms;
    await this.settle();
    while (clock.next(until)) await this.settle();
    clock.pass(until - clock.elapsed());
    await this.settle();
  }

  /** Resolves when what is under way in this process has come to its end, without any time passing by a test clock. */
  async settle(): Promise<void> {
    let before: number;
    do {
      before = this.#moves;
      for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
    } while (this.#moves !== before);
  }

  /**
   * Resolves when `look` gives true, or a list of what is still missing that is empty. By a test clock, time passes until
   * then. Rejects with E_TIMEOUT, which says what is missing.
   */
  async until(
    what: string,
    look: () => boolean | readonly string[] | Promise<boolean | readonly string[]>,
  ): Promise<void> {
    const { clock } = this.#options;
    const end = this.#clock.elapsed() + this.#timeoutMs;
    for (;;) {
      if (clock) await this.settle();
      const seen = await look();
      if (seen === true || (seen && !seen.length)) return;
      if (this.#clock.elapsed() >= end) this.#giveUp(what, seen || []);
      if (!clock) await sleep(LOOK_MS);
      else if (!clock.next(end)) clock.pass(end - clock.elapsed());
    }
  }

  #giveUp(what: string, missing: readonly string[]): never {
    const errors = this.errors.map((error) => `the app logged: ${String(error)}`);
    const lines = [...missing, ...errors, `the seed is ${this.seed}`].map((line) => `\n  ${line}`).join("");
    fail("E_TIMEOUT", { name: `After ${this.#timeoutMs} ms: "${what}"`, hint: lines });
  }

  /** All clients leave, and the app is closed, if the site made it. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.settle();
    this.#isDown = true;
    this.#network.close();
    if (typeof this.#options.app !== "object") await this.#running.close();
    await this.#server.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const isOneOf =
  (...values: readonly unknown[]) =>
  (value: unknown) =>
    values.includes(value);
const isAbove0 = (value: unknown) => typeof value === "number" && value > 0 && Number.isFinite(value);

const checks: Record<keyof TestSiteOptions, readonly [check: (value: unknown) => boolean, expected: string]> =
  {
    app: [
      (value) => typeof value === "function" || value instanceof App,
      "an app made by violet(), or a function that makes it by what it is given",
    ],
    options: [(value) => typeof value === "object" && value !== null, "the options of violet()"],
    transport: [isOneOf("memory", "socket"), '"memory" or "socket"'],
    clock: [(value) => value instanceof TestClock, "a TestClock"],
    seed: [Number.isSafeInteger, "a whole number"],
    timeoutMs: [isAbove0, "milliseconds"],
  };

function check(options: TestSiteOptions<object>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) fail("E_OPTION", { name, hint: "There is no such option." });
    const [isValid, expected] = checks[name as keyof TestSiteOptions];
    if (value !== undefined && !isValid(value)) fail("E_OPTION", { name, expected, got: typeof value });
  }
  const { app, clock, transport, options: own } = options;
  if (app && own) fail("E_OPTION", { name: "options", hint: "The app was made, or is made, with its own." });
  if (clock && transport === "socket")
    fail("E_OPTION", { name: "clock", hint: 'Real sockets have their own time: transport: "memory".' });
  if (clock && typeof app === "object")
    fail("E_OPTION", { name: "clock", hint: "The app has its own time: give a function that makes it." });
}
