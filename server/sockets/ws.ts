/** The WebSocket adapter: the only module that knows `ws`. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import * as ws from "ws";
import { WebSocket, WebSocketServer } from "ws";
import { VioletError } from "../../src/errors.ts";
import { closeCodes } from "../../src/wire/close-codes.ts";
import type { Connection } from "../hub/connection.ts";
import type { Framer } from "../hub/encoded.ts";
import type { Hub } from "../hub/hub.ts";
import { realTime } from "../hub/time.ts";
import type { Peer, Wire } from "../hub/wire.ts";
import { Pace } from "./pace.ts";

export interface SocketOptions {
  /** `/_violet/socket` */
  readonly path: string;
  readonly hub: Hub;
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
  /** Who comes, or the status with which the upgrade is refused. */
  admit(request: IncomingMessage): Promise<Peer | number>;
}

/** After a restart all pages come at once: a process that took them all would answer none in time. */
const SOCKETS_PER_SECOND = 1000;

/**
 * Takes the upgrades of `path`; gives the function that stops doing so. Those of other paths are left to whoever else
 * listens for them, and are refused where nobody does: Node would keep such a socket for ever.
 */
export function attachSockets(server: Server, { path, hub, admit, ...limits }: SocketOptions): () => void {
  const { maxMessageBytes, maxFragments } = limits;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    WebSocket: ConnectedSocket,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    maxFragments,
  });
  const pace = new Pace(SOCKETS_PER_SECOND, realTime);
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isFor(path, request)) {
      if (server.listenerCount("upgrade") === 1) refuse(socket.on("error", ignore), 404);
      return;
    }
    // First of all: a reset during the asynchronous part would end the process.
    socket.on("error", ignore);
    const peer = await admit(request).catch((error: unknown) => {
      hub.report(error);
      return error instanceof VioletError && error.code === "E_UNAVAILABLE" ? 503 : 500;
    });
    if (typeof peer === "number") return refuse(socket, peer);
    if (!(await pace.enter(socket))) return refuse(socket, 503);
    if (socket.destroyed) return;
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("error", ignore);
      serve(webSocket, socket, hub, peer);
    });
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    void upgrade(request, socket, head);
  server.on("upgrade", onUpgrade);
  return () => {
    server.off("upgrade", onUpgrade);
    sockets.close();
  };
}

/** Is this the request's path? */
export const isFor = (path: string, { url = "" }: IncomingMessage): boolean => url.split("?", 1)[0] === path;

const ignore = () => {};

const REASONS: Record<number, string> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

function refuse(socket: Duplex, status: number) {
  // Ended is half of it: who never ends the other half would keep it open.
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status] ?? "Error"}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}

/** It knows its connection: one set of handlers serves them all. */
class ConnectedSocket extends WebSocket {
  connection: Connection | undefined;
}

function serve(webSocket: ConnectedSocket, socket: Duplex, hub: Hub, peer: Peer) {
  webSocket.connection = hub.connect(new SocketWire(webSocket, socket), peer);
  webSocket.on("message", onMessage);
  webSocket.on("close", onClose);
  webSocket.on("error", ignore);
}

function onMessage(this: WebSocket, data: Buffer, isBinary: boolean) {
  const { connection } = this as ConnectedSocket;
  if (isBinary) connection?.close(closeCodes.unsupported);
  else connection?.receive(data.toString());
}

function onClose(this: WebSocket, code: number) {
  (this as ConnectedSocket).connection?.closed(code);
}

/** `ws` exports its frame writer; its types leave it out. */
const { Sender } = ws as unknown as {
  Sender: { frame(data: Buffer, options: Record<string, boolean | number>): Buffer[] };
};

/** A WebSocket text frame, as a server sends it: not masked, so that one buffer serves all. */
const frame: Framer = (text) => {
  const data = Buffer.from(text);
  return Buffer.concat(
    Sender.frame(data, { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true }),
  );
};

class SocketWire implements Wire {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;

  constructor(webSocket: WebSocket, socket: Duplex) {
    this.#webSocket = webSocket;
    this.#socket = socket;
  }

  get framer(): Framer {
    return frame;
  }

  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  /** By this `net` itself tells for its time-outs whether a socket makes progress. */
  get sendingBytes(): number {
    return (this.#socket as { _handle?: { writeQueueSize?: number } })._handle?.writeQueueSize ?? 0;
  }

  write(frames: readonly Uint8Array[]): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    const [first] = frames;
    this.#socket.write(frames.length === 1 ? first : Buffer.concat(frames));
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.writable) this.#socket.write("", () => resolve());
      else resolve();
    });
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  close(code: number): void {
    // Its answer has to be read.
    this.#webSocket.resume();
    this.#webSocket.close(code);
  }
}
