/**
 * What a page wrote to a store and the server has not answered, under numbers by which the server takes each batch
 * exactly once. Numbers are given when a batch is first sent, so those that were never sent are certain not to be
 * taken. Acknowledged batches are kept for a while, in case that the server loses them.
 */
import { MAX_MESSAGE_OPS, MAX_SHARED_LETTERS } from "../wire/protocol.ts";
import { named } from "./address.ts";
import type { Batch, Call } from "./core.ts";
import type { NamedOp, Op } from "./ops.ts";

const MAX_PENDING = 256;
const MAX_KEPT = 256;
const KEPT_MS = 60_000;

export interface Pending extends Batch {
  /** Its number; 0: it was not sent in this life. */
  n: number;
}

interface Waiter {
  readonly left: Set<Batch>;
  readonly done: PromiseWithResolvers<void>;
}

export class Outbox {
  /** Numbers the lives of this page as a writer of the store: each counts its batches from 1. */
  life = 1;
  /** In the order in which they were made: those that were sent come first. */
  batches: Pending[] = [];
  /** The last number that was given, and the last one that the server has decided on. */
  sent = 0;
  decided = 0;
  /** The last number of the message that waits for its answer; 0: none does. */
  #inFlight = 0;
  /** What was sent is to be sent again, but later. */
  #hold: object | undefined;
  #kept: (Pending & { readonly at: number })[] = [];
  /** The last number of those that are not kept any more. */
  #forgotten = 0;
  #waiters: Waiter[] = [];
  readonly #keeps: boolean;

  /** `keeps`: what was acknowledged is kept, and goes again to a server that lost it. */
  constructor(keeps: boolean) {
    this.#keeps = keeps;
  }

  get isFull(): boolean {
    return this.batches.length >= MAX_PENDING;
  }

  /**
   * `isShown`: what is written is shown at once, and what is written next is made on it. `byName`: list elements are named
   * by their ids.
   */
  take(isShown: boolean, byName: boolean): { n: number; batches: (Call | (Op | NamedOp)[])[] } | undefined {
    const [first] = this.batches;
    if (!first || this.#inFlight || this.#hold) return undefined;
    const batches: (Call | (Op | NamedOp)[])[] = [];
    let ops = 0;
    let letters = 0;
    let isPredicted = !isShown;
    for (const batch of this.batches) {
      const content = batch.call ?? (byName ? (batch.meant ?? []).map(named) : batch.ops);
      // One that became void on the way still is a batch.
      ops += batch.call ? 1 : batch.ops.length || 1;
      letters += JSON.stringify(content).length;
      // Raw ops behind a prediction are made on a state that the server does not know.
      const isLate = isPredicted && !batch.call;
      if (batches.length && (ops > MAX_MESSAGE_OPS || letters > MAX_SHARED_LETTERS || isLate)) break;
      isPredicted ||= !!batch.call;
      batches.push(content);
      this.#inFlight = batch.n ||= ++this.sent;
    }
    return { n: first.n, batches };
  }

  /** Nothing is on its way any more. */
  reset(): void {
    this.#inFlight = 0;
    this.#hold = undefined;
  }

  /** Sends nothing until the function that is returned is called; it says whether that still mattered. */
  hold(): () => boolean {
    const hold = {};
    this.#inFlight = 0;
    this.#hold = hold;
    return () => {
      const holds = this.#hold === hold;
      if (holds) this.#hold = undefined;
      return holds;
    };
  }

  /** Those that were sent under a number up to `n`. */
  upTo(n: number): Pending[] {
    return this.batches.filter((batch) => batch.n && batch.n <= n);
  }

  /** The server has decided on this batch: true: it took it, false: nothing came of it; or it refused it. */
  settle(batch: Pending, outcome: boolean | Error, now: number): void {
    this.batches = this.batches.filter((each) => each !== batch);
    this.decided = Math.max(this.decided, batch.n);
    const isRefused = outcome instanceof Error;
    // A refusal ends its message.
    if (isRefused || batch.n >= this.#inFlight) this.#inFlight = 0;
    if (outcome === true && this.#keeps) this.#keep({ ...batch, undo: [], at: now });
    this.#waiters = this.#waiters.filter(({ left, done }) => {
      if (!left.delete(batch) || (left.size && !isRefused)) return true;
      if (isRefused) done.reject(outcome);
      else done.resolve();
      return false;
    });
  }

  settled(): Promise<void> {
    if (!this.batches.length) return Promise.resolve();
    const waiter = { left: new Set<Batch>(this.batches), done: Promise.withResolvers<void>() };
    this.#waiters.push(waiter);
    return waiter.done.promise;
  }

  #keep(batch: Pending & { readonly at: number }) {
    this.#kept.push(batch);
    this.forget(batch.at);
  }

  /** Forgets what was acknowledged too long before `now`, and the oldest of what is too many. */
  forget(now: number): void {
    const last = this.#kept.findLastIndex(
      ({ at }, index, { length }) => now - at >= KEPT_MS || index < length - MAX_KEPT,
    );
    this.#forgotten = this.#kept.splice(0, last + 1).at(-1)?.n ?? this.#forgotten;
  }

  /**
   * A server that knows this page's batches up to `last` only: what it lost of them goes again. True: there was more
   * than is kept.
   */
  restart(last: number): boolean {
    const isMore = this.#forgotten > last;
    if (isMore) this.#forgotten = 0;
    this.batches.unshift(...this.#kept.filter(({ n }) => n > last));
    this.#kept = this.#kept.filter(({ n }) => n <= last);
    for (const batch of this.batches) if (batch.n > last) batch.n = 0;
    this.sent = this.decided = last;
    return isMore;
  }

  /** Another writer from now on: the old one's numbers mean nothing any more. */
  newLife(): void {
    // Whether another server still has what was written before, the new numbers do not say.
    const forgotten = this.decided || this.#forgotten ? Infinity : 0;
    this.life++;
    this.#kept = [];
    this.restart(0);
    this.#forgotten = forgotten;
  }
}
