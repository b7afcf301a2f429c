/** `violet()`: one app, from its options to its end. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { aFunction, isFunction, must } from "../src/dev/check-options.ts";
import { fail } from "../src/errors.ts";
import type { Client, User } from "../src/state/definition.ts";
import { plain } from "../src/state/json.ts";
import { SERVER } from "./calls/functions.ts";
import { Incoming } from "./calls/incoming.ts";
import { CallRates } from "./calls/rates.ts";
import { Registry } from "./calls/registry.ts";
import { Results } from "./calls/results.ts";
import { inTime } from "./deadline.ts";
import { Door } from "./door.ts";
import { type EventContext, Events, type LifeCycleEvent, mayTell, type On, processEvents } from "./events.ts";
import { type AppState, StorageHealth } from "./health.ts";
import type { Counters } from "./hub/counters.ts";
import { Hub } from "./hub/hub.ts";
import { type HubTime, realTime } from "./hub/time.ts";
import { listen, type RequestListener, Servers } from "./listen.ts";
import { Instances } from "./live/instances.ts";
import { ErrorLog, type Facts } from "./logger.ts";
import { type Middleware, type Settings, settingsOf, type VioletOptions } from "./options.ts";
import { type PageOptions, type PageRequest, type PageTemplate, page } from "./render/page.ts";
import { type PagesOptions, pages } from "./render/pages.ts";
import { Styles } from "./render/styles.ts";
import { routes } from "./routes.ts";
import { closed, currentScope, opened, runIn } from "./scope.ts";
import { isId } from "./secret.ts";
import type { Session } from "./session.ts";
import { listOpenStores, tellDurability, warnOfOpenDoor } from "./start.ts";

/** An app, as its author uses it. Runs on the server. */
export interface VioletApp {
  /** Serves everything below `/_violet/`. */
  readonly middleware: Middleware;
  /** The plain stores are loaded and the `start` handlers have run. Rejects where that failed. */
  readonly ready: Promise<void>;
  /** What happened since the start, to look at and to export as metrics. */
  readonly counters: Readonly<Counters>;
  /** The handler of a page that is rendered on the server. The template may be asynchronous. */
  page<R = PageRequest>(template: PageTemplate<R>, options?: PageOptions<R>): Middleware;
  /** Serves the .html files of a folder with their elements rendered; anything else goes to the next handler. */
  pages(folder: string, options?: PagesOptions): Middleware;
  /** Takes the sockets of a server of your own. Close that server yourself. Throws E_CLOSED. */
  attach(server: Server): void;
  /**
   * Starts a server for `site` and resolves when it listens. Port 0 takes a free one. `close()` ends it. Rejects with
   * E_CLOSED, and where it cannot listen.
   */
  listen(site: RequestListener, port: number, host?: string): Promise<Server>;
  /** Runs `fn`, and all that it starts, as code of this app: handles point to its stores. */
  run<T>(fn: () => T): T;
  /** Like `server.on`, for this app alone. Gives the function that removes the handler. */
  readonly on: On;
  /** Runs the server's handlers of an event of the app's own; resolves when they have run. Rejects with E_EVENT. */
  emit(event: string, data?: unknown): Promise<void>;
  /** Tells all pages: their `client.on(event)` runs. Throws E_EVENT, E_NOT_JSON. */
  broadcast(event: string, data?: unknown): void;
  /** Tells the pages of these clients, by their ids. */
  broadcastTo(to: string | readonly string[], event: string, data?: unknown): void;
  /**
   * The session of a request, as rules get it; undefined where it brings none that holds. Rejects with what
   * `authenticate` throws. Not to be called by `authenticate`.
   */
  sessionOf(request: IncomingMessage): Promise<Session | undefined>;
  /**
   * Ends a session, by its id: its sockets are closed at once (4502), and its cookie and its tokens are taken no more. Its
   * pages say that they stopped; reloaded, they get a new session. Resolves when the backend has stored that. Rejects with
   * E_OPTION for what is no id, and with E_UNAVAILABLE: then it holds as long as this process lives.
   */
  revoke(session: string): Promise<void>;
  /**
   * Ends it, within ten seconds: what comes from now on is refused (503), `stop` handlers run, what is under way is
   * finished, pages are sent away. Called again it gives the same promise.
   */
  close(): Promise<void>;
}

/**
 * Makes an app: its stores, its sockets, its pages. Throws E_OPTION for an option that is not valid, E_SECURITY for
 * options that leave no check of who talks to it. Runs on the server.
 *
 *     const app = violet({ secret: process.env.VIOLET_SECRET });
 *     site.use(app.middleware);
 *     site.get("/", app.page(() => html`<chat-room></chat-room>`, { title: "Chat" }));
 *     await app.listen(site, 3000);
 */
export const violet = <U extends object = User>(options: VioletOptions<U> = {}): VioletApp =>
  new App(settingsOf(options as unknown as VioletOptions<object>));

