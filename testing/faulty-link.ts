import type { TransportEvents, Wire } from "../src/socket/transports/websocket.ts";
import type { Counts } from "./network.ts";
import type { Connect, PageWire } from "./servers/server.ts";

/** Nobody closed it: it is gone (RFC 6455, 7.1.5). */
export const LOST = 1006;

/** What a link asks of the network that it is in. */
interface LinkHost {
  readonly counts: Counts;
  /** Calls `fn` when a message that is sent now arrives. */
  later(fn: () => void): void;
  /** Whether the message that arrives now is lost, and the link with it. */
  isDropped(): boolean;
  /** The server gets this. */
  arrived(text: string): void;
  /** What the server gets again before the page gets this. */
  repeatedAt(text: string): readonly string[];
  ended(link: FaultyLink): void;
}

type Way = (() => void)[];

/** One attempt to connect, as the page holds it: whatever the transport behind it, it is as bad as the network is. */
export class FaultyLink implements Wire {
  readonly #host: LinkHost;
  readonly #events: TransportEvents;
  readonly #wire: PageWire;
  #state: "open" | "half-open" | "over" = "open";
  /** The server has closed it: what arrives there is not read any more. */
  #isClosed = false;
  /** What is on its way, in order. */
  readonly #up: Way = [];
  readonly #down: Way = [];

  constructor(host: LinkHost, events: TransportEvents, connect: Connect) {
    this.#host = host;
    this.#events = events;
    this.#wire = connect({
      opened: () => this.#carry(this.#down, () => events.opened()),
      received: (text) => this.#carry(this.#down, () => this.#received(text)),
      closed: (code) => this.#closed(code),
    });
  }

  /** Messages that are sent later may have taken less time: it is always the next one that arrives. */
  #carry(way: Way, deliver: () => void) {
    if (this.#state !== "open") return;
    way.push(deliver);
    this.#host.later(() => way.shift()?.());
  }

  // The page's end

  send(text: string): void {
    this.#carry(this.#up, () => {
      if (this.#host.isDropped()) return this.cut();
      if (this.#isClosed) return;
      this.#host.arrived(text);
      this.#wire.send(text);
    });
  }

  close(code: number): void {
    this.#carry(this.#up, () => {
      this.#end();
      this.#wire.close(code);
    });
  }

  // The server's end

  #received(text: string) {
    if (this.#host.isDropped()) return this.cut();
    for (const again of this.#host.repeatedAt(text)) this.#wire.send(again);
    this.#events.received(text);
  }

  #closed(code: number) {
    this.#isClosed = true;
    // The server gave up on a link of which the page does not know yet.
    if (this.#state === "half-open") this.#end();
    this.#carry(this.#down, () => {
      this.#end();
      this.#events.closed(code);
    });
  }

  // Faults

  cut(): void {
    if (this.#state === "over") return;
    this.#end();
    this.#wire.cut();
    this.#host.counts.cut++;
    this.#events.closed(LOST);
  }

  halfOpen(): void {
    if (this.#state !== "open") return;
    this.#state = "half-open";
    this.#up.length = this.#down.length = 0;
    this.#host.counts.halfOpened++;
  }

  #end() {
    this.#state = "over";
    this.#up.length = this.#down.length = 0;
    this.#host.ended(this);
  }
}
