/**
 * The browser's side of a shared store. What is seen is `base + pending`: the server's state of `version` with
 * this page's unanswered batches on top. There is one tree only; the base is the tree with the pending undone.
 *
 * - A foreign patch: undo what is pending, apply the patch, carry the pending over it, apply them again. Raw ops
 *   are transformed; actions run again.
 * - An own batch, acknowledged as it is shown: it only stops being pending. Acknowledged as other ops: as above,
 *   with those ops in the batch's place.
 * - A refused batch: undone, and what came after it is carried over the undoing.
 *
 * All this happens within one call, so nobody ever sees the state in between.
 */
import { type ErrorCode, errorOf, fail, VioletError } from "../errors.ts";
import type { Frame, StoreFrame } from "../wire/frames.ts";
import { isTooBig } from "../wire/limits.ts";
import { MAX_MESSAGE_OPS, MAX_PATH_STEPS, MAX_SHARED_LETTERS } from "../wire/protocol.ts";
import { type Addressed, address, locate, named } from "./address.ts";
import { actionContext } from "./context.ts";
import { type Batch, type Call, type OpenBatch, StoreCore } from "./core.ts";
import type { Client, Definition } from "./definition.ts";
import { isSafeKey, type JsonObject } from "./json.ts";
import type { Op } from "./ops.ts";
import { Outbox, type Pending } from "./outbox.ts";
import { isActing } from "./resolver.ts";
import { cross } from "./transform.ts";

type State = Frame<"state">;

/** What a store needs of the page; the runtime is it. */
export interface ReplicaHost {
  readonly client: Client;
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `fn` after so many milliseconds. */
  after(ms: number, fn: () => void): void;
  /** When the link was lost; undefined while it stands. */
  readonly offlineSince: number | undefined;
  /** The store has something to send. */
  wants(replica: Replica): void;
  /** The store has to subscribe again: it missed something, or has to be known under another life. */
  resync(replica: Replica): void;
  accepted(): void;
  refused(replica: Replica, error: VioletError): void;
  /** A write is lost, or nobody knows whether it is. */
  lost(replica: Replica, write: readonly Op[] | Call, reason: string): void;
  /** A write was refused because too many wait. */
  overflowed(replica: Replica): void;
  /** The number of pending writes changed. */
  counted(): void;
}

/** What a server-rendered page brings along. */
export interface Given {
  readonly epoch: string;
  readonly version: number;
  readonly value: JsonObject;
  /** Names, for a page that may not define the store. */
  readonly actions?: readonly string[] | undefined;
}

export class Replica extends StoreCore {
  readonly #host: ReplicaHost;
  readonly #outbox: Outbox;
  /** The store's number on this connection; undefined while a subscription is not answered. */
  #id: number | undefined;
  #isDenied = false;
  /** A list's element has another index on the server: what is written names it by its id. */
  #hasView = false;
  #epoch: string | undefined;
  #version = 0;
  /** The client as which this page wrote last. */
  #client: string | undefined;
  #seed = 0;
  /** What listeners are told when a frame is done: the ops that came on top, or undefined: all may be new. */
  #news: Op[] | undefined = [];
  readonly #loaded = Promise.withResolvers<void>();

  constructor(definition: Definition, key: string | undefined, host: ReplicaHost, given?: Given) {
    super(definition, key, definition.initial(key), given?.value);
    this.#host = host;
    this.#outbox = new Outbox(definition.scope !== "live");
    this.#loaded.promise.catch(() => {});
    if (given) {
      definition.named?.(given.actions ?? []);
      this.#adopt(given);
    }
  }

  get epoch(): string | undefined {
    return this.#epoch;
  }

  get version(): number {
    return this.#version;
  }

  get isLoaded(): boolean {
    return this.#epoch !== undefined;
  }

  loaded(): Promise<void> {
    return this.isLoaded ? Promise.resolve() : this.#loaded.promise;
  }

  get pending(): number {
    return this.#outbox.batches.length;
  }