/** What the parts of the server need of the app. */
export class App implements VioletApp {
  readonly settings: Settings;
  readonly door: Door;
  readonly hub: Hub;
  readonly storage: StorageHealth;
  readonly styles = new Styles();
  readonly middleware: Middleware;
  readonly ready: Promise<void>;
  readonly registry: Registry;
  readonly instances: Instances;
  readonly callRates: CallRates;
  readonly results = new Results(() => performance.now());
  readonly #events = new Events();
  readonly on = this.#events.on;
  readonly #incoming = new Incoming(this);
  readonly #servers: Servers;
  readonly #errors: ErrorLog;
  readonly #told = new Set<string>();
  /** A request has come to the middleware, or a live page has looked whether the site uses it. */
  isMountSettled = false;
  #state: AppState = "starting";
  #closing: Promise<void> | undefined;

  constructor(settings: Settings, time: HubTime = realTime) {
    this.settings = settings;
    this.#errors = new ErrorLog(settings.logger);
    this.door = new Door(settings);
    this.registry = new Registry(settings.modules);
    this.callRates = new CallRates(settings.limits, () => performance.now());
    this.instances = this.#makeInstances(time);
    this.hub = this.#makeHub(time);
    this.storage = new StorageHealth(settings.backend, time, (error) =>
      this.report(error, "storage takes no commits"),
    );
    this.#servers = new Servers(this);
    this.middleware = routes(this);
    opened(this);
    this.ready = this.#start();
    // Who waits for it gets the error; the log has it in any case.
    this.ready.catch((error: unknown) => this.report(error, "the app could not start"));
  }

