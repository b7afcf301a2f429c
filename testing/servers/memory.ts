import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { App } from "../../server/app.ts";
import type { Connection } from "../../server/hub/connection.ts";
import type { Wire as ServerWire } from "../../server/hub/wire.ts";
import { fail } from "../../src/errors.ts";
import type { TransportEvents } from "../../src/socket/transports/websocket.ts";
import { LOST } from "../faulty-link.ts";
import { cookiesIn, type PageWire, type RequestHeaders, type TestServer, type Welcome } from "./server.ts";

const HOST = "localhost";
const ORIGIN = `http://${HOST}`;

/** Without sockets: requests are asked at the app's door, connections are made in its hub. */
export class MemoryServer implements TestServer {
  readonly origin = ORIGIN;
  /** Runs what arrives as nobody's code: it is sent from within a client's. */
  readonly #outside: <T>(fn: () => T) => T;
  #app: App | undefined;

  constructor(outside: <T>(fn: () => T) => T) {
    this.#outside = outside;
  }

  async open(app: App): Promise<void> {
    if (app.settings.session)
      fail("E_OPTION", { name: "session", hint: 'Such an app needs real requests: transport: "socket".' });
    this.#app = app;
  }

  async welcome(headers: RequestHeaders): Promise<Welcome> {
    const app = this.#app as App;
    const request = requestWith(headers);
    if (!app.door.origins.allows(request)) fail("E_ORIGIN");
    const response = new ServerResponse(request);
    const session = await app.door.session(request, response);
    app.keep(session, request, response);
    const set = [response.getHeader("set-cookie") ?? []].flat() as string[];
    return { payload: app.door.renew(headers["violet-client"], session), cookie: cookiesIn(set) };
  }

  connect(headers: RequestHeaders, events: TransportEvents): PageWire {
    const app = this.#app as App;
    const wire = new MemoryWire(app, events, this.#outside);
    void this.#outside(() => wire.open(requestWith(headers)));
    return wire;
  }

  async close(): Promise<void> {}
}

/** As the browser of a page of this origin sends it. */
export function requestWith(headers: RequestHeaders): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  return Object.assign(request, {
    url: "/_violet/socket",
    headers: { host: HOST, origin: ORIGIN, ...headers },
  });
}

/** Both ends of a connection. Nothing waits in it: the network before it is where messages take time. */
class MemoryWire implements PageWire {
  readonly #app: App;
  readonly #events: TransportEvents;
  readonly #outside: <T>(fn: () => T) => T;
  #connection: Connection | undefined;
  #isOver = false;
  /** What the server does not read yet; undefined while it reads. */
  #unread: string[] | undefined;

  constructor(app: App, events: TransportEvents, outside: <T>(fn: () => T) => T) {
    this.#app = app;
    this.#events = events;
    this.#outside = outside;
  }

  async open(request: IncomingMessage): Promise<void> {
    const { door, hub } = this.#app;
    const peer = await door.admit(request).catch((error: unknown) => {
      hub.report(error);
      return { status: 500 };
    });
    if (this.#isOver) return "status" in peer ? undefined : door.left(peer);
    if ("status" in peer) return this.#closed(LOST);
    this.#connection = hub.connect(this.#serverEnd, peer);
    this.#events.opened();
  }

  #end(): Connection | undefined {
    if (this.#isOver) return undefined;
    this.#isOver = true;
    if (this.#connection) this.#app.door.left(this.#connection.peer);
    return this.#connection;
  }

  #closed(code: number) {
    if (this.#isOver) return;
    this.#end();
    this.#events.closed(code);
  }

  send(text: string): void {
    if (this.#isOver) return;
    if (this.#unread) this.#unread.push(text);
    else this.#outside(() => this.#connection?.receive(text));
  }

  close(code: number): void {
    this.#leave(code);
    this.#events.closed(code);
  }

  cut(): void {
    this.#leave(LOST);
  }

  #leave(code: number) {
    const connection = this.#end();
    this.#outside(() => connection?.closed(code));
  }

  readonly #serverEnd: ServerWire = {
    framer: (text) => Buffer.from(text),
    backlogBytes: 0,
    sendingBytes: 0,
    write: (frames) => {
      if (!this.#isOver) for (const frame of frames) this.#events.received(String(frame));
    },
    drained: () => Promise.resolve(),
    pause: () => {
      this.#unread ??= [];
    },
    resume: () => {
      const unread = this.#unread ?? [];
      this.#unread = undefined;
      for (const text of unread) this.send(text);
    },
    close: (code) => this.#closed(code),
  };
}
