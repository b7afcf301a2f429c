/** A TCP socket that has upgraded, and may write whatever it likes. */
import { connect, type Socket } from "node:net";
import { handshakeText } from "../support/upgrade.ts";
import { frame } from "./frames-wire.ts";

export interface RawOptions {
  readonly port: number;
  readonly host?: string;
  readonly cookie?: string;
  /** More header lines of the upgrade. */
  readonly headers?: readonly string[];
}

const HEADER_END = "\r\n\r\n";

export class RawSocket {
  readonly socket: Socket;
  /** The answer to the upgrade. */
  readonly opened: Promise<string>;
  /** The close code that the server sent; 1006: the connection ended without one. */
  readonly closed: Promise<number>;
  /** The texts of the frames that came. */
  readonly texts: string[] = [];
  #unread: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #code = 1006;
  readonly #watchers = new Set<() => void>();

  constructor({ port, host = "127.0.0.1", cookie, headers = [] }: RawOptions) {
    const opened = Promise.withResolvers<string>();
    const closed = Promise.withResolvers<number>();
    this.opened = opened.promise;
    this.closed = closed.promise;
    this.opened.catch(() => {});
    this.socket = connect({ port, host });
    this.socket.on("error", () => {});
    this.socket.on("data", (data: Buffer) => {
      this.#unread = this.#unread.length ? Buffer.concat([this.#unread, data]) : data;
      if (!this.#isOpen && !this.#open(opened.resolve)) return;
      this.#read();
      for (const watcher of this.#watchers) watcher();
    });
    this.socket.once("close", () => {
      opened.reject(new Error("the upgrade was not answered"));
      closed.resolve(this.#code);
      for (const watcher of this.#watchers) watcher();
    });
    const lines = cookie ? [`Cookie: ${cookie}`, ...headers] : headers;
    this.socket.write(handshakeText(`${host}:${port}`, lines));
  }

  get isClosed(): boolean {
    return this.socket.destroyed || this.socket.readableEnded;
  }

  #open(resolve: (answer: string) => void): boolean {
    const end = this.#unread.indexOf(HEADER_END);
    if (end < 0) return false;
    this.#isOpen = true;
    resolve(this.#unread.toString("latin1", 0, end));
    this.#unread = this.#unread.subarray(end + HEADER_END.length);
    return true;
  }

  /** Servers do not mask, and ours sends whole frames only. */
  #read() {
    while (this.#unread.length >= 2) {
      const short = (this.#unread[1] as number) & 0x7f;
      const start = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#unread.length < start) return;
      const length =
        short < 126
          ? short
          : short === 126
            ? this.#unread.readUInt16BE(2)
            : Number(this.#unread.readBigUInt64BE(2));
      if (this.#unread.length < start + length) return;
      this.#took((this.#unread[0] as number) & 0x0f, this.#unread.subarray(start, start + length));
      this.#unread = this.#unread.subarray(start + length);
    }
  }

  #took(opcode: number, payload: Buffer) {
    if (opcode === 1) this.texts.push(payload.toString());
    else if (opcode === 8) {
      this.#code = payload.length >= 2 ? payload.readUInt16BE() : 1005;
      this.socket.end();
    }
  }

  /** Resolves to the first text that fits, or to undefined when the connection ends. */
  text(fits: (text: string) => boolean): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const look = () => {
      const text = this.texts.find(fits);
      if (text !== undefined || this.isClosed) resolve(text);
    };
    this.#watchers.add(look);
    look();
    return promise.finally(() => this.#watchers.delete(look));
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  send(text: string): void {
    this.write(frame(text));
  }

  destroy(): void {
    this.socket.destroy();
  }
}
