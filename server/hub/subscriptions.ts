import { fail } from "../../src/errors.ts";
import type { JsonObject } from "../../src/state/json.ts";
import { parseInstance } from "../../src/state/live.ts";
import type { Authority } from "./authority.ts";
import type { Connection } from "./connection.ts";
import type { Hub, InstanceName } from "./hub.ts";
import { parseName } from "./stores.ts";
import { type Request, Subscription } from "./subscription.ts";

/** Shared by all that have none. */
const NONE: readonly never[] = [];

/** The stores that one page has. */
export class Subscriptions {
  readonly #hub: Hub;
  readonly #connection: Connection;
  /** Few, in a list: a map for each connection would cost more than it finds faster. */
  #all: readonly Subscription[] = NONE;
  /** The instances that are on their way, by their names. */
  #mounting: Map<string, Promise<void>> | undefined;

  constructor(hub: Hub, connection: Connection) {
    this.#hub = hub;
    this.#connection = connection;
  }

  /** By the number of its store. */
  find(id: number): Subscription | undefined {
    return this.#all.find(({ authority }) => authority.id === id);
  }

  /** By the name of its store. */
  named(store: string): Subscription | undefined {
    return this.#all.find(({ authority }) => authority.name === store);
  }

  /** Undefined: nothing is to be waited for before `open`. Rejects where the page does not get the instance. */
  mount(store: string, { params = {} }: Request): Promise<void> | undefined {
    const name = parseInstance(store);
    if (!name || this.named(store)) return undefined;
    const known = this.#mounting?.get(store);
    if (known) return known;
    const mounting = this.#mount(name, params as JsonObject).finally(() => {
      this.#mounting?.delete(store);
      if (!this.#mounting?.size) this.#mounting = undefined;
    });
    (this.#mounting ??= new Map()).set(store, mounting);
    return mounting;
  }

  async #mount(name: InstanceName, params: JsonObject): Promise<void> {
    const { client, peer } = this.#connection;
    const mounted = this.#all.filter(({ authority }) => isLive(authority)).length;
    if (mounted + (this.#mounting?.size ?? 0) >= this.#hub.limits.componentsPerSocket)
      fail("E_LIMIT", { name: "live components per socket" });
    this.#add(await this.#hub.mount(name, { client, session: peer.session, params }));
  }

  /** Undefined: its page has gone meanwhile. */
  #add(authority: Authority): Subscription | undefined {
    const subscription = new Subscription(authority, this.#connection);
    if (this.#connection.state === "closed") return this.#leave(subscription);
    this.#all = this.#all.concat(subscription);
    return subscription;
  }

  /** Answers a page that asks for a store, for the first time or again. Rejects where it does not get it. */
  async open(store: string, request: Request): Promise<void> {
    const subscription = this.named(store) ?? (await this.#admit(store, request));
    await subscription?.open(request);
  }

  async #admit(store: string, request: Request): Promise<Subscription | undefined> {
    // One that was mounted may have ended since.
    const mounting = this.mount(store, request);
    if (mounting) return mounting.then(() => this.named(store));
    const { client, peer } = this.#connection;
    const stores = this.#all.filter(({ authority }) => !isLive(authority)).length;
    if (stores >= this.#hub.limits.storesPerSocket) fail("E_LIMIT", { name: "stores per socket" });
    return this.#add(await this.#hub.admit(parseName(store), client, peer.session));
  }

  end(subscription: Subscription | undefined): void {
    if (!subscription) return;
    this.#all = this.#all.filter((each) => each !== subscription);
    this.#leave(subscription, true);
  }

  endAll(): void {
    for (const subscription of this.#all) this.#leave(subscription);
    this.#all = NONE;
  }

  /** `isOver`: the page does not want it any more. */
  #leave(subscription: Subscription, isOver = false): undefined {
    const { client, peer } = this.#connection;
    subscription.close();
    this.#hub.leave(subscription.authority, { client, session: peer.session }, isOver);
  }
}

const isLive = ({ definition }: Authority): boolean => definition.scope === "live";
