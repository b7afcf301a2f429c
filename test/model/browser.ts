/** One browser of the model: a real Runtime whose reports and frames are written down. */
import type { VioletError } from "../../src/errors.ts";
import { Runtime } from "../../src/runtime.ts";
import type { Call } from "../../src/state/core.ts";
import type { Client, Definition } from "../../src/state/definition.ts";
import type { Op } from "../../src/state/ops.ts";
import type { Replica } from "../../src/state/replica.ts";
import type { DownFrame, Frame, UpFrame } from "../../src/wire/frames.ts";
import type { SimClock } from "../support/clock.ts";
import { SimNetwork } from "./network.ts";

export class Browser extends Runtime {
  readonly network: SimNetwork;
  readonly self: Client;
  /** What was refused, and what was lost: store and code. */
  readonly refusals: string[] = [];
  readonly losses: string[] = [];

  constructor(name: string, clock: SimClock) {
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

  override refused(replica: Replica, error: VioletError): void {
    this.refusals.push(`${replica.name} ${error.code}`);
    super.refused(replica, error);
  }

  override lost(replica: Replica, write: readonly Op[] | Call, reason: string): void {
    this.losses.push(`${replica.name} ${reason}`);
    super.lost(replica, write, reason);
  }
}

/** Which entries of the log a batch brings. */
function marksOf(batch: Call | readonly Op[]): string[] {
  if ("action" in batch) return batch.action === "add" ? [batch.args[0] as string] : [];
  return batch.flatMap((op) =>
    (op[0] === "splice" && op[1][0] === "log" ? (op[3] ?? []) : []).map(
      (mark) => (mark as { id: string }).id,
    ),
  );
}

/**
 * Reads along on one link, both ways, and knows by the protocol alone what the server has acknowledged: the
 * entries of the logs, store by store.
 */
export class Witness {
  /** What was sent and is not answered: by store and number. */
  readonly #sent = new Map<string, Call | readonly Op[]>();
  readonly #names = new Map<number, string>();

  up(text: string): void {
    const frame = JSON.parse(text) as UpFrame;
    if (frame.type !== "SYNC") return;
    const name = this.#names.get(frame.store);
    (frame as Frame<"write">).batches.forEach((batch, index) => {
      this.#sent.set(`${name} ${frame.n + index}`, batch as Call | readonly Op[]);
    });
  }

  /** What was acknowledged, if something was: the entries, and whether their ops are other ones now. */
  down(text: string): { store: string; marks: string[]; isTransformed: boolean } | undefined {
    const frame = JSON.parse(text) as DownFrame;
    if (frame.type === "state") this.#names.set(frame.id, frame.store);
    if (frame.type !== "ack") return undefined;
    const store = this.#names.get(frame.store) as string;
    const batch = this.#sent.get(`${store} ${frame.n}`) ?? [];
    return { store, marks: marksOf(batch), isTransformed: Array.isArray(batch) && frame.ops !== undefined };
  }
}
