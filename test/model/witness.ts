/** Reads along on one link, both ways, and knows by the protocol alone what the server has answered. */
import type { Call } from "../../src/state/core.ts";
import type { Op } from "../../src/state/ops.ts";
import type { DownFrame, Frame, UpFrame } from "../../src/wire/frames.ts";
import { idsIn } from "./account.ts";

type Sent = Call | readonly Op[];

/** The server took something of what this page wrote. */
export interface Taken {
  readonly store: string;
  /** Under which name the page wrote it. */
  readonly life: number;
  /** Entries that have to be in the log now. */
  readonly marks: readonly string[];
  /** The version that says so, if there is one. */
  readonly version?: number | undefined;
  /** What was written by raw ops. */
  readonly written: readonly string[];
  /** What of it did not become a part of the state, as the answer has it. */
  readonly left: readonly string[];
  /** Raw ops became other ones. */
  readonly isTransformed: boolean;
}

/** Which entries of the log a batch brings. */
function marksOf(batch: Sent): string[] {
  if ("action" in batch) return batch.action === "add" ? [batch.args[0] as string] : [];
  return batch.flatMap((op) =>
    op[0] === "splice" && (op[1][0] === "log" || op[1][0] === "value") ? idsIn(op[3]) : [],
  );
}

/** The ids that raw ops bring along: those in their paths are only names. */
const writtenBy = (batch: Sent): string[] =>
  "action" in batch ? [] : batch.flatMap((op) => idsIn(op[0] === "set" ? op[2] : op[3]));

export class Witness {
  /** What was sent and is not answered: by store and number. */
  readonly #sent = new Map<string, Sent>();
  readonly #names = new Map<number, string>();
  readonly #lives = new Map<string, number>();

  up(text: string): void {
    const frame = JSON.parse(text) as UpFrame;
    if (frame.type === "hello") for (const { store, life } of frame.stores) this.#lives.set(store, life);
    else if (frame.type === "subscribe") this.#lives.set(frame.store, frame.life);
    if (frame.type !== "SYNC") return;
    const name = this.#names.get(frame.store);
    (frame as Frame<"write">).batches.forEach((batch, index) => {
      this.#sent.set(`${name} ${frame.n + index}`, batch as Sent);
    });
  }

  down(frame: DownFrame): Taken | undefined {
    if (frame.type === "ack") return this.#taken(frame);
    // A refused number that comes again is acknowledged.
    if (frame.type === "error") this.#sent.delete(`${this.#names.get(frame.store as number)} ${frame.re}`);
    if (frame.type !== "state") return undefined;
    this.#names.set(frame.id, frame.store);
    const { store, last, version } = frame;
    const nothing = { version, marks: [], written: [], left: [], isTransformed: false };
    return last ? { store, life: this.#lives.get(store) ?? 0, ...nothing } : undefined;
  }

  #taken({ store: id, n, v, ops }: Frame<"ack">): Taken {
    const store = this.#names.get(id) as string;
    const batch = this.#sent.get(`${store} ${n}`) ?? [];
    const isTransformed = ops !== undefined && !("action" in batch);
    const became = isTransformed ? idsIn(ops) : [];
    return {
      store,
      life: this.#lives.get(store) ?? 0,
      version: v,
      marks: v === undefined && ops ? [] : marksOf(batch),
      written: writtenBy(batch),
      left: isTransformed ? writtenBy(batch).filter((id) => !became.includes(id)) : [],
      isTransformed,
    };
  }
}