  #makeInstances(time: HubTime): Instances {
    return new Instances({
      backend: this.settings.backend,
      limits: this.settings.limits,
      time,
      nextId: () => this.hub.nextStoreId(),
      find: (component) => this.registry.find(component, "live"),
      within: (owner, fn) => runIn({ app: this, ...owner }, fn),
      broadcast: (event, data, to) => this.#tell(event, data, to),
      report: (error, facts) => this.report(error, "a live component failed", facts),
    });
  }

  #makeHub(time: HubTime): Hub {
    const { backend, limits, stores, heartbeatMs, deadAfterMs } = this.settings;
    return new Hub({
      backend,
      stores,
      limits: { ...limits, heartbeatMs, deadAfterMs },
      identify: this.door.identify,
      emit: (event, client) => void this.#live(event, client),
      told: (frame, caller) => this.#incoming.take(frame, caller),
      live: this.instances,
      within: (client, fn) => this.within(client, fn),
      self: () => currentScope()?.client,
      report: (error, facts) => this.report(error, "a store or a connection failed", facts),
      tellsStacks: !this.settings.production,
      time,
    });
  }

  get state(): AppState {
    return this.#state;
  }

  /** From `close()` on. */
  get isClosed(): boolean {
    return this.#state === "closing" || this.#state === "closed";
  }

  get counters(): Readonly<Counters> {
    return this.hub.counters;
  }

  async #start(): Promise<void> {
    // In the next turn: handlers and stores that the same module adds belong to the start.
    await Promise.resolve();
    try {
      await this.#restoreRevoked();
      await this.settings.database?.ready((error) => this.report(error, "the database failed"));
      await this.hub.ready();
      await this.#live("start", SERVER);
      tellDurability(this.settings);
      warnOfOpenDoor(this.settings);
      listOpenStores(this.settings);
      if (this.#state === "starting") this.#state = "ready";
    } catch (error) {
      if (this.#state === "starting") this.#state = "failed";
      throw error;
    }
  }

  page<R = PageRequest>(template: PageTemplate<R>, options?: PageOptions<R>): Middleware {
    return page(this, template, options);
  }

  pages(folder: string, options?: PagesOptions): Middleware {
    return pages(this, folder, options);
  }

  attach(server: Server): void {
    this.#mustBeOpen("app.attach()");
    this.#servers.attach(server);
  }

  async listen(site: RequestListener, port: number, host?: string): Promise<Server> {
    must("listen(site, port)", site, [
      isFunction,
      "an Express app, or a function of a request and its response",
    ]);
    must("listen(site, port)", port, [isPort, "a port, from 0 to 65535"]);
    this.#mustBeOpen("app.listen()");
    const server = this.#servers.create(site);
    await this.ready;
    // It may be closed while it waits, here and for its address.
    this.#mustBeOpen("app.listen()");
    await listen(server, port, host);
    if (this.isClosed) server.close();
    this.#mustBeOpen("app.listen()");
    return server;
  }

  #mustBeOpen(name: string): void {
    if (this.isClosed) fail("E_CLOSED", { name });
  }

  run<T>(fn: () => T): T {
    must("run(fn)", fn, aFunction);
    return this.within(undefined, fn);
  }

  /** In the scope of this app and this client, and of its page's session where that is known. */
  within<T>(client: Client | undefined, fn: () => T, session?: unknown): T {
    return runIn({ app: this, client, session }, fn);
  }

  sessionOf(request: IncomingMessage): Promise<Session | undefined> {
    return this.door.known(request);
  }

  async revoke(session: string): Promise<void> {
    if (!isId(session)) fail("E_OPTION", { name: "revoke(session)", expected: "the id of a session" });
    const revocation = this.door.revoke(session);
    this.hub.endSession(session);
    await this.settings.backend.revoke(revocation);
  }

  /** What was revoked in former runs. Sockets of an attached server may have come in before that was known. */
  async #restoreRevoked(): Promise<void> {
    const { backend, limits } = this.settings;
    const revoked = await inTime(backend.revoked(), { what: "Loading what was revoked", ...limits });
    this.door.restore(revoked);
    for (const { session } of revoked) this.hub.endSession(session);
  }

  /** Sets the session's cookie where it is due. Of the session that the browser had before nothing stays open. */
  keep(session: Session, request: IncomingMessage, response: ServerResponse): void {
    const before = this.door.keep(session, request, response);
    if (before !== undefined) this.hub.endSession(before);
  }

  async emit(event: string, data?: unknown): Promise<void> {
    mayTell(event);
    const { client = SERVER, session } = currentScope() ?? {};
    return this.#handle(event, this.#handlers(event), data, { client, session });
  }

  broadcast(event: string, data?: unknown): void {
    this.#tell(event, data, undefined);
  }

  broadcastTo(to: string | readonly string[], event: string, data?: unknown): void {
    this.#tell(event, data, [to].flat() as string[]);
  }

  #tell(event: string, data: unknown, to: readonly string[] | undefined) {
    mayTell(event);
    this.hub.post({ type: "event", event, data: data === undefined ? data : plain(data, event) }, to);
  }

  /** The handlers that take this event from browsers, to be run. Throws E_UNKNOWN_CALLABLE, E_VALIDATION. */
  browserEvent(event: string, data: unknown, context: EventContext): () => Promise<void> {
    const handlers = [processEvents, this.#events].flatMap((events) => events.fromBrowser(event, data));
    if (!handlers.length) fail("E_UNKNOWN_CALLABLE", { name: event });
    return () => this.#handle(event, handlers, context);
  }

  #handlers(event: string) {
    return [...processEvents.of(event), ...this.#events.of(event)];
  }

  #live(event: LifeCycleEvent, client: Client): Promise<void> {
    return this.#handle(event, this.#handlers(event), client);
  }

  /**
   * Runs the handlers of an event one after another; one that throws, or takes too long, is reported and hinders no
   * other. What an app does at its start may take as long as it needs.
   */
  async #handle(
    event: string,
    handlers: readonly ((...args: readonly never[]) => unknown)[],
    ...args: readonly unknown[]
  ): Promise<void> {
    const { handlerMs } = this.settings.limits;
    const what = `A handler of "${event}"`;
    for (const handler of handlers)
      try {
        const handling = Promise.resolve(this.run(() => handler(...(args as never[]))));
        await (event === "start" ? handling : inTime(handling, { what, handlerMs }));
      } catch (error) {
        this.report(error, `a handler of "${event}" failed`, { event });
      }
  }

  /** Logs an error, with where it arose. */
  report(error: unknown, what: string, facts?: Facts): void {
    this.#errors.add(error, what, facts);
  }

  /** The same once for each message: of what stands in a page's HTML, and comes again with each request. */
  readonly reportOnce = (error: unknown): void => {
    const { message } = error as Error;
    if (this.#isNew(message)) this.report(error, "plain HTML of a page is faulty");
  };

  /** Warns of a mistake of its author's that would be silent. */
  warnOnce(message: string): void {
    if (this.#isNew(message)) this.settings.logger.warn({}, message);
  }

  #isNew(message: string): boolean {
    const isNew = !this.#told.has(message);
    if (isNew && this.#told.size >= MAX_TOLD) this.#told.clear();
    this.#told.add(message);
    return isNew;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #stop(): Promise<void> {
    await this.ready.catch(() => {});
    await this.#live("stop", SERVER);
  }

  /** A step of the end; the others go on without it when it takes too long. */
  async #step(step: Promise<void>, what: string): Promise<void> {
    try {
      await inTime(step, { what, handlerMs: CLOSE_STEP_MS });
    } catch (error) {
      this.report(error, `closed without ${what}`);
    }
  }

  async #close(): Promise<void> {
    this.#state = "closing";
    const drained = this.#servers.close();
    await this.#step(this.#stop(), "the stop handlers");
    await this.#step(this.hub.close(), "the last commits");
    await this.#step(this.settings.database?.close() ?? Promise.resolve(), "the last saves");
    await drained;
    this.#errors.close();
    this.#state = "closed";
    closed(this);
  }
}

/** As Node takes it: a text is what an environment has. */
function isPort(port: unknown): boolean {
  const number = typeof port === "string" && /^\d+$/.test(port) ? Number(port) : port;
  return Number.isInteger(number) && (number as number) >= 0 && (number as number) < 65_536;
}

/** Authors make few mistakes; where data makes them, they are forgotten all at once when they are so many. */
const MAX_TOLD = 1000;

/** The handlers and the stores may take so long each when the app closes. */
const CLOSE_STEP_MS = 4500;
