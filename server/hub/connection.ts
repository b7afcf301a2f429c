import { explain } from "#dev";
import { type ErrorCode, type FieldMessages, VioletError } from "../../src/errors.ts";
import type { Client } from "../../src/state/definition.ts";
import { type CloseCode, closeCodes } from "../../src/wire/close-codes.ts";
import type { Frame, UpFrame } from "../../src/wire/frames.ts";
import { PROTOCOL } from "../../src/wire/protocol.ts";
import type { Facts } from "../logger.ts";
import type { Authority } from "./authority.ts";
import { Calls, type CallsHost } from "./calls.ts";
import { type Counted, type Counters, countError } from "./counters.ts";
import { Encoded } from "./encoded.ts";
import type { Hub, HubLimits } from "./hub.ts";
import { Inbox, type InboxHost } from "./inbox.ts";
import { Outgoing, type OutgoingHost } from "./outgoing.ts";
import { Rates } from "./rates.ts";
import { read } from "./reading.ts";
import { Strikes } from "./strikes.ts";
import { RETRY_MS, type Request } from "./subscription.ts";
import { Subscriptions } from "./subscriptions.ts";
import type { Peer, Wire } from "./wire.ts";

/** greeting: hello is awaited · identifying: it is checked · live · closed. */
type ConnectionState = "greeting" | "identifying" | "live" | "closed";

/** What a page is told by an `error` frame; the message is the code's own where none is given. */
export interface Failure {
  readonly code: string;
  /** The number of a batch. */
  readonly re?: number | undefined;
  /** A store's name where its subscription failed, else its number. */
  readonly store?: string | number;
  readonly field?: string | undefined;
  readonly fields?: FieldMessages | undefined;
  readonly message?: string;
  readonly retryAfterMs?: number | undefined;
  readonly next?: number;
  /** The name of a call or an event. */
  readonly call?: string;
  /** What it comes from. Its stack goes to the page in development alone. */
  readonly cause?: unknown;
}

type Subscribed = Request & { readonly store: string };

/** One page's connection on the server, whatever the transport. */
export class Connection implements OutgoingHost, InboxHost, CallsHost {
  readonly peer: Peer;
  readonly #hub: Hub;
  readonly #wire: Wire;
  readonly #outgoing: Outgoing;
  readonly #subscriptions: Subscriptions;
  #state: ConnectionState = "greeting";
  #client: Client = { id: "" };
  /** What its page says to be told from copies of it. */
  copy: number | undefined;
  #strikes: Strikes | undefined;
  /** Most pages only listen. */
  #rates: Rates | undefined;
  readonly #inbox = new Inbox(this);
  #calls: Calls | undefined;
  /** While it is not read from it cannot be heard, and does not count as silent. */
  heardAt: number;

  constructor(hub: Hub, wire: Wire, peer: Peer) {
    this.#hub = hub;
    this.#wire = wire;
    this.peer = peer;
    this.heardAt = hub.now();
    this.#outgoing = new Outgoing(wire, hub.limits, this);
    this.#subscriptions = new Subscriptions(hub, this);
  }

  get client(): Client {
    return this.#client;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get counters(): Counters {
    return this.#hub.counters;
  }

  get limits(): HubLimits {
    return this.#hub.limits;
  }

  /** Whether its client may read the store now. */
  mayRead({ definition, key }: Authority): boolean | Promise<boolean> {
    const { client, peer } = this;
    return this.#hub.rights.mayRead({ definition, key, client, session: peer.session });
  }

  // What arrives

  /** Whatever it is, it ends nobody else's connection. */
  receive(text: string): void {
    try {
      this.#receive(text);
    } catch (error) {
      this.report(error);
      this.#strike("E_INTERNAL");
    }
  }

