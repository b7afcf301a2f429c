/** The HTTP servers of an app: those that it made, and those that were given to it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { App } from "./app.ts";
import type { Peer } from "./hub/wire.ts";
import { attachSockets, isFor } from "./sockets/ws.ts";

/** An Express app, or anything else that answers requests. */
export type RequestListener = (request: IncomingMessage, response: ServerResponse) => unknown;

const SOCKET_PATH = "/_violet/socket";
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** So often Node looks whether they are over: by default every 30 s, which would make 40 s of 10. */
const LOOK_MS = 1000;
/** Requests that are under way may take so long when the app closes. */
const DRAIN_MS = 5000;

export class Servers {
  readonly #app: App;
  /** Servers of our own, with their sockets: those that were upgraded, Node's own server forgets. */
  readonly #own = new Map<Server, Set<Socket>>();
  readonly #detach: (() => void)[] = [];

  constructor(app: App) {
    this.#app = app;
  }

  /** Opens the path of the sockets on a server. */
  attach(server: Server): void {
    const { hub, door, settings } = this.#app;
    const { maxMessageBytes, limits } = settings;
    const { maxFragments } = limits;
    const admit = (request: IncomingMessage) => door.admit(request);
    const left = (peer: Peer) => door.left(peer);
    this.#detach.push(
      attachSockets(server, { path: SOCKET_PATH, hub, admit, left, maxMessageBytes, maxFragments }),
    );
  }

  /** A server that ends with the app. Slow senders of headers and bodies are cut off, and so is who is one too many. */
  create(site: RequestListener): Server {
    const server: Server = createServer(
      {
        headersTimeout: HEADERS_MS,
        requestTimeout: REQUEST_MS,
        connectionsCheckingInterval: LOOK_MS,
        // Whoever offers HTTP/2 (`Upgrade: h2c`) gets the page, unless the app takes upgrades of its own.
        shouldUpgradeCallback: (request) =>
          isFor(SOCKET_PATH, request) || server.listenerCount("upgrade") > 1,
      },
      (request, response) => {
        site(request, response);
      },
    );
    server.maxConnections = this.#app.settings.limits.maxConnections;
    this.#own.set(server, socketsOf(server));
    this.attach(server);
    return server;
  }

  /** Takes no more connections; resolves when the requests under way are answered, or have had their time. */
  async close(): Promise<void> {
    for (const detach of this.#detach.splice(0)) detach();
    await Promise.all(Array.from(this.#own, ([server, sockets]) => closeServer(server, sockets)));
    this.#own.clear();
  }
}

function socketsOf(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  // One function for all of them.
  function forget(this: Socket) {
    sockets.delete(this);
  }
  server.on("connection", (socket: Socket) => sockets.add(socket) && socket.once("close", forget));
  return sockets;
}

function closeServer(server: Server, sockets: Iterable<Socket>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, DRAIN_MS);
  server.close(() => {
    clearTimeout(timer);
    resolve();
  });
  // Those that become idle from now on go at once.
  Object.assign(server, { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 });
  server.closeIdleConnections();
  // Browsers open connections ahead of their need: Node waits for these.
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  return promise;
}

/** So many connections may wait to be taken; by default 511, and of a crowd the next ones come a second late. */
const BACKLOG = 4096;

/** Resolves when the server listens; rejects where it cannot. */
export function listen(server: Server, port: number, host: string | undefined): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  server.once("error", reject);
  server.listen({ port, host, backlog: BACKLOG }, () => {
    server.off("error", reject);
    resolve(server);
  });
  return promise;
}
