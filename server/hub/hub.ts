import { randomBytes } from "node:crypto";
import { fail } from "../../src/errors.ts";
import {
  type Change,
  type Client,
  type Definition,
  definitions,
  wireName,
} from "../../src/state/definition.ts";
import { refusalOf } from "../../src/state/struct.ts";
import { closeCodes } from "../../src/wire/close-codes.ts";
import type { Frame } from "../../src/wire/frames.ts";
import { mayRead, mayWrite } from "../access.ts";
import type { Backend, StoredState } from "../backends/backend.ts";
import type { Limits } from "../limits.ts";
import { Authority, type Verdict } from "./authority.ts";
import { Connection, type Peer, type Wire } from "./connection.ts";
import { Identities } from "./identities.ts";
import type { Subscription } from "./subscription.ts";
import { type HubTime, realTime } from "./time.ts";
import { Wheel } from "./wheel.ts";

export interface HubLimits extends Limits {
  readonly heartbeatMs: number;
  readonly deadAfterMs: number;
}

export interface HubOptions {
  readonly backend: Backend;
  readonly limits: HubLimits;
  /** What holds for a store without a rule. Default "allow". */
  readonly stores?: "allow" | "deny";
  /** Checks what a hello claims for this session; undefined: refused. */
  identify(claim: Claim, session: unknown): Identified | undefined | Promise<Identified | undefined>;
  /** Runs a life-cycle handler in the app's scope. */
  emit(event: "connect" | "disconnect", client: Client): void;
  /** Runs `fn` in the scope of the app and of this client. */
  within<T>(client: Client | undefined, fn: () => T): T;
  /** The client of the running scope. */
  self?(): Client | undefined;
  report(error: unknown): void;
  readonly time?: HubTime;
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

const SERVER: Client = { id: "server" };

/** After these a page does not come back to its identity: it, or this process, is gone. */
const ENDS: ReadonlySet<number> = new Set([closeCodes.bye, closeCodes.restart, closeCodes.drain]);

/** When a server goes, its pages come back spread over so many milliseconds for each of them, and over a second at least. */
const RETURN_MS = 1;
const MIN_RETURN_MS = 1000;

/** What happened since the start. */
export interface Counters {
  /** Subscriptions answered with what was missed alone. */
  resumes: number;
  /** Subscriptions answered with the whole state. */
  snapshots: number;
  connections: number;
}

/** The loaded stores and the connections of one app. It knows no transport. */
export class Hub {
  readonly limits: HubLimits;
  readonly counters: Counters = { resumes: 0, snapshots: 0, connections: 0 };
  readonly #options: HubOptions;
  readonly #authorities = new Map<string, Authority>();
  readonly #loading = new Map<string, Promise<Authority>>();
  readonly #connections = new Set<Connection>();
  readonly #identities: Identities;
  readonly #wheel: Wheel;
  readonly #time: HubTime;
  readonly #epoch = randomBytes(6).toString("base64url");
  #nextId = 1;
  #dirty: Connection[] = [];

