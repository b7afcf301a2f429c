/** A page's runtime: its stores, its link, its events. A browser has one; Node clients make their own. */
import { Bus, isLifeCycle } from "./calls/bus.ts";
import { Exchange, type Told } from "./calls/exchange.ts";
import type { Caller } from "./calls/rpc.ts";
import { fail, type VioletError } from "./errors.ts";
import { type Clock, createLink, type Link, type LinkHost, type LinkState } from "./socket/link.ts";
import { type Transport, webSocket } from "./socket/transports/websocket.ts";
import type { Call, StoreCore } from "./state/core.ts";
import { type Client, type Definition, wireName } from "./state/definition.ts";
import { type JsonObject, plain } from "./state/json.ts";
import type { LiveHost } from "./state/live-replica.ts";
import { type LocalHost, LocalStore } from "./state/local.ts";
import type { Op } from "./state/ops.ts";
import type { Page } from "./state/persist.ts";
import { type Given, Replica } from "./state/replica.ts";
import { closeCodes } from "./wire/close-codes.ts";
import type { DownFrame } from "./wire/frames.ts";
import { MAX_SHARED_LETTERS } from "./wire/protocol.ts";

/** What a server-rendered page brings: who it is, and the state it was rendered with. */
export interface PagePayload {
  /** The signed client id. */
  readonly client?: string | undefined;
  readonly csrf?: string | undefined;
  /** The public part of the client. */
  readonly self?: Client | undefined;
  readonly stores?: Readonly<Record<string, Given>>;
  readonly local?: Readonly<Record<string, JsonObject>>;
  /** Properties that the page's template gave to its elements, by the number in `data-violet-props`. */
  readonly props?: readonly JsonObject[];
  /** The options of `violet({ reconnect })` that a page needs. */
  readonly reconnect?: { readonly tellAfter: number; readonly backoffMs: readonly number[] };
  /** A development build shows errors over the page. */
  readonly overlay?: boolean | undefined;
}

export interface RuntimeOptions {
  /** Of the server: `https://example.org`. */
  readonly origin: string;
  readonly payload?: PagePayload;
  readonly transport?: Transport;
  readonly clock?: Clock;
  /** Fetches new credentials from `/_violet/session`. */
  readonly renew?: (client: string | undefined) => Promise<PagePayload>;
  /** Where local stores are kept and shown; none in Node. */
  readonly page?: Page;
  /** True while nobody looks, or there is no network: the link does not try to come back then. Default: never. */
  readonly isAway?: () => boolean;
}

