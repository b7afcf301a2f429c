/** One browser of the model: a real Runtime whose reports are written down. */
import type { VioletError } from "../../src/errors.ts";
import { Runtime } from "../../src/runtime.ts";
import type { Call } from "../../src/state/core.ts";
import type { Client, Definition } from "../../src/state/definition.ts";
import type { Op } from "../../src/state/ops.ts";
import type { Replica } from "../../src/state/replica.ts";
import type { TestClock } from "../../testing/clock.ts";
import { Account } from "./account.ts";
import { SimNetwork } from "./network.ts";

type Heard = Parameters<Runtime["received"]>[0];

export class Browser extends Runtime {
  readonly network: SimNetwork;
  readonly self: Client;
  readonly #accounts = new Map<string, Account>();
  overflows = 0;
  #heard: Heard | undefined;

  constructor(name: string, clock: TestClock) {
    const network = new SimNetwork();
    const self = { id: name };
    const reconnect = { tellAfter: 5, backoffMs: [50, 100, 200] };
    super({
      origin: "http://sim",
      clock,
      transport: network.transport,
      payload: { client: name, self, reconnect },
    });
    this.network = network;
    this.self = self;
  }

  replica(definition: Definition): Replica {
    return this.resolve(definition, undefined) as Replica;
  }

  account({ name, boxed }: Pick<Replica, "name" | "boxed">): Account {
    const account = this.#accounts.get(name) ?? new Account(`${this.self.id}'s ${name}`, boxed);
    this.#accounts.set(name, account);
    return account;
  }

  accounts(): Iterable<Account> {
    return this.#accounts.values();
  }

  /** The frame that its stores got since somebody asked last. */
  heard(): Heard | undefined {
    const frame = this.#heard;
    this.#heard = undefined;
    return frame;
  }

  override received(frame: Heard): void {
    this.#heard = frame;
    super.received(frame);
  }

  override refused(replica: Replica, error: VioletError): void {
    this.account(replica).refuse(error.code);
    super.refused(replica, error);
  }

  override lost(replica: Replica, write: readonly Op[] | Call, reason: string): void {
    this.account(replica).lose(write, reason);
    super.lost(replica, write, reason);
  }

  override overflowed(replica: Replica): void {
    this.overflows++;
    super.overflowed(replica);
  }
}
