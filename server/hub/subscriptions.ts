import { fail } from "../../src/errors.ts";
import type { JsonObject } from "../../src/state/json.ts";
import { parseInstance } from "../../src/state/live.ts";
import type { Authority } from "./authority.ts";
import type { Connection } from "./connection.ts";
import type { Hub } from "./hub.ts";
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

  /** Answers a page that asks for a store, for the first time or again. Rejects where it does not get it. */
  async open(store: string, request: Request): Promise<void> {
    let subscription = this.named(store);
    if (!subscription) {
      subscription = new Subscription(await this.#admit(store, request), this.#connection);
      if (this.#connection.state === "closed") return this.#leave(subscription);
      this.#all = this.#all.concat(subscription);
    }
    await subscription.open(request);
  }

  #admit(store: string, { params = {} }: Request): Promise<Authority> {
    const { limits } = this.#hub;
    const { client, peer } = this.#connection;
    const instance = parseInstance(store);
    const isFull = (limit: number) =>
      this.#all.filter(({ authority }) => isLive(authority) === !!instance).length >= limit;
    if (instance) {
      if (isFull(limits.componentsPerSocket)) fail("E_LIMIT", { name: "live components per socket" });
      return this.#hub.mount(instance, { client, session: peer.session, params: params as JsonObject });
    }
    if (isFull(limits.storesPerSocket)) fail("E_LIMIT", { name: "stores per socket" });
    return this.#hub.admit(parseName(store), client, peer.session);
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
  #leave(subscription: Subscription, isOver = false) {
    const { client, peer } = this.#connection;
    subscription.close();
    this.#hub.leave(subscription.authority, { client, session: peer.session }, isOver);
  }
}

const isLive = ({ definition }: Authority): boolean => definition.scope === "live";
