import type { IncomingMessage } from "node:http";
import { runIn, type Scope } from "../server/scope.ts";
import { type PagePayload, Runtime, type Status } from "../src/runtime.ts";
import type { Clock } from "../src/socket/link.ts";
import type { Client } from "../src/state/definition.ts";
import type { Json, JsonObject } from "../src/state/json.ts";
import type { Live } from "../src/state/live.ts";
import { Replica } from "../src/state/replica.ts";
import { referenceOf } from "../src/state/store.ts";
import { type MountArguments, MountedComponent, type MountOptions } from "./mounted.ts";
import { ClientNetwork, type Network } from "./network.ts";
import { requestWith } from "./servers/memory.ts";
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

/** What the server told a page: an event, or a call of a client function. */
export type Heard =
  | { readonly event: string; readonly data?: Json }
  | { readonly call: string; readonly args: readonly Json[] };

/** A page's runtime, which keeps what it hears. */
class PageRuntime extends Runtime {
  readonly heard: Heard[] = [];

  override received(frame: Parameters<Runtime["received"]>[0]): void {
    if (frame.type === "call") this.heard.push({ call: frame.name, args: frame.args as Json[] });
    if (frame.type === "event") {
      const { event, data } = frame;
      this.heard.push(data === undefined ? { event } : { event, data: data as Json });
    }
    super.received(frame);
  }
}

/** One tab of one browser: a page's real runtime, in this process. */
export class TestClient {
  /** What it is called where something is wrong. */
  readonly name: string;
  readonly site: TestSite<object>;
  /** The page's runtime: its stores, its link, its events. */
  readonly runtime: Runtime;
  /** The events and the calls of client functions that the server sent to this page, in order. */
  readonly heard: readonly Heard[];
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
    const runtime = new PageRuntime({
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
    this.runtime = runtime;
    this.heard = runtime.heard;
    // There is nothing to hydrate.
    runtime.bus.ready();
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

  /**
   * Mounts an instance of a live component in this page, as an element does: of a component among the site's `modules`.
   * Resolves when its state is there. Rejects with what it is refused with (E_VALIDATION for params, E_UNKNOWN_CALLABLE,
   * E_INTERNAL with what `initial` threw as its cause), E_DUPLICATE_KEY, E_TIMEOUT; where an `element` is given, also with
   * what that throws.
   */
  async mount<S, C, P>(
    component: Live<S, C, P>,
    ...[params, options = {}]: MountArguments<P, MountOptions>
  ): Promise<MountedComponent<S, C>> {
    return MountedComponent.in(this, component, (params ?? {}) as JsonObject, options);
  }

  /** A request of this browser's, with its cookies: `app.sessionOf(ada.request())`. */
  request(): IncomingMessage {
    return requestWith(this.#sent());
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