  settled(): Promise<void> {
    this.close();
    return this.#outbox.settled();
  }

  /** The server's state, as far as it is known here: what is seen without what is pending. */
  base(): JsonObject {
    this.close();
    const { batches } = this.#outbox;
    this.#undo(batches);
    const base = this.snapshot();
    for (const { ops, undo } of batches) if (undo.length) for (const op of ops) this.tree.apply(op);
    return base;
  }

  // What is written here

  protected override guard(op: Op): void {
    super.guard(op);
    const [kind, path] = op;
    if (path.length > MAX_PATH_STEPS || !path.every(isSafeKey))
      fail("E_BAD_PATH", { store: this.name, path });
    // An action has asked for its room; one that runs again has it.
    if (isActing(this)) return;
    this.#checkRoom();
    const isByIndex = kind === "splice" || kind === "move" || path.some(isIndex);
    if (isByIndex && !this.isLoaded) fail("E_NOT_LOADED", { store: this.name });
  }

  #checkRoom() {
    if (!this.#outbox.isFull) return;
    this.#host.overflowed(this);
    fail("E_PENDING_FULL", { store: this.name });
  }

  protected override apply(op: Op, batch: OpenBatch): boolean {
    const meant = address(op, this.tree.root);
    const applies = super.apply(op, batch);
    if (applies) (batch.meant ??= []).push(meant);
    return applies;
  }

  protected override check(batch: OpenBatch, added: readonly Op[] | Call): void {
    super.check(batch, added);
    const byName = this.#hasView && !batch.call;
    const text = JSON.stringify(byName ? batch.meant?.slice(-(added as Op[]).length).map(named) : added);
    batch.letters = (batch.letters ?? 0) + text.length;
    if (isTooBig(text) || (added as readonly Op[]).length > MAX_MESSAGE_OPS)
      fail("E_TOO_BIG", { store: this.name });
  }

  protected override isFull({ ops, letters = 0 }: OpenBatch): boolean {
    return ops.length === MAX_MESSAGE_OPS || letters > MAX_SHARED_LETTERS;
  }

