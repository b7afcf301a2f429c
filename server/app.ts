/** `violet()`: one app, from its options to its end. */
import type { Server } from "node:http";
import type { Client, User } from "../src/state/definition.ts";
import { Door } from "./door.ts";
import { Events, processEvents, type ServerEvent, type ServerEvents } from "./events.ts";
import type { AppState } from "./health.ts";
import { type Counters, Hub } from "./hub/hub.ts";
import { listen, type RequestListener, Servers } from "./listen.ts";
import { type Middleware, type Settings, settingsOf, type VioletOptions } from "./options.ts";
import { type PageOptions, type PageRequest, type PageTemplate, page } from "./render/page.ts";
import { type PagesOptions, pages } from "./render/pages.ts";
import { Styles } from "./render/styles.ts";
import { routes } from "./routes.ts";
import { closed, currentScope, opened, runIn } from "./scope.ts";
import { listOpenStores } from "./start.ts";

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
  /** Takes the sockets of a server of your own. Close that server yourself. */
  attach(server: Server): void;
  /** Starts a server for `site` and resolves when it listens. Port 0 takes a free one. `close()` ends it. */
  listen(site: RequestListener, port: number, host?: string): Promise<Server>;
  /** Runs `fn`, and all that it starts, as code of this app: handles point to its stores. */
  run<T>(fn: () => T): T;
  /** Like `server.on`, for this app alone. Gives the function that removes the handler. */
  on<E extends ServerEvent>(event: E, handler: ServerEvents[E]): () => void;
  /** Ends it: new connections are refused, `stop` handlers run, what is under way is finished. */
  close(): Promise<void>;
}

/**
 * Makes an app: its stores, its sockets, its pages. Throws E_OPTION for an option that is not valid. Runs on the
 * server.
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
  readonly styles = new Styles();
  readonly middleware: Middleware;
  readonly ready: Promise<void>;
  readonly #events = new Events();
  readonly #servers: Servers;
  #state: AppState = "starting";
  #closing: Promise<void> | undefined;

  constructor(settings: Settings) {
    this.settings = settings;
    this.door = new Door(settings);
    this.hub = this.#makeHub();
    this.#servers = new Servers(this);
    this.middleware = routes(this);
    opened(this);
    this.ready = this.#start();
    // Who waits for it gets the error; the log has it in any case.
    this.ready.catch((error: unknown) => this.report(error, "the app could not start"));
  }

  #makeHub(): Hub {
    const { backend, limits, stores, heartbeatMs, deadAfterMs } = this.settings;
    return new Hub({
      backend,
      stores,
      limits: { ...limits, heartbeatMs, deadAfterMs },
      identify: this.door.identify,
      emit: (event, client) => void this.emit(event, client),
      within: (client, fn) => this.within(client, fn),
      self: () => currentScope()?.client,
      report: (error) => this.report(error, "a store or a connection failed"),
    });
  }

  get state(): AppState {
    return this.#state;
  }

  get counters(): Readonly<Counters> {
    return this.hub.counters;
  }

  async #start(): Promise<void> {
    // In the next turn: handlers and stores that the same module adds belong to the start.
    await Promise.resolve();
    try {
      await this.hub.ready();
      await this.emit("start", SERVER);
      listOpenStores(this.settings);
      if (this.#state === "starting") this.#state = "ready";
    } catch (error) {
      this.#state = "failed";
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
    this.#servers.attach(server);
  }

  async listen(site: RequestListener, port: number, host?: string): Promise<Server> {
    const server = this.#servers.create(site);
    await this.ready;
    return listen(server, port, host);
  }

  run<T>(fn: () => T): T {
    return this.within(undefined, fn);
  }

  /** In the scope of this app and this client. */
  within<T>(client: Client | undefined, fn: () => T): T {
    return runIn({ app: this, client }, fn);
  }

  on<E extends ServerEvent>(event: E, handler: ServerEvents[E]): () => void {
    return this.#events.on(event, handler);
  }

  /** Runs the handlers of an event one after another; one that throws is reported and hinders no other. */
  async emit(event: ServerEvent, client: Client): Promise<void> {
    for (const handler of [...processEvents.of(event), ...this.#events.of(event)])
      try {
        await this.run(() => handler(client));
      } catch (error) {
        this.report(error, `a handler of "${event}" failed`);
      }
  }

  report(error: unknown, what: string): void {
    this.settings.logger.error({ err: error }, what);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.ready.catch(() => {});
    this.#state = "closing";
    const drained = this.#servers.close();
    await this.emit("stop", SERVER);
    await this.hub.close();
    await drained;
    this.#state = "closed";
    closed(this);
  }
}

/** Who acts where no client does. */
const SERVER: Client = { id: "server" };
