/** The network between clients and their server: as bad as the test says, under a seed. */
import { fail } from "../src/errors.ts";
import type { Clock } from "../src/socket/link.ts";
import type { Transport, TransportEvents, Wire } from "../src/socket/transports/websocket.ts";
import { FaultyLink, LOST } from "./faulty-link.ts";
import type { Connect } from "./servers/server.ts";

/** What goes wrong by itself. Messages keep their order, and a link that stands loses none: it is a WebSocket. */
export interface Faults {
  /** Each message takes so many milliseconds, or a random time from the first to the second. Default 0. */
  readonly delayMs?: number | readonly [least: number, most: number];
  /** How likely (0 to 1) a message is lost, and with it the link: both ends learn that it is gone. Default 0. */
  readonly drop?: number;
  /** How likely (0 to 1) a write that the server got comes to it again, once the client is back on another link. Default 0. */
  readonly duplicate?: number;
}

/** The network of one client, or of all clients of a site. */
export interface Network {
  /** These faults from now on; those that are left out end. Throws E_OPTION. */
  set(faults: Faults): void;
  /** No faults any more, and online. Links that are half open stay so: nobody brings them back. */
  heal(): void;
  /** Ends the link: what is on its way is lost, and both ends learn it. The client comes back by itself. */
  cut(): void;
  /** Nothing passes on the link any more, and nobody is told: each end has to find out by the silence. */
  halfOpen(): void;
  /** Cuts the link; no other comes to stand until `goOnline`. */
  goOffline(): void;
  goOnline(): void;
  /** What went wrong so far, so that a test can tell that it did. */
  readonly counts: Readonly<Counts>;
}

export interface Counts {
  /** Messages that took their time. */
  delayed: number;
  /** Messages that were lost, each with its link. */
  dropped: number;
  /** Writes that came again. */
  duplicated: number;
  /** Links that were cut, by `cut`, `goOffline` and `drop`. */
  cut: number;
  halfOpened: number;
}

const none: Counts = { delayed: 0, dropped: 0, duplicated: 0, cut: 0, halfOpened: 0 };

/** A client writes no more than this between two links that matters to the server: it has one message in flight. */
const REPEATABLE = 100;

export interface NetworkOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly connect: Connect;
  isServerDown(): boolean;
  /** Something was carried. */
  moved(): void;
  /** Runs what reaches the client as code of the client. */
  run<T>(fn: () => T): T;
}

export class ClientNetwork implements Network {
  readonly counts: Counts = { ...none };
  readonly #options: NetworkOptions;
  readonly #links = new Set<FaultyLink>();
  /** Of what is on its way. */
  readonly #timers = new Set<unknown>();
  /** The link that the client holds. */
  #link: FaultyLink | undefined;
  #faults: Faults = {};
  #isOffline = false;
  /** Writes that arrived on the link, and those of the links before it, which may come again. */
  #arrived: string[] = [];
  #repeatable: string[] = [];

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  readonly transport: Transport = (_, events) => {
    const mine = this.#asClient(events);
    this.#repeatable = this.#arrived.splice(0);
    this.#link = undefined;
    if (this.#isOffline || this.#options.isServerDown()) return this.#refused(mine);
    this.#link = new FaultyLink(this, mine, this.#options.connect);
    this.#links.add(this.#link);
    return this.#link;
  };

  #asClient({ opened, received, closed }: TransportEvents): TransportEvents {
    const { run } = this.#options;
    return {
      opened: () => run(opened),
      received: (text) => run(() => received(text)),
      closed: (code) => run(() => closed(code)),
    };
  }