  protected override originate(action: string, args: readonly unknown[]) {
    this.#checkRoom();
    const call = { action, args, seed: ++this.#seed, at: this.#host.now() };
    return { call, context: this.#context(call) };
  }

  #context({ seed, at }: Call) {
    return actionContext({ client: this.#host.client, store: this.name, seed, at });
  }

  /** An action that cannot be made here and now throws; but on a state that is not there yet, who knows? */
  override call(action: string, args: readonly unknown[]): void {
    if (this.definition.optimistic && this.isLoaded) return super.call(action, args);
    this.close();
    const { call } = this.originate(action, this.arguments(action, args));
    this.check(this.newBatch(call), call);
    const batch = this.commit({ ops: [], undo: [], call });
    this.#predict(batch);
    if (batch.undo.length) this.notify(batch.ops);
  }

  protected override commit({ ops, undo, call, meant }: Batch): Pending {
    if (!this.definition.optimistic) this.revert(undo.splice(0));
    const batch = { ops, undo, call, meant, n: 0 };
    this.#outbox.batches.push(batch);
    this.#host.counted();
    // Who may not read now may do so later; else the answer refuses this, too.
    if (this.#isDenied) this.#host.resync(this);
    else this.#host.wants(this);
    return batch;
  }

  // What goes to the server

  /** What this page knows of the store, to subscribe or to resume. */
  subscription(): Omit<Frame<"subscribe">, "type"> {
    this.#id = undefined;
    this.#outbox.reset();
    this.#outbox.forget(this.#host.offlineSince ?? this.#host.now());
    const known: Omit<Frame<"subscribe">, "type"> = {
      store: this.name,
      life: this.#outbox.life,
      ...(this.definition.named && { untyped: true }),
    };
    return this.#epoch === undefined ? known : { ...known, epoch: this.#epoch, version: this.#version };
  }

  /** The next message, if there is something to send and nothing in flight. */
  take(): Frame<"write"> | undefined {
    if (this.#id === undefined) return undefined;
    const message = this.#outbox.take(this.definition.optimistic, this.#hasView);
    return message && ({ type: "SYNC", store: this.#id, ...message, v: this.#version } as Frame<"write">);
  }

  /** The link is lost. */
  cut(): void {}

  // What comes from the server

  receive(frame: StoreFrame): void {
    this.close();
    const { pending } = this;
    if (frame.type === "state") this.#state(frame);
    else if (frame.type === "error" && typeof frame.store === "string") this.#denied(frame);
    // Until a subscription is answered, all else belongs to an earlier one.
    else if (this.#id !== undefined) this.#synced(frame);
    if (this.pending !== pending) this.#host.counted();
    const news = this.#news;
    this.#news = [];
    if (!news || news.length) this.notify(news);
  }

  #synced(frame: Frame<"patch"> | Frame<"ack"> | Frame<"error">) {
    if (frame.type === "ack") this.#acknowledged(frame);
    else if (frame.type === "error") this.#refused(frame);
    else if (frame.v === this.#version + 1) this.#foreign(frame.ops);
    else if (frame.v > this.#version) this.#host.resync(this);
  }

  #foreign(ops: readonly Op[]) {
    this.#version++;
    this.#rebase(ops, ops, this.#outbox.batches);
  }

  #acknowledged({ n, v, ops }: Frame<"ack">) {
    const mine = this.#outbox.upTo(n);
    if (!mine.length) return;
    // Without ops, each batch made a version; with ops, this one made `v`, or (without `v`) none.
    const count = ops ? 1 : mine.length;
    const made = ops && v === undefined ? 0 : count;
    if (mine.length !== count || (v ?? this.#version) !== this.#version + made)
      return this.#host.resync(this);
    this.#version += made;
    if (!made && this.#hasView) this.#tellGone(mine[0] as Pending);
    for (const batch of mine) this.#accept(batch, ops ?? batch.ops);
    this.#host.wants(this);
  }

  /** By what its client sees now, which may be less than it was told, the server found nothing of this. */
  #tellGone({ call, meant = [] }: Pending) {
    for (const { op } of call ? [] : meant) if (adds(op)) this.#host.lost(this, [op], "E_GONE");
  }

  /** The oldest batch became these ops, and a part of the base. */
  #accept(batch: Pending, ops: readonly Op[]) {
    const way = instead(batch, ops);
    if (way.length) this.#rebase(ops, way, this.#outbox.batches.slice(1));
    this.#settle(batch, ops.length > 0);
  }

  #settle(batch: Pending, outcome: boolean | VioletError) {
    this.#outbox.settle(batch, outcome, this.#host.now());
    this.decided(batch, outcome);
  }

  /** The server has decided on a batch, or (undefined) on the subscription. */
  protected decided(batch: Batch | undefined, outcome: boolean | VioletError): void {
    if (!(outcome instanceof VioletError)) this.#host.accepted();
    else if (batch && outcome.code === "E_CLIENT_EXPIRED")
      this.#host.lost(this, batch.call ?? batch.ops, outcome.code);
    else this.#host.refused(this, outcome);
  }

  #refused(frame: Frame<"error">) {
    const { re, code, retryAfterMs } = frame;
    if (retryAfterMs !== undefined) {
      // Nothing is refused: it goes again after the wait.
      const release = this.#outbox.hold();
      this.#host.after(retryAfterMs, () => release() && this.#host.wants(this));
    } else if (resyncs.has(code)) this.#host.resync(this);
    else {
      const batch = this.#outbox.batches.find(({ n }) => n && n === re);
      if (batch) this.#drop(batch, errorOf(frame));
      this.#host.wants(this);
    }
  }

  /** The subscription itself is refused, or ended: for now, or with all that waits for it. */
  #denied({ retryAfterMs, ...reason }: Frame<"error">) {
    this.#id = undefined;
    if (retryAfterMs !== undefined)
      return this.#host.after(retryAfterMs, () => this.#id === undefined && this.#host.resync(this));
    this.#isDenied = true;
    const error = errorOf(reason);
    if (!this.pending) this.decided(undefined, error);
    for (const batch of this.#outbox.batches.toReversed()) this.#drop(batch, error);
    this.#loaded.reject(error);
  }

  /** A refused batch is undone; nothing else is. */
  #drop(batch: Pending, error: VioletError) {
    const { batches } = this.#outbox;
    const index = batches.indexOf(batch);
    this.#rebase([], instead(batch, []), batches.slice(index + 1), batches.slice(index));
    this.#settle(batch, error);
  }

  /**
   * Undoes what is pending (or only `undone`, the last of it), applies `ops`, and puts `rest` on top again, carried
   * over `theirs`: the way from the state that `rest` was made on to the new one.
   */
  #rebase(
    ops: readonly Op[],
    theirs: readonly Op[],
    rest: readonly Pending[],
    undone = this.#outbox.batches,
  ) {
    this.#undo(undone);
    for (const op of ops) this.tree.apply(op);
    // Behind the last raw batch nothing is carried any more: the calls only run again.
    const carried = rest.findLastIndex(({ call }) => !call) + 1;
    let over = theirs;
    for (const batch of rest.slice(0, carried)) over = this.#redo(batch, over);
    for (const batch of rest.slice(carried)) this.#predict(batch);
    if (undone.length) this.#news = undefined;
    else this.#news?.push(...ops);
  }

  #undo(batches: readonly Pending[]) {
    for (const { undo } of batches.toReversed()) this.revert(undo);
  }

  /** Applies a pending batch again on a changed state; gives what the next one has to be carried over. */
  #redo(batch: Pending, theirs: readonly Op[]): readonly Op[] {
    const over = this.#carry(batch, theirs);
    if (!batch.call) return this.definition.optimistic ? over : theirs;
    const carried = { ...batch };
    this.revert(batch.undo);
    this.#predict(batch);
    return [...over, ...instead(carried, batch.ops)];
  }

  /** Carries a batch over `theirs`, and gives them as they are after it. */
  #carry(batch: Pending, theirs: readonly Op[]): readonly Op[] {
    let over = theirs;
    this.#remake(batch, "E_GONE", (meant) => {
      // What is seen is no log: elements that come back are new ones there.
      if (this.#hasView) return locate(meant, this.tree.root);
      const [mine, after] = cross([meant.op], over);
      over = after;
      return mine;
    });
    return over;
  }

