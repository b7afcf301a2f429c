/** One of a crowd: a page's real runtime on a real socket, and what it wrote. */
import type { VioletError } from "../../src/errors.ts";
import { Runtime } from "../../src/runtime.ts";
import type { LinkState } from "../../src/socket/link.ts";
import type { Transport } from "../../src/socket/transports/websocket.ts";
import type { Call } from "../../src/state/core.ts";
import { increment } from "../../src/state/helpers.ts";
import type { Op } from "../../src/state/ops.ts";
import type { Replica } from "../../src/state/replica.ts";
import { referenceOf } from "../../src/state/store.ts";
import { hashOf } from "./hash.ts";
import { dial, type Pass } from "./socket.ts";
import type { Board } from "./stores.ts";

export interface PersonOptions {
  readonly origin: string;
  readonly pass: Pass;
  readonly number: number;
  readonly store: object;
  readonly backoffMs?: readonly number[] | undefined;
}

/** What went over this person's link, or went wrong with it. */
export interface Tally {
  snapshots: number;
  resyncs: number;
  readonly closes: Record<number, number>;
  readonly losses: Record<string, number>;
  readonly refusals: Record<string, number>;
}

/** A socket of which each frame is looked at. */
const counting =
  (pass: Pass, tally: Tally): Transport =>
  (url, events) => {
    const socket = dial(url, pass);
    socket.on("open", () => events.opened());
    socket.on("message", (data: Buffer) => {
      const text = data.toString();
      if (text.startsWith('{"type":"state"') && !text.includes('"patches":')) tally.snapshots++;
      if (text.includes('"code":"E_RESYNC"')) tally.resyncs++;
      events.received(text);
    });
    socket.on("close", (code) => events.closed(code));
    return socket;
  };

const count = (counts: Record<string, number>, key: string | number) => {
  counts[key] = (counts[key] ?? 0) + 1;
};

export class Person extends Runtime {
  readonly number: number;
  readonly replica: Replica;
  readonly tally: Tally;
  writes = 0;
  /** Items that are to be there, and those that are not; sums that are to be in the counts. */
  readonly items = new Set<string>();
  readonly dropped = new Set<string>();
  increments = 0;
  bumps = 0;
  #next = 0;

  constructor({ origin, pass, number, store, backoffMs }: PersonOptions) {
    const tally: Tally = { snapshots: 0, resyncs: 0, closes: {}, losses: {}, refusals: {} };
    const payload = { csrf: pass.csrf, ...(backoffMs && { reconnect: { tellAfter: 5, backoffMs } }) };
    super({ origin, payload, transport: counting(pass, tally) });
    this.number = number;
    this.tally = tally;
    const { definition, key } = referenceOf(store);
    this.replica = this.resolve(definition, key) as Replica;
  }

  override changed(state: LinkState, code = 0): void {
    if (state === "offline" || state === "stopped") count(this.tally.closes, code);
    super.changed(state, code);
  }

  override refused(replica: Replica, error: VioletError): void {
    count(this.tally.refusals, error.code);
    super.refused(replica, error);
  }

  override lost(replica: Replica, write: readonly Op[] | Call, reason: string): void {
    count(this.tally.losses, reason);
    super.lost(replica, write, reason);
  }

  /** Is everything that it wrote accepted, on a link that stands? */
  get isSettled(): boolean {
    return this.status === "live" && this.replica.isLoaded && this.pending === 0;
  }

  get hash(): string {
    return hashOf(this.replica.tree.root);
  }

  get #board(): Board {
    return this.replica.root as Board;
  }

  /** One write of a kind that the dice choose. */
  write(random: () => number): void {
    this.writes++;
    const [dice, place] = [random(), random()];
    if (dice < 0.3) this.#insert(place);
    else if (dice < 0.55) this.#add();
    else if (dice < 0.7) this.#increment();
    else if (dice < 0.85) this.#bump();
    else this.#drop();
  }

  #newItem(): string {
    const id = `${this.number}-${this.#next++}`;
    this.items.add(id);
    return id;
  }

  /** A raw write, anywhere in the list; before it is there, an action. */
  #insert(place: number) {
    if (!this.replica.isLoaded) return this.#add();
    const { items } = this.#board;
    items.splice(Math.floor(place * (items.length + 1)), 0, { id: this.#newItem() });
  }

  #add() {
    this.replica.call("add", [this.#newItem()]);
  }

  #increment() {
    increment(this.#board, "count");
    this.increments++;
  }

  #bump() {
    this.replica.call("bump", [1]);
    this.bumps++;
  }

  /** Its own oldest item: nobody else's write may come between the two. */
  #drop() {
    const [id] = this.items;
    if (id === undefined) return this.#add();
    this.items.delete(id);
    this.dropped.add(id);
    this.replica.call("drop", [id]);
  }
}