  #receive(text: string) {
    if (this.#state === "closed") return;
    if (!this.#inbox.isFull) this.heardAt = this.#hub.now();
    const frame = read(text, this.#hub.limits);
    if (typeof frame === "string") this.#strike(frame);
    else if (frame.type === "hello") this.#hello(frame).catch((error: unknown) => this.#failed(error));
    else if (this.#state !== "live") this.close(closeCodes.helloTimeout);
    else this.#take(frame, text.length);
  }

  #take(frame: Exclude<UpFrame, { type: "hello" }>, letters: number) {
    this.#rates ??= new Rates(this.#hub.limits);
    const waitMs = this.#rates.take(frame, this.#hub.elapsed());
    if (waitMs === Number.POSITIVE_INFINITY) this.close(closeCodes.rate);
    else if (waitMs && (frame.type === "subscribe" || frame.type === "SYNC")) this.#limit(frame, waitMs);
    // Of the others none comes again, and none costs much.
    else if (frame.type === "subscribe") this.#later(() => this.#subscribe(frame), letters);
    else if (frame.type === "unsubscribe") this.#later(() => this.#unsubscribe(frame.store), letters);
    else if (frame.type === "SYNC") this.#later(() => this.#write(frame), letters);
    else if (frame.type === "probe") this.ping();
    else if (frame.type === "pong") this.#hub.mailbox.heard(frame.heard ?? 0, this.#client.id);
    else if (waitMs) this.#called().refuse(frame, "E_RATE");
    else this.#later(() => this.#called().take(frame), letters);
  }

  #called(): Calls {
    return (this.#calls ??= new Calls(this, (frame, caller) => this.#hub.told(frame, caller)));
  }

  /** Nothing is done, and nothing is lost: the page keeps it, and it comes again. */
  #limit(frame: Extract<UpFrame, { type: "subscribe" | "SYNC" }>, retryAfterMs: number) {
    const re = frame.type === "SYNC" ? frame.n : undefined;
    this.error({ code: "E_RATE", store: frame.store, re, retryAfterMs });
  }

  /** A bad frame changes nothing; too many of them end the connection. */
  #strike(code: ErrorCode) {
    this.#strikes ??= new Strikes(this.#hub.limits);
    if (this.#strikes.areOut(this.#hub.now())) this.close(closeCodes.badMessages);
    else this.error({ code });
  }

  async #hello({ protocol, client, csrf, copy, heard, stores }: Frame<"hello">) {
    if (this.#state !== "greeting") return this.close(closeCodes.badMessages);
    if (protocol !== PROTOCOL) return this.close(closeCodes.protocol);
    this.#state = "identifying";
    let identified = await this.#hub.identify({ client, csrf }, this.peer);
    if (identified && this.#hub.isTaken(identified.client, copy))
      identified = await this.#hub.identify({ csrf }, this.peer);
    if (this.#isClosed()) return;
    if (!identified) return this.close(closeCodes.session);
    if (!this.#hub.hasPlace(identified.client, this.peer)) return this.close(closeCodes.tooMany);
    this.#client = identified.client;
    this.copy = copy;
    this.#state = "live";
    const { mailbox } = this.#hub;
    const from = this.#hub.heardBy(this.#client, heard);
    const missed = mailbox.since(from, this.#client.id);
    const { token } = identified;
    const { heartbeatMs } = this.#hub.limits;
    this.send(
      new Encoded({
        type: "welcome",
        protocol: PROTOCOL,
        client: token,
        self: this.#client,
        heartbeatMs,
        heard: from,
        lost: mailbox.hasLost(from, this.#client.id) || undefined,
      }),
    );
    // Handlers of `connect` may write letters: to a page that has its welcome.
    this.#hub.greeted(this, from);
    for (const { frame } of missed) this.send(frame);
    for (const store of stores) this.#later(() => this.#subscribe(store));
  }

  /** Who it is cannot be found out now. */
  #failed(error: unknown) {
    this.#hub.report(error);
    this.close(closeCodes.storage);
  }

  #isClosed() {
    return this.#state === "closed";
  }

  /** Takes a step when those before it are done. */
  #later(step: () => Promise<void> | undefined, letters = 0) {
    this.#inbox.take(() => (this.#state === "live" ? step() : undefined), letters);
  }

  pause(): void {
    this.heardAt = Number.POSITIVE_INFINITY;
    this.count("pauses");
    this.#wire.pause();
  }

  resume(): void {
    this.heardAt = this.#hub.now();
    this.#wire.resume();
  }

  report(error: unknown, facts?: Facts): void {
    this.#hub.report(error, { client: this.#client.id, ...facts });
  }

  /** What comes within `handlerMs`, or E_UNAVAILABLE. */
  inTime<T>(answer: Promise<T>, what: string): Promise<T> {
    return this.#hub.inTime(answer, what);
  }

  /** What an instance begins with may take its time: only what its page says to it waits for that. */
  #subscribe(frame: Subscribed): Promise<void> | undefined {
    const mounting = this.#subscriptions.mount(frame.store, frame);
    if (!mounting) return this.#open(frame);
    mounting.then(
      () => this.#later(() => this.#open(frame)),
      (error: unknown) => this.refuse(frame.store, error),
    );
    return undefined;
  }

  async #open({ store, ...request }: Subscribed) {
    try {
      // A whole state may be the answer: a page that reads slowly gets one at a time.
      await this.#outgoing.room();
      if (!this.#isClosed()) await this.#subscriptions.open(store, request);
    } catch (error) {
      this.refuse(store, error);
    }
  }

  /** A store that this page does not get, or no longer. */
  refuse(store: string, error: unknown): void {
    this.#subscriptions.end(this.#subscriptions.named(store));
    const known = error instanceof VioletError;
    if (!known) this.report(error, { store });
    const code = known ? error.code : "E_INTERNAL";
    this.error({
      code,
      store,
      field: known ? error.field : undefined,
      message: known && isOfPage(error) ? error.message : undefined,
      cause: error,
      retryAfterMs: comesAgainAfter[code],
    });
  }

  error({ message, cause, ...failure }: Failure): void {
    const code = failure.code as ErrorCode;
    const { store } = failure;
    countError(this.counters, code);
    const text = message ?? explain(code, typeof store === "string" ? { store } : {});
    const stack = code === "E_INTERNAL" ? this.#hub.stackOf(cause) : undefined;
    this.send(new Encoded({ type: "error", ...failure, message: text, stack }));
  }

  #unsubscribe(id: number): undefined {
    this.#subscriptions.end(this.#subscriptions.find(id));
  }

  #write(message: Frame<"write">): Promise<void> | undefined {
    const subscription = this.#subscriptions.find(message.store);
    if (!subscription) {
      this.error({ code: "E_FORBIDDEN", store: message.store, re: message.n });
      return undefined;
    }
    const verdicts = this.#hub.rights.judge(subscription, message.batches);
    if (!(verdicts instanceof Promise)) {
      subscription.authority.submit(message, subscription, verdicts);
      return undefined;
    }
    return verdicts.then(
      (late) => {
        if (this.#state === "live") subscription.authority.submit(message, subscription, late);
      },
      () => subscription.postpone(message.n),
    );
  }

  // What goes out: one write per turn of the event loop

  /** A control frame: it is never dropped. */
  send(frame: Encoded): void {
    if (this.#state !== "closed") this.#outgoing.send(frame);
  }

  /** A whole state. */
  answer(frame: Encoded): void {
    if (this.#state !== "closed") this.#outgoing.answer(frame);
  }

  /** A patch; false where the page reads too slowly to get it. */
  patch(frame: Encoded): boolean {
    return this.#state === "closed" || this.#outgoing.patch(frame);
  }

  wake(): void {
    this.#hub.flushLater(this);
  }

  overflowed(): void {
    this.close(closeCodes.slow);
  }

  flush(): void {
    if (this.#state !== "closed") this.#outgoing.flush();
  }

  /** Nothing flows before the welcome. */
  ping(): void {
    if (this.#state === "live") this.send(PING);
  }

  /** The page has taken nothing of what was written since so long. */
  stalledMs(now: number): number {
    return this.#outgoing.stalledMs(now);
  }

  count(what: Counted, times = 1): void {
    this.counters[what] += times;
  }

  /** Ends it; the page comes back after so many milliseconds. */
  drain(retryAfterMs: number): void {
    this.error({ code: "E_RESTART", retryAfterMs });
    this.close(closeCodes.drain);
  }

  close(code: CloseCode): void {
    if (this.#state === "closed") return;
    this.flush();
    this.#wire.close(code);
    this.closed(code);
  }

  /** The transport is gone. */
  closed(code: number): void {
    if (this.#state === "closed") return;
    const wasLive = this.#state === "live";
    this.#state = "closed";
    this.#subscriptions.endAll();
    this.#calls?.end();
    this.#hub.left(this, code, wasLive);
  }
}

/** A page that is refused for these asks again, after so many milliseconds. */
const comesAgainAfter: { readonly [code in ErrorCode]?: number } = { E_UNAVAILABLE: RETRY_MS, E_RESYNC: 0 };

/** What it says is of what the page sent, or asked for. What else is wrong with a store the page may not see. */
const isOfPage = ({ code, origin }: VioletError): boolean =>
  code === "E_LIMIT" || code === "E_UNKNOWN_CALLABLE" || (code === "E_VALIDATION" && origin === "peer");

const PING = new Encoded({ type: "ping" });
