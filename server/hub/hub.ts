import { fail } from "../../src/errors.ts";
import { type Client, type Definition, wireName } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";
import { closeCodes } from "../../src/wire/close-codes.ts";
import type { Frame } from "../../src/wire/frames.ts";
import type { Backend } from "../backends/backend.ts";
import { inTime } from "../deadline.ts";
import type { Limits } from "../limits.ts";
import type { Facts } from "../logger.ts";
import type { Session } from "../session.ts";
import type { Authority } from "./authority.ts";
import { Connection } from "./connection.ts";
import { type Counters, countClose, newCounters } from "./counters.ts";
import { Identities } from "./identities.ts";
import { type Contents, Mailbox } from "./mailbox.ts";
import { Rights } from "./rights.ts";
import { Sessions } from "./sessions.ts";
import { type StoreName, Stores } from "./stores.ts";
import { type HubTime, realTime } from "./time.ts";
import { Wheel } from "./wheel.ts";
import type { Peer, Wire } from "./wire.ts";

export interface HubLimits extends Limits {
  readonly heartbeatMs: number;
  readonly deadAfterMs: number;
}

/** Where the instances of live components are. */
export interface LiveStores {
  /** The instance of this client, made where there is none. Rejects with what is wrong with it. */
  open(name: InstanceName, owner: Owner): Promise<Authority>;
  /** The link of its page is lost. */
  left(authority: Authority): void;
  /** Its element is gone. */
  end(authority: Authority): void;
  /** Its page is gone. */
  endClient(client: Client): void;
  /** The app is closed: resolves when what they hold is stored. */
  close(): Promise<void>;
  /** Once a second: those that nobody came for go. */
  expire(): void;
}

export interface InstanceName {
  readonly component: string;
  readonly key: string;
}

/** Whose an instance is, and what it was given. */
export interface Owner {
  readonly client: Client;
  readonly session: unknown;
  readonly params: JsonObject;
}

export interface HubOptions {
  readonly backend: Backend;
  readonly limits: HubLimits;
  /** What holds for a store without a rule. Default "allow". */
  readonly stores?: "allow" | "deny";
  /** Checks what a hello claims for this session; undefined: refused. */
  identify(claim: Claim, peer: Peer): Identified | undefined | Promise<Identified | undefined>;
  /** Runs a life-cycle handler in the app's scope. */
  emit(event: "connect" | "disconnect", client: Client): void;
  /** Runs `fn` in the scope of the app and of this client. */
  within<T>(client: Client | undefined, fn: () => T): T;
  /** The client of the running scope. */
  self?(): Client | undefined;
  /**
   * A page calls a realtime function, or tells an event. Throws what is wrong with it; a promise is there while it is
   * being done.
   */
  told?(frame: Told, caller: Caller): Promise<void> | undefined;
  readonly live?: LiveStores;
  report(error: unknown, facts?: Facts): void;
  /** In development: a page is told where its E_INTERNAL comes from. Default: never. */
  readonly tellsStacks?: boolean;
  readonly time?: HubTime;
}

/** What a page tells without waiting for an answer. */
export type Told = Frame<"call"> | Frame<"event">;

/** The page that does. */
export interface Caller {
  readonly client: Client;
  readonly session: Session;
  /** Aborts when the page is gone. */
  readonly signal: AbortSignal;
}

export interface Claim {
  readonly client?: string | undefined;
  readonly csrf?: string | undefined;
}

/** A client, and the signed token it comes back with. */
export interface Identified {
  readonly client: Client;
  readonly token: string;
}

/** After these a page does not come back to its identity: it, its session, or this process, is gone. */
const ENDS: ReadonlySet<number> = new Set([
  closeCodes.bye,
  closeCodes.restart,
  closeCodes.drain,
  closeCodes.revoked,
]);

/** When a server goes, its pages come back spread over so many milliseconds for each of them, and over a second at least. */
const RETURN_MS = 1;
const MIN_RETURN_MS = 1000;

/** The loaded stores and the connections of one app. It knows no transport. */
export class Hub {
  readonly limits: HubLimits;
  readonly counters: Counters = newCounters();
  readonly rights: Rights;
  readonly #options: HubOptions;
  readonly #stores: Stores;
  readonly #connections = new Set<Connection>();
  readonly #identities: Identities;
  readonly mailbox: Mailbox;
  readonly #sessions: Sessions;
  readonly #wheel: Wheel;
  readonly #time: HubTime;
  #dirty: Connection[] = [];
  #lastStoreId = 0;