  #refused({ closed }: TransportEvents): Wire {
    this.later(() => closed(LOST));
    return { send() {}, close() {} };
  }

  set(faults: Faults): void {
    check(faults);
    this.#faults = faults;
  }

  heal(): void {
    this.#faults = {};
    this.goOnline();
  }

  cut(): void {
    this.#link?.cut();
  }

  halfOpen(): void {
    this.#link?.halfOpen();
  }

  goOffline(): void {
    this.#isOffline = true;
    this.cut();
  }

  goOnline(): void {
    this.#isOffline = false;
  }

  /** The server that knew what was written is gone. */
  forget(): void {
    this.#arrived = [];
    this.#repeatable = [];
  }

  /** Ends what is left of all links. */
  close(): void {
    this.goOffline();
    for (const link of this.#links) link.cut();
    for (const timer of this.#timers) this.#options.clock.clearTimeout(timer);
  }

  // What its links ask (LinkHost)

  later(fn: () => void): void {
    const { clock, moved } = this.#options;
    const ms = this.#delayMs();
    if (!ms)
      return void setImmediate(() => {
        moved();
        fn();
      });
    this.counts.delayed++;
    const timer = clock.setTimeout(() => {
      this.#timers.delete(timer);
      moved();
      fn();
    }, ms);
    this.#timers.add(timer);
  }

  #delayMs(): number {
    const { delayMs = 0 } = this.#faults;
    if (typeof delayMs === "number") return delayMs;
    const [least, most] = delayMs;
    return least + this.#options.random() * (most - least);
  }

  isDropped(): boolean {
    const isDropped = this.#isHit(this.#faults.drop);
    if (isDropped) this.counts.dropped++;
    return isDropped;
  }

  #isHit(chance = 0): boolean {
    return chance > 0 && this.#options.random() < chance;
  }

  arrived(text: string): void {
    if (!text.startsWith('{"type":"SYNC"')) return;
    this.#arrived.push(text);
    if (this.#arrived.length > REPEATABLE) this.#arrived.shift();
  }

  /** When a subscription is answered, writes to that store may come again: its number is known on this link now. */
  repeatedAt(text: string): readonly string[] {
    if (!this.#repeatable.length || !text.startsWith('{"type":"state"')) return [];
    const { id } = JSON.parse(text) as { readonly id: number };
    const isOfStore = (write: string) => (JSON.parse(write) as { readonly store: number }).store === id;
    const [others, ofStore] = [false, true].map((is) =>
      this.#repeatable.filter((write) => isOfStore(write) === is),
    ) as [string[], string[]];
    this.#repeatable = others;
    const repeated = ofStore.filter(() => this.#isHit(this.#faults.duplicate));
    this.counts.duplicated += repeated.length;
    return repeated;
  }

  ended(link: FaultyLink): void {
    this.#links.delete(link);
  }
}

/** The networks of all clients as one; those that come later get what was set. */
export class SiteNetwork implements Network {
  readonly #members = new Set<ClientNetwork>();
  #faults: Faults = {};
  #isOffline = false;

  get isOffline(): boolean {
    return this.#isOffline;
  }

  add(member: ClientNetwork): void {
    this.#members.add(member);
    member.set(this.#faults);
    if (this.#isOffline) member.goOffline();
  }

  get counts(): Readonly<Counts> {
    const sum = { ...none };
    for (const { counts } of this.#members)
      for (const kind of Object.keys(sum) as (keyof Counts)[]) sum[kind] += counts[kind];
    return sum;
  }

  set(faults: Faults): void {
    check(faults);
    this.#faults = faults;
    for (const member of this.#members) member.set(faults);
  }

  heal(): void {
    this.#faults = {};
    this.#isOffline = false;
    for (const member of this.#members) member.heal();
  }

  cut(): void {
    for (const member of this.#members) member.cut();
  }

  halfOpen(): void {
    for (const member of this.#members) member.halfOpen();
  }

  goOffline(): void {
    this.#isOffline = true;
    for (const member of this.#members) member.goOffline();
  }

  goOnline(): void {
    this.#isOffline = false;
    for (const member of this.#members) member.goOnline();
  }

  forget(): void {
    for (const member of this.#members) member.forget();
  }

  close(): void {
    for (const member of this.#members) member.close();
  }
}

const isChance = (value: unknown) => typeof value === "number" && value >= 0 && value <= 1;
const isMs = (value: unknown) => typeof value === "number" && value >= 0 && Number.isFinite(value);
const isDelay = (value: unknown) =>
  isMs(value) || (Array.isArray(value) && value.length === 2 && value.every(isMs) && value[0] <= value[1]);

const checks: Record<keyof Faults, readonly [check: (value: unknown) => boolean, expected: string]> = {
  delayMs: [isDelay, "milliseconds, or two of them: the least and the most"],
  drop: [isChance, "a number from 0 to 1"],
  duplicate: [isChance, "a number from 0 to 1"],
};

function check(faults: Faults): void {
  for (const [name, value] of Object.entries(faults)) {
    if (!Object.hasOwn(checks, name))
      fail("E_OPTION", { name: `network.${name}`, hint: "There is no such option." });
    const [isValid, expected] = checks[name as keyof Faults];
    if (value !== undefined && !isValid(value))
      fail("E_OPTION", { name: `network.${name}`, expected, got: typeof value });
  }
}
