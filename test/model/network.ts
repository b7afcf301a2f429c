/** A network between browsers and a server: in order on each link, but late, cut, half open, or twice. */
import type { Connection } from "../../server/hub/connection.ts";
import type { Hub } from "../../server/hub/hub.ts";
import type { Wire as ServerWire } from "../../server/hub/wire.ts";
import type { Transport, TransportEvents, Wire } from "../../src/socket/transports/websocket.ts";
import type { CloseCode } from "../../src/wire/close-codes.ts";

const LOST = 1006;

const framer = (text: string) => Buffer.from(text);

/** One link, as the browser holds it, with all that is on its way. */
export class SimLink implements Wire {
  readonly #events: TransportEvents;
  #server: Connection | undefined;
  #isOpen = true;
  readonly up: string[] = [];
  /** Texts, and at last the code with which the server closed. */
  readonly down: (string | number)[] = [];
  #waiting: (() => void)[] = [];

  constructor(events: TransportEvents) {
    this.#events = events;
  }

  /** Whether the browser's end still believes in it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isConnected(): boolean {
    return this.#server !== undefined;
  }

  send(text: string): void {
    this.up.push(text);
  }

  close(code: number): void {
    this.#end()?.closed(code);
  }

  /** The connection comes to stand, or is refused where there is no server. */
  open(hub: Hub | undefined): void {
    if (!hub) return this.cut();
    this.#server = hub.connect(new ServerEnd(this), { session: undefined, address: "" });
    this.#events.opened();
  }

  deliverUp(isTwice: boolean): void {
    const text = this.up.shift() as string;
    this.#server?.receive(text);
    if (isTwice) this.#server?.receive(text);
  }

  /** Delivers the next frame to the browser, and gives its text. */
  deliverDown(): string | undefined {
    const frame = this.down.shift();
    if (!this.down.length) this.#tellDrained();
    if (typeof frame === "string") this.#events.received(frame);
    else {
      this.#end();
      this.#events.closed(frame as number);
    }
    return typeof frame === "string" ? frame : undefined;
  }

  /** Everything on its way is lost. The browser notices; the server at once, or only when it tries. */
  cut(isHalfOpen = false): void {
    const server = this.#end();
    if (!isHalfOpen) server?.closed(LOST);
    this.#events.closed(LOST);
  }

  /** Resolves when nothing is on its way to the browser any more. */
  drained(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #tellDrained() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #end() {
    const server = this.#server;
    this.#tellDrained();
    this.#server = undefined;
    this.#isOpen = false;
    return server;
  }
}

/** The same link as the server holds it. */
class ServerEnd implements ServerWire {
  readonly framer = framer;
  readonly #link: SimLink;

  constructor(link: SimLink) {
    this.#link = link;
  }

  get backlogBytes(): number {
    return this.#link.down.reduce<number>((sum, frame) => sum + String(frame).length, 0);
  }

  write(frames: readonly Uint8Array[]): void {
    if (this.#link.isOpen) this.#link.down.push(...frames.map(String));
  }

  drained(): Promise<void> {
    return this.#link.drained();
  }

  // What is sent stays on its way until the schedule delivers it.
  pause(): void {}
  resume(): void {}

  close(code: CloseCode): void {
    if (this.#link.isOpen) this.#link.down.push(code);
  }
}

/** One browser's way to the network: its latest link is the one that counts. */
export class SimNetwork {
  link: SimLink | undefined;

  readonly transport: Transport = (_, events) => {
    this.link = new SimLink(events);
    return this.link;
  };
}
