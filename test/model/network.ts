/** A network between browsers and a server: in order on each link, but late, cut, half open, or twice. */
import assert from "node:assert/strict";
import type { Connection } from "../../server/hub/connection.ts";
import type { Hub } from "../../server/hub/hub.ts";
import type { Wire as ServerWire } from "../../server/hub/wire.ts";
import type { Transport, TransportEvents, Wire } from "../../src/socket/transports/websocket.ts";
import type { CloseCode } from "../../src/wire/close-codes.ts";
import { Witness } from "./witness.ts";

const LOST = 1006;

/** Here a text is as good as its bytes. */
const framer = (text: string) => text as unknown as Uint8Array;

/** One link, as the browser holds it, with all that is on its way. */
export class SimLink implements Wire {
  readonly witness = new Witness();
  readonly #events: TransportEvents;
  #server: Connection | undefined;
  #isOpen = true;
  /** Whether what is sent arrives nowhere, and nobody noticed. */
  #isDead = false;
  readonly up: string[] = [];
  /** Texts, and at last the code with which the server closed. */
  readonly down: (string | number)[] = [];
  downBytes = 0;
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

  get isDead(): boolean {
    return this.#isDead;
  }

  send(text: string): void {
    if (!this.#isDead) this.up.push(text);
  }

  close(code: number): void {
    this.#end();
    this.#part()?.closed(code);
  }

  /** The connection comes to stand, or is refused where there is no server. */
  open(hub: Hub | undefined): void {
    if (!hub) return this.cut();
    this.#server = hub.connect(new ServerEnd(this, hub.limits.outboxBytes), {
      session: { id: "one for all", user: undefined, data: undefined },
      address: "",
    });
    this.#events.opened();
  }

  deliverUp(isTwice: boolean): void {
    const text = this.up.shift() as string;
    this.#server?.receive(text);
    if (isTwice) this.#server?.receive(text);
  }

  /** Delivers what is next to the browser; false: it was the end. */
  deliverDown(): boolean {
    const frame = this.down.shift();
    if (!this.down.length) this.#tellDrained();
    if (typeof frame === "string") {
      this.downBytes -= frame.length;
      this.#events.received(frame);
      return true;
    }
    this.#end();
    this.#part();
    this.#events.closed(frame as number);
    return false;
  }

  /** Everything on its way is lost, and both ends notice. */
  cut(): void {
    this.#part()?.closed(LOST);
    this.#lose();
  }

  /** The browser notices; the server only when it tries. */
  cutForBrowser(): void {
    this.#part();
    this.#lose();
  }

  /** The browser notices. The server does not, and what was on its way to it still comes: late. */
  cutBehind(): void {
    this.#lose();
  }

  /** The server notices. The browser goes on talking to nobody, until it finds the silence too long. */
  cutForServer(): void {
    this.#part()?.closed(LOST);
    this.#isDead = true;
    this.up.length = 0;
    this.down.length = 0;
    this.downBytes = 0;
  }

  serverDied(): void {
    // Who waited for room there is gone, too.
    this.#waiting.length = 0;
    this.#part();
    if (this.#isOpen) this.#lose();
  }

  #lose() {
    this.#end();
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
    this.#isOpen = false;
  }

  #part() {
    const server = this.#server;
    this.#tellDrained();
    this.#server = undefined;
    return server;
  }
}

/** The same link as the server holds it. */
class ServerEnd implements ServerWire {
  readonly framer = framer;
  readonly #link: SimLink;
  readonly #outboxBytes: number;
  #lastBytes = 0;

  constructor(link: SimLink, outboxBytes: number) {
    this.#link = link;
    this.#outboxBytes = outboxBytes;
  }

  readonly sendingBytes = 0;

  get backlogBytes(): number {
    return this.#link.downBytes;
  }

  write(frames: readonly Uint8Array[]): void {
    const link = this.#link;
    if (!link.isOpen || link.isDead) return;
    const before = link.downBytes;
    // All but the last write were allowed when no more than twice the limit waited.
    const waiting = before - this.#lastBytes;
    assert(
      waiting <= this.#outboxBytes * 2 || waiting - lastState(link.down) <= this.#outboxBytes * 2,
      `${before} bytes wait for a slow reader`,
    );
    for (const frame of frames as unknown as string[]) {
      link.down.push(frame);
      link.downBytes += frame.length;
    }
    this.#lastBytes = link.downBytes - before;
  }

  drained(): Promise<void> {
    return this.#link.drained();
  }

  // What is sent stays on its way until the schedule delivers it.
  pause(): void {}
  resume(): void {}

  close(code: CloseCode): void {
    if (this.#link.isOpen && !this.#link.isDead) this.#link.down.push(code);
  }
}

/** One browser's way to the network: its latest link is the one that counts. */
export class SimNetwork {
  link: SimLink | undefined;
  /** Links that the browser has given up, from which something may still arrive. */
  readonly old: SimLink[] = [];

  readonly transport: Transport = (_, events) => {
    if (this.link?.isConnected && this.link.up.length) this.old.push(this.link);
    this.link = new SimLink(events);
    return this.link;
  };
}

/** The size of the last answer with a state: one may wait, however large it is. */
const lastState = (frames: readonly (string | number)[]): number =>
  String(frames.findLast((frame) => String(frame).startsWith('{"type":"state"')) ?? "").length;