export const realClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  random: () => Math.random(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/** A page that no server rendered has these; `violet({ reconnect })` changes them. */
export const defaultReconnect = { tellAfter: 5, backoffMs: [1000, 2000, 5000, 10_000, 30_000] };
/** A hello names at most so many stores: elements may have given them much. The others subscribe when they are welcome. */
const MAX_GREETED = 64;

/** The link as a page sees it. `idle`: nothing in the page needs it. */
export type Status = LinkState;

export class Runtime implements LinkHost, LiveHost, LocalHost, Caller {
  readonly origin: string;
  readonly link: Link;
  readonly bus = new Bus();
  readonly #exchange: Exchange;
  readonly tellAfter: number;
  readonly page: Page | undefined;
  /** The last refusal, until a later write is accepted. */
  lastRefusal: VioletError | undefined;
  readonly #clock: Clock;
  readonly #renew: NonNullable<RuntimeOptions["renew"]>;
  readonly #stores = new Map<string, StoreCore>();
  /** By the numbers that this connection gives them. */
  readonly #numbered = new Map<unknown, Replica>();
  /** So many of the shared stores were named by the hello of this connection. */
  #greeted = 0;
  readonly #watchers = new Set<() => void>();
  /** Tells this page from one that was made of the same HTML: a duplicated tab. */
  readonly #copy = Math.random();
  #payload: PagePayload;
  #renewing: Promise<void> | undefined;

  constructor({
    origin,
    payload = {},
    transport = webSocket,
    clock = realClock,
    renew = () => Promise.reject(new Error("no renewal")),
    page,
    isAway,
  }: RuntimeOptions) {
    this.origin = origin;
    this.#payload = payload;
    this.#clock = clock;
    this.#renew = renew;
    this.page = page;
    const { tellAfter, backoffMs } = payload.reconnect ?? defaultReconnect;
    this.tellAfter = tellAfter;
    const url = `${origin.replace("http", "ws")}/_violet/socket`;
    this.link = createLink({ url, transport, clock, backoffMs, isAway }, this);
    this.#exchange = new Exchange(this);
  }

  /** This page's client. Before the server gave it an id, a temporary one. */
  get client(): Client {
    return this.#payload.self ?? { id: "" };
  }

  get status(): Status {
    return this.link.state;
  }

  // Stores

  /** The page's store of a definition, made on first use; a shared one is subscribed to. */
  readonly resolve = (definition: Definition, key: string | undefined): StoreCore => {
    const name = wireName(definition, key);
    const known = this.#stores.get(name);
    if (known) return known;
    if (definition.scope !== "local") {
      const replica = new Replica(definition, key, this, this.given(name));
      this.add(replica);
      return replica;
    }
    const store = new LocalStore(definition, this, this.#payload.local?.[name]);
    this.#stores.set(name, store);
    return store;
  };

  given(name: string): Given | undefined {
    const { [name]: given, ...stores } = this.#payload.stores ?? {};
    if (given) this.#payload = { ...this.#payload, stores };
    return given;
  }

  add(replica: Replica): void {
    const { name, key } = replica;
    if (this.#stores.has(name)) fail("E_DUPLICATE_KEY", { name: key as string });
    this.#stores.set(name, replica);
    if (this.status === "idle") this.link.connect();
    else this.resync(replica);
  }

  known(name: string): StoreCore | undefined {
    return this.#stores.get(name);
  }

  drop(replica: Replica): void {
    // Another one may have its name by now.
    if (this.#stores.get(replica.name) !== replica) return;
    this.#stores.delete(replica.name);
    for (const [id, each] of this.#numbered) if (each === replica) this.#leave(id as number);
    this.counted();
  }

  #leave(store: number) {
    this.#numbered.delete(store);
    if (this.status === "live") this.link.send({ type: "unsubscribe", store });
  }

  /** The stores that this page has used. */
  stores(): Iterable<StoreCore> {
    return this.#stores.values();
  }

  #replicas() {
    return [...this.stores()].filter((store) => store instanceof Replica);
  }

  /** Writes of this page that wait for the server. */
  get pending(): number {
    return this.#replicas().reduce((sum, { pending }) => sum + pending, 0);
  }

  /** Told when the status, the number of pending writes or the last refusal changed. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  counted(): void {
    for (const watcher of this.#watchers) watcher();
  }

  // What the stores need (ReplicaHost, LocalHost)

  now(): number {
    return this.#clock.now();
  }

  random(): number {
    return this.#clock.random();
  }

  after(ms: number, fn: () => void): void {
    this.#clock.setTimeout(fn, ms);
  }

  get offlineSince(): number | undefined {
    return this.link.offlineSince;
  }

  wants(replica: Replica): void {
    const message = this.status === "live" && replica.take();
    if (message) this.link.send(message);
  }

  resync(replica: Replica): void {
    if (this.status === "live") this.link.send({ type: "subscribe", ...replica.subscription() });
  }

  /** The watchers hear of it with the number of pending writes. */
  accepted(): void {
    this.lastRefusal = undefined;
  }

  refused({ name: store }: Replica, error: VioletError): void {
    this.lastRefusal = error;
    this.counted();
    this.bus.emit("refused", { store, error });
  }

  lost({ name: store }: Replica, write: readonly Op[] | Call, reason: string): void {
    this.bus.emit("loss", { store, write, reason });
  }

  overflowed({ name: store }: Replica): void {
    this.bus.emit("overflow", { store });
  }

  // Calls and events

  /** Calls a realtime function of the server, or tells it of an event, when the link is live. Throws E_BAD_MESSAGE, E_TOO_BIG. */
  tell(told: Told): undefined {
    return this.#exchange.tell(told);
  }

  /** Runs the handlers of this page, and those of the server that take this event. Throws E_EVENT, E_NOT_JSON, and as `tell`. */
  emit(event: string, data?: unknown): void {
    if (isLifeCycle(event)) fail("E_EVENT", { name: event });
    const sent = data === undefined ? undefined : plain(data, event);
    this.tell({ type: "event", event, data: sent });
    this.bus.emit(event, sent);
  }

  // What a call over HTTP needs (Caller)

  credentials(): Record<string, string> {
    const { client = "", csrf = "" } = this.#payload;
    return { "violet-client": client, "violet-csrf": csrf };
  }

  wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.after(ms, resolve);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  // What the link needs (LinkHost)

  get lastLetter(): number | undefined {
    return this.#exchange.heard;
  }

  hello() {
    const { client, csrf } = this.#payload;
    const stores: ReturnType<Replica["subscription"]>[] = [];
    let letters = 0;
    for (const replica of this.#replicas().slice(0, MAX_GREETED)) {
      const subscription = replica.subscription();
      letters += JSON.stringify(subscription).length;
      if (letters > MAX_SHARED_LETTERS) break;
      stores.push(subscription);
    }
    this.#greeted = stores.length;
    return { client, csrf, copy: this.#copy, heard: this.lastLetter, stores };
  }

  welcomed({ client, self, heard, lost }: Extract<DownFrame, { type: "welcome" }>): void {
    this.#numbered.clear();
    this.#exchange.heard = heard;
    if (lost) this.bus.emit("loss", { reason: "E_MISSED" });
    this.#payload = { ...this.#payload, client, self: self as Client };
  }

  received(frame: Exclude<DownFrame, { type: "welcome" | "ping" }>): void {
    if (frame.type === "call" || frame.type === "event") return this.#exchange.take(frame);
    if (frame.type === "error" && frame.call !== undefined) return this.#exchange.refused(frame);
    const { store } = frame;
    // What the server names is what this page has subscribed to.
    const replica =
      typeof store === "string" ? (this.#stores.get(store) as Replica) : this.#numbered.get(store);
    if (frame.type === "state") {
      // It was dropped before its answer came.
      if (!replica) return this.#leave(frame.id);
      this.#numbered.set(frame.id, replica);
    }
    replica?.receive(frame);
  }

  changed(state: LinkState, code = 0): void {
    if (state === "live") {
      // Stores that were made between hello and welcome, or had no place in the hello.
      for (const replica of this.#replicas().slice(this.#greeted)) this.resync(replica);
      this.#exchange.connected();
      this.bus.emit("connect", undefined);
    } else if (state !== "connecting") {
      for (const replica of this.#replicas()) replica.cut();
      this.bus.emit("disconnect", { code });
    }
    this.counted();
  }

  /** The link and calls that need it at once share one: asked twice, a page without a client would become two. */
  renew(): Promise<void> {
    return (this.#renewing ??= this.#renewed().finally(() => (this.#renewing = undefined)));
  }

  async #renewed() {
    const { client, csrf } = await this.#renew(this.#payload.client);
    this.#payload = { ...this.#payload, client, csrf };
  }

  close(): void {
    this.link.close(closeCodes.bye);
    this.bus.close();
  }
}