  /** Makes the ops of a batch anew, each on those before it. A raw write that has no place, or brings nothing, is told. */
  #remake(batch: Pending, reason: string, become: (meant: Addressed) => readonly Op[] | undefined) {
    const { call, meant = [] } = batch;
    const made = this.newBatch();
    for (const each of meant) {
      const became = become(each)?.filter((op) => this.apply(op, made));
      const isLost = !became || (adds(each.op) && !became.some(adds));
      if (isLost && !call) this.#host.lost(this, [each.op], reason);
    }
    assign(batch, made);
    if (!this.definition.optimistic) this.revert(batch.undo.splice(0));
  }

  /** Runs a pending call again. What it throws is the server's to say: the prediction is empty then. */
  #predict(batch: Pending) {
    const call = batch.call as Call;
    let made = this.newBatch(call);
    try {
      if (this.definition.optimistic) this.attempt(made, () => this.perform(call, this.#context(call)));
    } catch {
      made = this.newBatch();
    }
    assign(batch, made);
  }

  // Subscribing, resuming, starting again

  #state(state: State) {
    const { epoch, last, patches, actions = [] } = state;
    const outbox = this.#outbox;
    this.definition.named?.(actions);
    this.#id = state.id;
    this.#isDenied = false;
    this.#hasView = !!state.view;
    outbox.reset();
    // Somebody else (a copy of this page) writes under this name.
    if (last > outbox.sent) return this.#startAfresh();
    const { life } = outbox;
    const { id } = this.#host.client;
    // A page that was away for too long may come back as another client.
    const isOther = outbox.sent && id !== this.#client;
    this.#client = id;
    if (epoch !== this.#epoch) {
      // Another instance: what the one before it made of a call nobody knows, and it is not to be made twice.
      if (this.definition.scope === "live") this.#giveUp("E_UNDECIDED");
      if (outbox.restart(last)) this.#host.lost(this, [], "E_FORGOTTEN");
    } else if (last < outbox.decided || isOther) this.#expire();
    if (patches) this.#catchUp(state);
    else this.#replace(state);
    this.#adopt(state);
    if (outbox.life === life) this.#host.wants(this);
    else this.#host.resync(this);
  }

  #adopt({ epoch, version }: { readonly epoch: string; readonly version: number }) {
    this.#epoch = epoch;
    this.#version = version;
    this.#loaded.resolve();
  }

  #startAfresh() {
    this.#outbox.newLife();
    this.#host.resync(this);
  }

  /** The server forgot this writer: nobody knows which of the batches that were sent it took. */
  #expire() {
    this.#giveUp("E_CLIENT_EXPIRED");
    this.#outbox.newLife();
  }

  #giveUp(code: ErrorCode) {
    const error = new VioletError(code, { store: this.name }, { origin: "peer" });
    for (const batch of this.#outbox.upTo(this.#outbox.sent).toReversed()) this.#drop(batch, error);
  }

  #catchUp({ version, last, patches = [], refusal }: State) {
    const missed = patches.slice(this.#version - (version - patches.length));
    for (const { ops, n = 0 } of missed) {
      this.#decide(n - 1);
      const [head] = this.#outbox.batches;
      if (!head?.n || head.n !== n) this.#foreign(ops);
      else {
        this.#version++;
        this.#accept(head, ops);
      }
    }
    this.#decide(last, refusal);
  }

  /** Batches up to `last` were taken and changed nothing, but that the last one may have been refused. */
  #decide(last: number, refusal?: State["refusal"]) {
    for (const batch of this.#outbox.upTo(last))
      if (refusal && batch.n === last) this.#drop(batch, errorOf(refusal));
      else this.#accept(batch, []);
  }

  /** A snapshot in place of all that was missed: there is no log to carry the pending over. */
  #replace({ value, version, last, refusal }: State) {
    this.tree.replace(value as JsonObject);
    this.#news = undefined;
    for (const batch of this.#outbox.batches) {
      if (!batch.n || batch.n > last) {
        if (batch.call) this.#predict(batch);
        else this.#remake(batch, "E_UNDECIDED", (meant) => locate(meant, this.tree.root));
      } else if (refusal && batch.n === last) this.#settle(batch, errorOf(refusal));
      // Of a store that nobody ever changed nothing is stored: the number neither, but it stands for nothing.
      else this.#settle(batch, version > 0);
    }
  }
}

const assign = (batch: Batch, { ops, undo, meant }: Batch) => Object.assign(batch, { ops, undo, meant });

/** Nothing is refused: what this page knows of the store, or the server of this page, is too old. */
const resyncs: ReadonlySet<string> = new Set(["E_RESYNC", "E_SEQ", "E_CLIENT_EXPIRED"]);

const isIndex = (step: unknown) => typeof step === "number";

/** Whether something that was written is missing without the op: what is to be removed may be gone already. */
const adds = ([kind, , , items]: Op) =>
  kind === "set" || kind === "increment" || (kind === "splice" && items);

const isSame = (a: Op | undefined, b: Op | undefined) => a === b || JSON.stringify(a) === JSON.stringify(b);

/** The way from a state with the batch to the one that has `ops` in its place. */
function instead(batch: Batch, ops: readonly Op[]): Op[] {
  let same = 0;
  while (same < batch.undo.length && same < ops.length && isSame(batch.ops[same], ops[same])) same++;
  return [...batch.undo.slice(same).reverse(), ...ops.slice(same)];
}
