import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket } from "ws";
import type { App } from "../../server/app.ts";
import { fail } from "../../src/errors.ts";
import type { TransportEvents } from "../../src/socket/transports/websocket.ts";
import { cookiesIn, type PageWire, type RequestHeaders, type TestServer, type Welcome } from "./server.ts";

const HOST = "127.0.0.1";

/** Real sockets: an HTTP server on a free port of the loopback address, which stays the same one for all apps. */
export class SocketServer implements TestServer {
  #port = 0;
  #server: Server | undefined;

  get origin(): string {
    return `http://${HOST}:${this.#port}`;
  }

  async open(app: App): Promise<void> {
    const server = createServer((request, response) => answer(app, request, response));
    app.attach(server);
    server.listen(this.#port, HOST);
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async welcome(headers: RequestHeaders): Promise<Welcome> {
    const { origin } = this;
    const response = await fetch(`${origin}/_violet/session`, {
      method: "POST",
      headers: { origin, ...headers },
    });
    if (response.status === 403) fail("E_ORIGIN");
    if (!response.ok) fail("E_NETWORK", { name: "/_violet/session" });
    const payload = (await response.json()) as Welcome["payload"];
    return { payload, cookie: cookiesIn(response.headers.getSetCookie()) };
  }

  connect(headers: RequestHeaders, events: TransportEvents): PageWire {
    const { origin } = this;
    return openSocket(`${origin.replace("http", "ws")}/_violet/socket`, { origin, ...headers }, events);
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }
}

/** As a site would: the app's own session middleware, where it has one, stands before everything. */
function answer(app: App, request: IncomingMessage, response: ServerResponse) {
  const end = (error?: unknown) => response.writeHead(error ? 500 : 404).end();
  const serve = (error?: unknown) => (error ? end(error) : app.middleware(request, response, end));
  const { session } = app.settings;
  if (session) session(request as never, response as never, serve);
  else serve();
}

/** A WebSocket with the headers that a browser sends by itself. */
export function openSocket(url: string, headers: RequestHeaders, events: TransportEvents): PageWire {
  const socket = new WebSocket(url, { headers });
  socket.on("open", () => events.opened());
  socket.on("message", (data: Buffer) => events.received(data.toString()));
  socket.on("close", (code) => events.closed(code));
  // "close" follows.
  socket.on("error", () => {});
  return {
    send: (text) => socket.send(text),
    close: (code) => socket.close(code),
    cut: () => socket.terminate(),
  };
}
