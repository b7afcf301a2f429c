import { runIn, type Scope } from "../server/scope.ts";
import { type PagePayload, Runtime, type Status } from "../src/runtime.ts";
import type { Clock } from "../src/socket/link.ts";
import type { Client } from "../src/state/definition.ts";
import { Replica } from "../src/state/replica.ts";
import { referenceOf } from "../src/state/store.ts";
import { ClientNetwork, type Network } from "./network.ts";
import type { RequestHeaders, TestServer, Welcome } from "./servers/server.ts";
import type { TestSite } from "./site.ts";

/** What a client needs of its site. */
export interface ClientHost {
  readonly site: TestSite<object>;
  readonly server: TestServer;
  readonly clock: Clock;
  readonly random: () => number;
  isDown(): boolean;
  readonly reconnect: PagePayload["reconnect"];
  scope(): Scope;
  moved(): void;
  until(what: string, look: () => boolean | readonly string[]): Promise<void>;
  joined(network: ClientNetwork): void;
  left(client: TestClient): void;
}

type Fn = (...args: unknown[]) => unknown;

/** One tab of one browser: a page's real runtime, in this process. */
export class TestClient {
  /** What it is called where something is wrong. */
  readonly name: string;
  readonly site: TestSite<object>;
  /** The page's runtime: its stores, its link, its events. */
  readonly runtime: Runtime;
  /** This client's own part of the network. */
  readonly network: Network;
  readonly #network: ClientNetwork;
  readonly #host: ClientHost;
  readonly #headers: RequestHeaders;
  /** What the app gave to this browser. */
  #cookie: string | undefined;

  private constructor(name: string, host: ClientHost, headers: RequestHeaders, { payload, cookie }: Welcome) {
    this.name = name;
    this.site = host.site;
    this.#host = host;
    this.#headers = headers;
    this.#cookie = cookie;
    const { server, clock, random } = host;
    const run = <T>(fn: () => T): T => this.run(fn);
    this.network = this.#network = new ClientNetwork({
      clock,
      random,
      run,
      connect: (events) => server.connect(this.#sent(), events),
      isServerDown: () => host.isDown(),
      moved: () => host.moved(),
    });
    host.joined(this.#network);
    this.runtime = new Runtime({
      origin: server.origin,
      payload: { ...payload, reconnect: host.reconnect },
      transport: this.#network.transport,
      clock: {
        now: () => clock.now(),
        elapsed: () => clock.elapsed(),
        random,
        setTimeout: (fn, ms) => clock.setTimeout(() => run(fn), ms),
        clearTimeout: (timer) => clock.clearTimeout(timer),
      },
      renew: (client = "") => this.#renew(client),
    });
  }

  /** `instanceof` would ask a store's proxy for its prototype, and so for a store. */
  static isOne(value: object): value is TestClient {
    return #network in value;
  }

  /** A client that came in by the server's door. */
  static async enter(name: string, host: ClientHost, headers: RequestHeaders): Promise<TestClient> {
    return new TestClient(name, host, headers, await host.server.welcome(headers));
  }

  #sent(): RequestHeaders {
    const cookie = [this.#cookie, this.#headers.cookie].filter(Boolean).join("; ");
    return cookie ? { ...this.#headers, cookie } : this.#headers;
  }

  async #renew(client: string): Promise<PagePayload> {
    const { payload, cookie } = await this.#host.server.welcome({ ...this.#sent(), "violet-client": client });
    this.#cookie = cookie ?? this.#cookie;
    return payload;
  }

  /** As everybody sees it. */
  get self(): Client {
    return this.runtime.client;
  }

  /** The link: idle, connecting, live, offline or stopped. */
  get status(): Status {
    return this.runtime.status;
  }

  /** Runs `fn`, and all that it starts, as code of this page: handles point to its stores. */
  run<T>(fn: () => T): T {
    const { runtime } = this;
    const scope: Scope = {
      ...this.#host.scope(),
      client: runtime.client,
      resolve: runtime.resolve,
      load: (definition, key) => runtime.resolve(definition, key).loaded(),
      stores: () => runtime.stores(),
    };
    return runIn(scope, fn);
  }

  /** This page's store, wherever it is used: `ada.store(chat).send("hi")`. Throws E_READ_ONLY for what is no store. */
  store<T extends object>(store: T): T {
    referenceOf(store);
    const here =
      (fn: Fn): Fn =>
      (...args) =>
        this.run(() => fn(...args));
    // What is asked of the proxy is asked of the store, in this page's scope. Actions are functions.
    const get = here((_, name) => {
      const value = Reflect.get(store, name as PropertyKey);
      return typeof value === "function" ? here(value as Fn) : value;
    });
    const others = new Proxy(
      {},
      { get: (_, trap: keyof typeof Reflect) => here((_, ...rest) => (Reflect[trap] as Fn)(store, ...rest)) },
    );
    return new Proxy({}, Object.setPrototypeOf({ get }, others)) as T;
  }

  /** The shared stores that this page has used. */
  replicas(): readonly Replica[] {
    return [...this.runtime.stores()].filter((store) => store instanceof Replica);
  }

  /** Resolves when the link is in this state. Rejects with E_TIMEOUT. */
  until(status: Status): Promise<void> {
    return this.#host.until(`${this.name} is ${status}`, () =>
      this.status === status ? true : [`${this.name} is ${this.status}`],
    );
  }

  /** The tab is closed: the server is told. */
  close(): void {
    this.runtime.close();
    this.#host.left(this);
  }
}
