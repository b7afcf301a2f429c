import { type ErrorCode, VioletError } from "../../src/errors.ts";
import type { Client } from "../../src/state/definition.ts";
import { type CloseCode, closeCodes } from "../../src/wire/close-codes.ts";
import type { Frame, UpFrame } from "../../src/wire/frames.ts";
import { PROTOCOL } from "../../src/wire/protocol.ts";
import type { Verdict } from "./authority.ts";
import { Encoded, type Framer } from "./encoded.ts";
import type { Hub } from "./hub.ts";
import { Outgoing, type OutgoingHost } from "./outgoing.ts";
import { read } from "./reading.ts";
import { type Request, Subscription } from "./subscription.ts";

/** What a transport adapter gives for each connection. */
export interface Wire {
  readonly framer: Framer;
  /** Bytes that were written and not yet taken by the network. */
  readonly backlogBytes: number;
  /** One write. */
  write(frames: readonly Uint8Array[]): void;
  close(code: CloseCode): void;
}

/** Who stands behind a connection, as the upgrade request said. */
export interface Peer {
  readonly session: unknown;
  readonly address: string;
}

/** greeting: hello is awaited · identifying: it is checked · live · closed. */
type ConnectionState = "greeting" | "identifying" | "live" | "closed";

/** Steps that wait for the one before them: a page has at most a message and a subscription for each store. */
const MAX_STEPS = 256;

const RETRY_MS = 1000;

/** One page's connection on the server, whatever the transport. */
export class Connection implements OutgoingHost {
  readonly peer: Peer;
  readonly #hub: Hub;
  readonly #wire: Wire;
  readonly #outgoing: Outgoing;
  readonly #subscriptions = new Map<string, Subscription>();
  #state: ConnectionState = "greeting";
  #client: Client = { id: "" };
  /** What its page says to be told from copies of it. */
  copy: number | undefined;
  #strikes: number[] = [];
  /** The last step that is under way; steps are taken in the order in which they came. */
  #turn: Promise<void> | undefined;
  #steps = 0;
  heardAt: number;

  constructor(hub: Hub, wire: Wire, peer: Peer) {
    this.#hub = hub;
    this.#wire = wire;
    this.peer = peer;
    this.heardAt = hub.now();
    this.#outgoing = new Outgoing(wire, hub.limits, this);
  }