  constructor(options: HubOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.#time = options.time ?? realTime;
    const { graceMs, heartbeatMs } = options.limits;
    this.#identities = new Identities(graceMs, (event, client) => options.emit(event, client));
    this.#wheel = new Wheel(heartbeatMs, this.#time, {
      beat: (connection) => connection.ping(),
      turn: () => this.#turn(),
    });
  }

  /** Milliseconds since the start, by the turns of the wheel. */
  now(): number {
    return this.#wheel.now;
  }

  report(error: unknown): void {
    this.#options.report(error);
  }

  // Stores

  find(definition: Definition, key: string | undefined): Authority | undefined {
    const authority = this.#authorities.get(wireName(definition, key));
    if (authority) authority.usedAt = this.#time.now();
    return authority;
  }

  /** The stores that are loaded. */
  stores(): Iterable<Authority> {
    return this.#authorities.values();
  }

  /** The store, loaded. Two calls at once load it once. Rejects with E_STATE_INVALID and E_UNAVAILABLE. */
  open(definition: Definition, key: string | undefined): Promise<Authority> {
    const name = wireName(definition, key);
    const known = this.find(definition, key);
    if (known) return Promise.resolve(known);
    const loading = this.#loading.get(name) ?? this.#load(definition, key, name);
    this.#loading.set(name, loading);
    return loading.finally(() => this.#loading.delete(name));
  }

  async #load(definition: Definition, key: string | undefined, name: string): Promise<Authority> {
    const { backend, limits } = this.#options;
    const stored = migrated(definition, await backend.load(name));
    const authority = new Authority(definition, key, {
      backend,
      stored,
      limits,
      id: this.#nextId++,
      epoch: this.#epoch,
      now: () => this.#time.now(),
      self: () => this.#options.self?.() ?? SERVER,
      report: (error) => this.report(error),
    });
    checkState(authority, stored);
    this.#authorities.set(name, authority);
    return authority;
  }

  /** Loads all plain shared stores. */
  async ready(): Promise<void> {
    const plain = [...definitions.values()].filter(({ scope, keys }) => scope === "shared" && !keys);
    await Promise.all(plain.map((definition) => this.open(definition, undefined)));
  }

  /** The store of a wire name, for a client that may read it. Unknown and forbidden are the same error. */
  async admit(name: string, client: Client, session: unknown): Promise<Authority> {
    const { definition, key } = parseName(name);
    const { stores = "allow", within } = this.#options;
    const allowed = await within(client, () => mayRead({ definition, key, client, session, stores }));
    if (!allowed) fail("E_FORBIDDEN", { store: name });
    return this.open(definition, key);
  }

  /** Whether each batch may be written; at once, where no rule takes time. */
  judge(subscription: Subscription, batches: Frame<"write">["batches"]): Verdict[] | Promise<Verdict[]> {
    return together(batches.map((batch) => this.#judge(subscription, batch)));
  }

  /** A rule that throws allows nothing. */
  #judge({ authority, client }: Subscription, batch: Frame<"write">["batches"][number]) {
    const changes: Change[] = Array.isArray(batch)
      ? batch.map(([kind, path]) => ({ via: "write", kind, path }))
      : [{ via: "action", action: batch.action }];
    const ask = (change: Change) =>
      this.#options.within(client, () => mayWrite(authority.definition, client, change));
    try {
      const answers = together(changes.map(ask));
      if (!(answers instanceof Promise)) return verdictOf(answers);
      return answers.then(verdictOf, (error: unknown) => this.#fault(error));
    } catch (error) {
      return this.#fault(error);
    }
  }

  #fault(error: unknown): Verdict {
    this.report(error);
    return "E_INTERNAL";
  }

  // Connections

  connect(wire: Wire, peer: Peer): Connection {
    const connection = new Connection(this, wire, peer);
    this.#connections.add(connection);
    this.#wheel.add(connection);
    this.counters.connections++;
    return connection;
  }

  identify(claim: Claim, { session }: Peer) {
    return this.#options.identify(claim, session);
  }

  /** Whether this client is another copy of the page: a duplicated tab brings the same tokens. */
  isTaken(client: Client, copy: number | undefined): boolean {
    return this.#identities.isTaken(client, copy);
  }

  greeted(connection: Connection): void {
    this.#identities.arrive(connection);
  }

  left(connection: Connection, code: number, wasLive: boolean): void {
    this.#connections.delete(connection);
    this.#wheel.delete(connection);
    if (wasLive) this.#identities.leave(connection, ENDS.has(code), this.now());
  }

  /** The clients whose link stands. */
  clients(): Client[] {
    return this.#identities.connected();
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
    // A room that nobody uses goes; what was written to it stays with the backend.
    for (const [name, authority] of this.#authorities)
      if (this.#isIdle(authority)) this.#authorities.delete(name);
  }

  #watch(connection: Connection, now: number) {
    const { helloMs, deadAfterMs, stalledMs } = this.limits;
    const silentMs = now - connection.heardAt;
    if (connection.state === "greeting" && silentMs > helloMs) connection.close(closeCodes.helloTimeout);
    else if (silentMs > deadAfterMs) connection.close(closeCodes.heartbeat);
    else if (connection.stalledMs(now) > stalledMs) connection.close(closeCodes.slow);
  }

  #isIdle({ key, subscriptions, pending, usedAt, isWatched }: Authority) {
    const isUsed = key === undefined || subscriptions.size > 0 || pending > 0 || isWatched;
    return !isUsed && this.#time.now() - usedAt > this.limits.idleRoomMs;
  }

  /** Sends all pages away, and waits for what is being committed. */
  async close(): Promise<void> {
    this.#wheel.stop();
    const spreadMs = Math.max(this.#connections.size * RETURN_MS, MIN_RETURN_MS);
    for (const connection of this.#connections) connection.drain(Math.floor(this.#time.random() * spreadMs));
    await Promise.allSettled([...this.#authorities.values()].map((authority) => authority.settled()));
    await this.#options.backend.close();
  }
}

/** Answers of which some may be waited for: one promise, if any has to be. */
const together = <T>(answers: readonly (T | Promise<T>)[]): T[] | Promise<T[]> =>
  answers.some((answer) => answer instanceof Promise)
    ? Promise.all(answers.map(async (answer) => answer))
    : (answers as T[]);

const verdictOf = (answers: readonly unknown[]): Verdict =>
  answers.every(Boolean) ? undefined : "E_FORBIDDEN";

function parseName(name: string): { definition: Definition; key: string | undefined } {
  const slash = name.indexOf("/");
  const definition = definitions.get(slash < 0 ? name : name.slice(0, slash));
  const key = slash < 0 ? undefined : name.slice(slash + 1);
  const fits =
    definition?.scope === "shared" && (definition.keys ? definition.keys.is(key) : key === undefined);
  if (fits) return { definition, key };
  return fail("E_FORBIDDEN", { store: name }, { origin: "peer" });
}

function migrated(definition: Definition, stored: StoredState | undefined): StoredState | undefined {
  if (!stored || stored.schema === definition.version || !definition.migrate) return stored;
  return {
    ...stored,
    value: definition.migrate(stored.value, stored.schema) as StoredState["value"],
    schema: definition.version,
  };
}

/** A stored state that its struct refuses stops its store, and is never overwritten. */
function checkState({ definition, name, tree, boxed }: Authority, stored: StoredState | undefined) {
  const refusal = definition.struct && refusalOf(definition.struct, boxed ? tree.root.value : tree.root);
  if (refusal) fail(stored ? "E_STATE_INVALID" : "E_VALIDATION", { store: name, ...refusal });
}
