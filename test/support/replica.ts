/** A shared store in a page whose server is the test: it reads what is sent, and says what it likes. */
import type { VioletError } from "../../src/errors.ts";
import type { Call } from "../../src/state/core.ts";
import type { Client, Definition } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { Op } from "../../src/state/ops.ts";
import { type Given, Replica, type ReplicaHost } from "../../src/state/replica.ts";
import type { Frame } from "../../src/wire/frames.ts";
import { TestClock } from "../../testing/clock.ts";

/** The page around the store; everything that the store tells it is written down. */
class SimPage implements ReplicaHost {
  readonly clock = new TestClock(() => 0.5);
  client: Client = { id: "me" };
  offlineSince: number | undefined;
  readonly sent: Frame<"write">[] = [];
  readonly subscriptions: ReturnType<Replica["subscription"]>[] = [];
  readonly refusals: VioletError[] = [];
  readonly losses: [write: readonly Op[] | Call, reason: string][] = [];
  overflows = 0;

  now(): number {
    return this.clock.now();
  }

  after(ms: number, fn: () => void): void {
    this.clock.setTimeout(fn, ms);
  }

  wants(replica: Replica): void {
    const message = replica.take();
    // As the wire has it: later changes of the batch do not show.
    if (message) this.sent.push(JSON.parse(JSON.stringify(message)));
  }

  resync(replica: Replica): void {
    this.subscriptions.push(replica.subscription());
  }

  refused(_: Replica, error: VioletError): void {
    this.refusals.push(error);
  }

  lost(_: Replica, write: readonly Op[] | Call, reason: string): void {
    this.losses.push([write, reason]);
  }

  overflowed(): void {
    this.overflows++;
  }

  accepted(): void {}

  counted(): void {}
}

export class SimServer<S> {
  readonly page = new SimPage();
  readonly replica: Replica;

  constructor(definition: Definition, given?: Given) {
    this.replica = new Replica(definition, undefined, this.page, given);
    this.replica.subscription();
  }

  /** The store, to be read and written. */
  get state(): S {
    return this.replica.root as S;
  }

  /** What is seen. */
  get seen(): unknown {
    return this.replica.snapshot();
  }

  /** The last message that was sent. */
  get message(): Frame<"write"> | undefined {
    return this.page.sent.at(-1);
  }

  /** Answers a subscription. */
  answer(answer: Partial<Frame<"state">>): this {
    const { name } = this.replica;
    this.replica.receive({ type: "state", store: name, id: 1, epoch: "e", version: 0, last: 0, ...answer });
    return this;
  }

  /** The first answer: everything. */
  load(value: object, version = 0): this {
    return this.answer({ value: value as JsonObject, version });
  }

  patch(v: number, ...ops: Op[]): void {
    this.replica.receive({ type: "SYNC", store: 1, v, ops });
  }

  ack(n: number, v?: number, ops?: Op[]): void {
    this.replica.receive({ type: "ack", store: 1, n, ...(v !== undefined && { v }), ...(ops && { ops }) });
  }

  error(code: string, about: Partial<Frame<"error">> = {}): void {
    this.replica.receive({ type: "error", store: 1, code, message: "", ...about });
  }

  /** The link is lost and comes back: what the hello says of this store. */
  reconnect(): ReturnType<Replica["subscription"]> {
    return this.replica.subscription();
  }
}