  get client(): Client {
    return this.#client;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  // What arrives

  receive(text: string): void {
    if (this.#state === "closed") return;
    this.heardAt = this.#hub.now();
    const frame = read(text, this.#hub.limits);
    if (typeof frame === "string") this.#strike(frame);
    else if (frame.type === "hello") this.#hello(frame).catch((error: unknown) => this.#failed(error));
    else if (this.#state !== "live") this.close(closeCodes.helloTimeout);
    else this.#take(frame);
  }

  #take(frame: Exclude<UpFrame, { type: "hello" }>) {
    if (frame.type === "subscribe") this.#later(() => this.#subscribe(frame));
    else if (frame.type === "unsubscribe") this.#later(() => this.#unsubscribe(frame.store));
    else if (frame.type === "SYNC") this.#later(() => this.#write(frame));
    else if (frame.type === "probe") this.ping();
  }

  /** A bad frame changes nothing; too many of them end the connection. */
  #strike(code: ErrorCode) {
    const now = this.#hub.now();
    const { strikes, strikesMs } = this.#hub.limits;
    this.#strikes = this.#strikes.filter((at) => now - at < strikesMs);
    if (this.#strikes.push(now) >= strikes) this.close(closeCodes.badMessages);
    else this.#error({ code });
  }

  async #hello({ protocol, client, csrf, copy, stores }: Frame<"hello">) {
    if (this.#state !== "greeting") return this.close(closeCodes.badMessages);
    if (protocol !== PROTOCOL) return this.close(closeCodes.protocol);
    this.#state = "identifying";
    let identified = await this.#hub.identify({ client, csrf }, this.peer);
    if (identified && this.#hub.isTaken(identified.client, copy))
      identified = await this.#hub.identify({ csrf }, this.peer);
    if (this.#isClosed()) return;
    if (!identified) return this.close(closeCodes.session);
    this.#client = identified.client;
    this.copy = copy;
    this.#state = "live";
    this.#hub.greeted(this);
    const { token } = identified;
    const { heartbeatMs } = this.#hub.limits;
    this.send(
      new Encoded({ type: "welcome", protocol: PROTOCOL, client: token, self: this.#client, heartbeatMs }),
    );
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

  /** Takes a step after those before it; at once, when none of them waits for anything. */
  #later(step: () => Promise<void> | undefined) {
    const run = () => (this.#state === "live" ? step() : undefined);
    if (this.#steps >= MAX_STEPS) return this.close(closeCodes.rate);
    const turn = this.#turn ? this.#turn.then(run) : run();
    if (!turn) return;
    this.#steps++;
    const settled: Promise<void> = turn
      .catch((error: unknown) => this.#hub.report(error))
      .then(() => {
        this.#steps--;
        if (this.#turn === settled) this.#turn = undefined;
      });
    this.#turn = settled;
  }

  async #subscribe({ store, ...request }: Request & { readonly store: string }) {
    try {
      const subscription = this.#subscriptions.get(store) ?? (await this.#admit(store));
      if (this.#isClosed()) return;
      this.#subscriptions.set(store, subscription);
      await subscription.open(request);
    } catch (error) {
      this.refuse(store, error);
    }
  }

  async #admit(store: string): Promise<Subscription> {
    if (this.#subscriptions.size >= this.#hub.limits.storesPerSocket)
      throw new VioletError("E_LIMIT", { name: "stores per socket" });
    return new Subscription(await this.#hub.admit(store, this.#client, this.peer.session), this);
  }

  /** A store that this page does not get, or no longer. */
  refuse(store: string, error: unknown): void {
    this.#subscriptions.get(store)?.close();
    this.#subscriptions.delete(store);
    const known = error instanceof VioletError;
    if (!known) this.#hub.report(error);
    const code = known ? error.code : "E_INTERNAL";
    this.#error({ code, store, ...(code === "E_UNAVAILABLE" && { retryAfterMs: RETRY_MS }) });
  }

  #error({ code, ...about }: { code: ErrorCode; store?: string; retryAfterMs?: number }) {
    const { message } = new VioletError(code, about.store === undefined ? {} : { store: about.store });
    this.send(new Encoded({ type: "error", ...about, code, message }));
  }

  #unsubscribe(id: number): undefined {
    const subscription = this.#find(id);
    if (!subscription) return;
    this.#subscriptions.delete(subscription.authority.name);
    subscription.close();
  }

  #find(id: number) {
    for (const subscription of this.#subscriptions.values())
      if (subscription.authority.id === id) return subscription;
    return undefined;
  }

  #write(message: Frame<"write">): Promise<void> | undefined {
    const subscription = this.#find(message.store);
    if (!subscription) {
      this.#error({ code: "E_FORBIDDEN" });
      return undefined;
    }
    const submit = (verdicts: readonly Verdict[]) => {
      if (this.#state === "live") subscription.authority.submit(message, subscription, verdicts);
    };
    const verdicts = this.#hub.judge(subscription, message.batches);
    if (verdicts instanceof Promise) return verdicts.then(submit);
    submit(verdicts);
    return undefined;
  }

  // What goes out: one write per turn of the event loop

  /** A control frame: it is never dropped. */
  send(frame: Encoded): void {
    if (this.#state !== "closed") this.#outgoing.send(frame);
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

  count(what: "resumes" | "snapshots"): void {
    this.#hub.counters[what]++;
  }

  /** Ends it; the page comes back after so many milliseconds. */
  drain(retryAfterMs: number): void {
    const { message } = new VioletError("E_RESTART");
    this.send(new Encoded({ type: "error", code: "E_RESTART", message, retryAfterMs }));
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
    for (const subscription of this.#subscriptions.values()) subscription.close();
    this.#subscriptions.clear();
    this.#hub.left(this, code, wasLive);
  }
}

const PING = new Encoded({ type: "ping" });