  constructor(options: HubOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.#time = options.time ?? realTime;
    const time = this.#time;
    const { graceMs, heartbeatMs, deadAfterMs, handlerMs } = options.limits;
    this.#stores = new Stores({ ...options, time, nextId: () => this.nextStoreId() });
    this.rights = new Rights({ stores: "allow", ...options, handlerMs, time });
    this.mailbox = new Mailbox(time.now(), graceMs + deadAfterMs);
    this.#identities = new Identities(graceMs, (event, client) => {
      if (event === "disconnect") {
        this.mailbox.forget(client.id);
        options.live?.endClient(client);
      }
      options.emit(event, client);
    });
    this.#sessions = new Sessions(options.limits, (room) => this.#stores.isUnused(room));
    this.#wheel = new Wheel(heartbeatMs, this.#time, {
      beat: (connection) => connection.ping(),
      turn: () => this.#turn(),
    });
  }

  /** Milliseconds since the start, by the turns of the wheel. */
  now(): number {
    return this.#wheel.now;
  }

  /** Milliseconds, to the part of one, by a clock that nobody sets. */
  elapsed(): number {
    return this.#time.elapsed();
  }

  report(error: unknown, facts?: Facts): void {
    this.#options.report(error, facts);
  }

  /** What a page is told of the server's own code: nothing, but in development. */
  stackOf(error: unknown): string | undefined {
    return this.#options.tellsStacks && error instanceof Error ? error.stack : undefined;
  }

  // Stores

  find(definition: Definition, key: string | undefined): Authority | undefined {
    return this.#stores.find(definition, key);
  }

  /** The stores that are loaded. */
  stores(): Iterable<Authority> {
    return this.#stores;
  }

  /** The store, loaded. Rejects with E_STATE_INVALID and E_UNAVAILABLE. */
  open(definition: Definition, key: string | undefined): Promise<Authority> {
    return this.#stores.open(definition, key);
  }

  /** Loads all plain shared stores. */
  ready(): Promise<void> {
    return this.#stores.ready();
  }

  /** A store, for a client that may read it: asked before it is loaded. Rejects with E_FORBIDDEN and E_LIMIT. */
  async admit({ definition, key }: StoreName, client: Client, session: Session): Promise<Authority> {
    const name = wireName(definition, key);
    if (!(await this.rights.mayRead({ definition, key, client, session })))
      fail("E_FORBIDDEN", { store: name });
    if (key === undefined) return this.open(definition, key);
    if (!this.#sessions.enter(session.id, name)) fail("E_LIMIT", { name: "rooms per session" });
    try {
      return await this.open(definition, key);
    } catch (error) {
      this.#sessions.leave(session.id, name);
      throw error;
    }
  }

  /** A number for a store of this process. */
  nextStoreId(): number {
    return ++this.#lastStoreId;
  }

  /** An instance of a live component, for its client. Rejects with E_UNKNOWN_CALLABLE, E_VALIDATION. */
  mount(name: InstanceName, owner: Owner): Promise<Authority> {
    const { live } = this.#options;
    return live ? live.open(name, owner) : fail("E_UNKNOWN_CALLABLE", { name: name.component });
  }

  /** The other end of `admit` and `mount`: its link is lost, or (`isOver`) the page does not want it any more. */
  leave(
    authority: Authority,
    { client, session }: Omit<Owner, "params"> & { session: Session },
    isOver: boolean,
  ): void {
    const { definition, name, key } = authority;
    if (definition.scope === "live") {
      if (isOver || !this.isKnown(client)) this.#options.live?.end(authority);
      else this.#options.live?.left(authority);
    } else if (key !== undefined) this.#sessions.leave(session.id, name);
  }

  // Connections

  connect(wire: Wire, peer: Peer): Connection {
    const connection = new Connection(this, wire, peer);
    this.#connections.add(connection);
    this.#wheel.add(connection);
    this.counters.connections++;
    return connection;
  }

  identify(claim: Claim, peer: Peer) {
    const identified = this.#options.identify(claim, peer);
    return identified instanceof Promise ? this.inTime(identified, "Identifying a client") : identified;
  }

  /** What comes within `handlerMs`, or E_UNAVAILABLE. */
  inTime<T>(answer: Promise<T>, what: string): Promise<T> {
    return inTime(answer, { what, ...this.limits, time: this.#time });
  }

  /** Whether this client is another copy of the page: a duplicated tab brings the same tokens. */
  isTaken(client: Client, copy: number | undefined): boolean {
    return this.#identities.isTaken(client, copy);
  }

  /** Whether its session may have this connection as well. A page's new one takes the place of its old one. */
  hasPlace(client: Client, { session }: Peer): boolean {
    return this.#identities.isConnected(client) || this.#sessions.mayConnect(session.id);
  }

  /** `from`: the letters above this number are for it. */
  greeted(connection: Connection, from: number): void {
    this.#sessions.connected(connection.peer.session.id);
    this.#identities.arrive(connection, from);
  }

  left(connection: Connection, code: number, wasLive: boolean): void {
    countClose(this.counters, code);
    this.#connections.delete(connection);
    this.#wheel.delete(connection);
    if (!wasLive) return;
    this.#sessions.disconnected(connection.peer.session.id);
    this.#identities.leave(connection, ENDS.has(code), this.now());
  }

  /** Ends the connections of a session, whatever their state. They are asked all: that costs less than to keep a list. */
  endSession(id: string): void {
    for (const connection of this.#connections)
      if (connection.peer.session.id === id) connection.close(closeCodes.revoked);
  }

  /** The clients whose link stands. */
  clients(): Client[] {
    return this.#identities.connected();
  }

  // Calls and events

  /** Sends a call or an event to the pages of these clients, or to all. */
  post(contents: Contents, to?: readonly string[]): void {
    const known = to?.filter((id) => this.#identities.isKnown(id));
    const frame = this.mailbox.write(contents, known, this.#time.now());
    if (known) for (const id of known) this.#identities.connectionOf(id)?.send(frame);
    else for (const { id } of this.clients()) this.#identities.connectionOf(id)?.send(frame);
  }

  told(frame: Told, caller: Caller): Promise<void> | undefined {
    return this.#options.told?.(frame, caller);
  }

  /** Whether this process knows the client, and so what it has missed. */
  isKnown({ id }: Client): boolean {
    return this.#identities.isKnown(id);
  }

  /** The letters above this number are for the client that heard these last: who is new has missed nothing. */
  heardBy({ id }: Client, heard: number | undefined): number {
    const from = this.#identities.fromOf(id);
    // It may not have heard its welcome.
    return from === undefined ? this.mailbox.last : (heard ?? from);
  }

  flushLater(connection: Connection): void {
    if (this.#dirty.push(connection) === 1) this.#time.soon(() => this.#flush());
  }

  #flush() {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const connection of dirty) connection.flush();
  }

  /** Once a second: what ends by time. */
  #turn() {
    const now = this.now();
    this.#identities.expire(now);
    for (const connection of this.#connections) this.#watch(connection, now);
    this.#stores.dropIdle();
    this.mailbox.expire(this.#time.now());
    this.#options.live?.expire();
    this.#sessions.expire();
  }

  #watch(connection: Connection, now: number) {
    const { helloMs, deadAfterMs, stalledMs } = this.limits;
    const silentMs = now - connection.heardAt;
    if (connection.state === "greeting" && silentMs > helloMs) connection.close(closeCodes.helloTimeout);
    else if (silentMs > deadAfterMs) connection.close(closeCodes.heartbeat);
    else if (connection.stalledMs(now) > stalledMs) connection.close(closeCodes.slow);
  }

  /** Sends all pages away, and waits for what is being committed. */
  async close(): Promise<void> {
    this.#wheel.stop();
    const spreadMs = Math.max(this.#connections.size * RETURN_MS, MIN_RETURN_MS);
    // Pages find them again in the next process: that they are sent away does not end these.
    const closing = this.#options.live?.close();
    for (const connection of this.#connections) connection.drain(Math.floor(this.#time.random() * spreadMs));
    await Promise.all([closing, this.#stores.settled()]);
    await this.#options.backend.close();
  }
}
