/** A handshake in this process, byte by byte as the test says: what a server answers before it is a WebSocket. */
import { type IncomingHttpHeaders, request } from "node:http";
import type { Duplex } from "node:stream";

/** The head of an upgrade request, as a page of this host and port sends it, with more lines of the test's own. */
export const handshakeText = (host: string, more: readonly string[] = []): string =>
  [
    "GET /_violet/socket HTTP/1.1",
    `Host: ${host}`,
    `Origin: http://${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ...more,
    "\r\n",
  ].join("\r\n");

export interface Handshake {
  /** Default `/_violet/socket`. */
  readonly path?: string;
  /** Whence it comes: any address of 127.0.0.0/8. */
  readonly from?: string;
  /** In place of those of a browser's page of this origin; undefined: without. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The socket, where it was opened. */
  readonly socket?: Duplex;
}

const sockets = new Set<Duplex>();

/** Asks the server of this origin for a WebSocket. */
export function upgrade(origin: string, { path, from, headers }: Handshake = {}): Promise<Answered> {
  const all: Record<string, string | undefined> = {
    origin,
    connection: "upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    ...headers,
  };
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const sent = request(`${origin}${path ?? "/_violet/socket"}`, {
    headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    agent: false,
    ...(from && { localAddress: from }),
  });
  sent.once("upgrade", ({ statusCode: status = 0, headers }, socket) => {
    socket.on("error", () => {});
    sockets.add(socket);
    resolve({ status, headers, socket });
  });
  sent.once("response", (response) => {
    response.resume();
    resolve({ status: response.statusCode ?? 0, headers: response.headers });
  });
  sent.once("error", reject);
  sent.end();
  return promise;
}

/** Ends all sockets that were opened here. */
export function dropSockets(): void {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
}
