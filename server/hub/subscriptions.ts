import { VioletError } from "../../src/errors.ts";
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
      subscription = await this.#admit(store);
      if (this.#connection.state === "closed") return this.#leave(subscription);
      this.#all = this.#all.concat(subscription);
    }
    await subscription.open(request);
  }

  async #admit(store: string): Promise<Subscription> {
    if (this.#all.length >= this.#hub.limits.storesPerSocket)
      throw new VioletError("E_LIMIT", { name: "stores per socket" });
    const { client, peer } = this.#connection;
    return new Subscription(await this.#hub.admit(parseName(store), client, peer.session), this.#connection);
  }

  end(subscription: Subscription | undefined): void {
    if (!subscription) return;
    this.#all = this.#all.filter((each) => each !== subscription);
    this.#leave(subscription);
  }

  endAll(): void {
    for (const subscription of this.#all) this.#leave(subscription);
    this.#all = NONE;
  }

  #leave(subscription: Subscription) {
    subscription.close();
    this.#hub.leave(subscription.authority, this.#connection.peer.session);
  }
}
