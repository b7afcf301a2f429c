/** The WebSocket adapter: the only module that knows `ws`. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type * as ws from "ws";
import { type ServerOptions, WebSocket, WebSocketServer } from "ws";
import { VioletError } from "../../src/errors.ts";
import { closeCodes } from "../../src/wire/close-codes.ts";
import type { Connection } from "../hub/connection.ts";
import type { Framer } from "../hub/encoded.ts";
import type { Hub } from "../hub/hub.ts";
import { realTime } from "../hub/time.ts";
import type { Peer, Wire } from "../hub/wire.ts";
import { Pace } from "./pace.ts";
import { type Refusal, refuse } from "./refusal.ts";

export interface SocketOptions {
  /** `/_violet/socket` */
  readonly path: string;
  readonly hub: Hub;
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
  /** Who comes, or why the upgrade is refused. */
  admit(request: IncomingMessage): Promise<Peer | Refusal>;
  /** Who was admitted is gone, or did not come in after all. */
  left(peer: Peer): void;
}

/** What may come before the handshake is answered, for which browsers wait. Node reads up to 64 KiB ahead. */
const MAX_EARLY_BYTES = 4096;

/** Who does not answer a close is waited for so long, and counts as a socket of its address. */
const CLOSE_MS = 5000;

/** After a restart all pages come at once: a process that took them all would answer none in time. */
const SOCKETS_PER_SECOND = 1000;

/**
 * Takes the upgrades of `path`; gives the function that stops doing so. Those of other paths are left to whoever else
 * listens for them, and are refused where nobody does: Node would keep such a socket for ever.
 */
export function attachSockets(server: Server, options: SocketOptions): () => void {
  const upgrades = new Upgrades(options);
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // First of all: a reset during the asynchronous part would end the process.
    socket.on("error", ignore);
    if (isFor(options.path, request)) void upgrades.take(request, socket, head);
    else if (server.listenerCount("upgrade") === 1) refuse(socket, { status: 404 });
    else socket.off("error", ignore);
  };
  server.on("upgrade", onUpgrade);
  return () => {
    server.off("upgrade", onUpgrade);
    upgrades.close();
  };
}

class Upgrades {
  readonly #options: SocketOptions;
  readonly #sockets: ws.Server<typeof ConnectedSocket>;
  readonly #pace = new Pace(SOCKETS_PER_SECOND, realTime);
  /** One for all of them. */
  readonly #onClose: (this: WebSocket, code: number) => void;

  constructor(options: SocketOptions) {
    this.#options = options;
    const limits: ServerOptions<typeof ConnectedSocket> & { readonly closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      WebSocket: ConnectedSocket,
      perMessageDeflate: false,
      maxPayload: options.maxMessageBytes,
      maxFragments: options.maxFragments,
      // Its types leave it out.
      closeTimeout: CLOSE_MS,
    };
    this.#sockets = new WebSocketServer(limits);
    this.#onClose = function (code) {
      const { connection } = this as ConnectedSocket;
      connection?.closed(code);
      if (connection) options.left(connection.peer);
    };
  }

  async take(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { admit, left, hub } = this.#options;
    const peer = await admit(request).catch((error: unknown) => {
      hub.report(error);
      return { status: error instanceof VioletError && error.code === "E_UNAVAILABLE" ? 503 : 500 };
    });
    if ("status" in peer) return refuse(socket, peer);
    const isTurn = await this.#pace.enter(socket, peer.address);
    const earlyBytes = head.length + socket.readableLength;
    if (!isTurn) refuse(socket, { status: 503 });
    else if (earlyBytes > MAX_EARLY_BYTES) refuse(socket, { status: 400 });
    else if (!socket.destroyed && this.#open(request, socket, head, peer)) return;
    left(peer);
  }

  /** False: it is no proper handshake, which is answered then. */
  #open(request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer): boolean {
    let isOpen = false;
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      isOpen = true;
      socket.off("error", ignore);
      serve(webSocket, socket, this.#options.hub, peer);
      webSocket.on("close", this.#onClose);
    });
    return isOpen;
  }

  close(): void {
    this.#sockets.close();
  }
}

/** Is this the request's path? */
export const isFor = (path: string, { url = "" }: IncomingMessage): boolean => url.split("?", 1)[0] === path;

const ignore = () => {};

/** It knows its connection: one set of handlers serves them all. */
class ConnectedSocket extends WebSocket {
  connection: Connection | undefined;
}

function serve(webSocket: ConnectedSocket, socket: Duplex, hub: Hub, peer: Peer) {
  webSocket.connection = hub.connect(new SocketWire(webSocket, socket), peer);
  webSocket.on("message", onMessage);
  webSocket.on("error", ignore);
}

function onMessage(this: WebSocket, data: Buffer, isBinary: boolean) {
  const { connection } = this as ConnectedSocket;
  if (isBinary) connection?.close(closeCodes.unsupported);
  else connection?.receive(data.toString());
}

/** A text frame that is the whole message (RFC 6455, 5.2). */
const WHOLE_TEXT = 0x81;

/**
 * A WebSocket text frame, as a server sends it: not masked, so that one buffer serves all. Written into one piece: the
 * writer of `ws` gives the head and the text, and to join them costs as much again.
 */
const frame: Framer = (text) => {
  const bytes = Buffer.byteLength(text);
  const head = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10;
  const data = Buffer.allocUnsafe(head + bytes);
  data[0] = WHOLE_TEXT;
  data[1] = head === 2 ? bytes : head === 4 ? 126 : 127;
  if (head === 4) data.writeUInt16BE(bytes, 2);
  else if (head === 10) data.writeBigUInt64BE(BigInt(bytes), 2);
  data.write(text, head);
  return data;
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
