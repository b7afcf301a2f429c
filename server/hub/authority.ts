/**
 * A store's truth. The tree holds what is committed and, on top, what is applied and waits for its commit, in one
 * total order: the order of everybody's writes, the server's own included.
 *
 * A message of a client is made on a version that it knew; its raw ops are carried over all that came since. A
 * batch that is refused, or that changed nothing, still takes its number: that too is committed, and answered
 * after the commit like everything else. What followed a refused batch in its message is not looked at: it was
 * made on that batch, and comes again without it.
 */
import { type ErrorCode, fail, VioletError } from "../../src/errors.ts";
import { type ActionContext, actionContext } from "../../src/state/context.ts";
import { type Batch, type Call, type OpenBatch, StoreCore } from "../../src/state/core.ts";
import type { Client, Definition } from "../../src/state/definition.ts";
import { type Json, type JsonObject, plain } from "../../src/state/json.ts";
import type { NamedOp, Op } from "../../src/state/ops.ts";
import { cross } from "../../src/state/transform.ts";
import type { Frame } from "../../src/wire/frames.ts";
import { isOpen } from "../access.ts";
import type { Backend, Entry, RefusedWrite, StoredState } from "../backends/backend.ts";
import { isForAuthor } from "../checks.ts";
import type { Limits } from "../limits.ts";
import type { Facts } from "../logger.ts";
import { type Applied, type CommitHost, Commits } from "./commits.ts";
import { Encoded } from "./encoded.ts";
import { Log } from "./log.ts";
import { checkSent } from "./sent.ts";
import { Sight } from "./sight.ts";
import { growth } from "./size.ts";
import type { Request, Subscription } from "./subscription.ts";
import { Views } from "./views.ts";
import { Writers } from "./writers.ts";

/** What the stores of an app have in common. */
export interface AuthorityHost {
  readonly backend: Backend;
  readonly limits: Limits;
  now(): number;
  /** The client of the running scope, for the server's own calls of actions. */
  self(): Client;
  /** Storage has another state than this one says: another process wrote, or what was stored is lost. */
  lost(authority: Authority): void;
  report(error: unknown, facts?: Facts): void;
}

/** What a store begins with. */
export interface Beginning {
  /** The store's number on the wire. */
  readonly id: number;
  readonly epoch: string;
  readonly stored: StoredState | undefined;
}

type Message = Frame<"write">;
type BatchFrame = Message["batches"][number];

/** Whether a batch may be written: undefined, or why not. */
export type Verdict = ErrorCode | undefined;

/**
 * Of raw ops and those that they are carried over, so many pairs: each takes microseconds, and nobody else is served
 * meanwhile. A page that is further behind catches up first, and does this for itself.
 */
const MAX_PAIRS = 50_000;

/** A browser's clock may be ahead of ours by so much. */
const AHEAD_MS = 60_000;

export class Authority extends StoreCore implements CommitHost {
  readonly id: number;
  /** As pages know it: what another version of the definition made of the same state is another state. */
  readonly epoch: string;
  readonly storedEpoch: string;
  readonly subscriptions = new Set<Subscription>();
  readonly views: Views;
  readonly #host: AuthorityHost;
  readonly #writers: Writers;
  readonly #log: Log;
  readonly #commits: Commits;
  #version: number;
  /** The size of the state as JSON, kept up with every batch. */
  #bytes: number;
  #seed = 0;
  /** When it was last used, for dropping idle rooms. */
  usedAt: number;

  constructor(definition: Definition, key: string | undefined, host: AuthorityHost, beginning: Beginning) {
    const { stored } = beginning;
    const { limits } = host;
    super(definition, key, definition.initial(key), stored?.value);
    this.#host = host;
    this.id = beginning.id;
    this.storedEpoch = stored?.epoch ?? beginning.epoch;
    this.epoch = definition.version === 1 ? this.storedEpoch : `${this.storedEpoch}/${definition.version}`;
    this.#version = stored?.version ?? 0;
    this.#writers = new Writers(limits, stored?.writers);
    this.#log = new Log(this.#version, limits, stored?.log);
    this.#bytes = this.#measure();
    this.views = new Views(this);
    this.usedAt = host.now();
    this.#commits = new Commits(this);
  }

  get isLoaded(): boolean {
    return true;
  }

  /** Whether a rule says who may read it. */
  get isGuarded(): boolean {
    return !isOpen(this.definition);
  }

  async loaded(): Promise<void> {}

  get pending(): number {
    return this.#commits.waiting.length;
  }

  /** The version that is committed. */
  get version(): number {
    return this.#version;
  }

  /** The size of the state as JSON. */
  get bytes(): number {
    return this.#bytes;
  }

  /** So much is kept of what was written, for pages that were away. */
  protected get logBytes(): number {
    return this.#host.limits.logBytes;
  }

  /** All that was applied so far is committed; rejects with E_UNAVAILABLE where it could not be. */
  settled(): Promise<void> {
    this.close();
    return this.#commits.settled();
  }

  // What readers see

  /** The state as this client may see it, with what waits for its commit: show it to nobody before `settled`. */
  look(client: Client): { epoch: string; version: number; value: JsonObject } {
    this.close();
    const made = this.#commits.waiting.filter(({ entry }) => entry.ops.length).length;
    const value = this.views.of(client, this.snapshot());
    return { epoch: this.epoch, version: this.#version + made, value };
  }

  /** The committed state: what waits is undone for the moment of the look. */
  committedState(): JsonObject {
    this.close();
    const { waiting } = this.#commits;
    for (const { undo } of waiting.toReversed()) this.revert(undo);
    const state = this.snapshot();
    for (const { entry } of waiting) for (const op of entry.ops) this.tree.apply(op);
    return state;
  }

  /**
   * Undefined where nothing of this writer waits, else resolves when nothing does any more: only then is the last number
   * of its record the last one.
   */
  decided(writer: string): Promise<void> | undefined {
    const last = this.#commits.waiting.findLast(({ entry }) => entry.writer === writer);
    return last && this.#commits.settled(last).catch(() => {});
  }

  /** The answer to a subscription: what was missed since, or everything: `value` is what the client may see. */
  state({ epoch, version, untyped }: Request, writer: string, value: () => JsonObject): Frame<"state"> {
    const { n: last = 0, refusal } = this.#writers.get(writer) ?? {};
    const missed = epoch === this.epoch && version !== undefined ? this.#missed(version) : undefined;
    const patches = missed?.map((each) =>
      each.writer === writer ? { ops: each.ops, n: each.n } : { ops: each.ops },
    );
    const content = patches ? { patches } : { value: value(), ...(this.views.areDefined && { view: true }) };
    const { name, id } = this;
    const actions = untyped && [...this.definition.actions.keys()];
    return {
      type: "state",
      store: name,
      id,
      epoch: this.epoch,
      version: this.#version,
      last,
      refusal,
      ...content,
      ...(actions && { actions }),
    } as Frame<"state">;
  }

  /** What a page saw by a view nobody knows any more, and the view may say something else by now. */
  #missed(version: number) {
    return this.views.areDefined ? undefined : this.#log.since(version);
  }

  // What writers do

  /** The server's own code is trusted. */
  protected override guard(): void {}

  protected override originate(
    action: string,
    args: readonly unknown[],
  ): { call: Call; context: ActionContext } {
    const call = { action, args, seed: ++this.#seed, at: this.#host.now() };
    return { call, context: this.#context(call, this.#host.self()) };
  }

  #context({ seed, at }: Call, client: Client) {
    return actionContext({ client, store: this.name, seed, at, latest: this.#host.now() + AHEAD_MS });
  }

  /** The server's own writes, on the same way as everybody's. */
  protected override commit({ ops, undo }: Batch): void {
    const at = this.#host.now();
    this.usedAt = at;
    if (ops.length) this.enqueue({ entry: { ops, at }, undo }, growth(ops, undo));
  }

  /** `grown`: the bytes by which the state did. */
  protected enqueue(applied: Applied, grown = 0) {
    this.#bytes += grown;
    this.#commits.push(applied);
  }

  /** A client's message. */
  submit({ n, v, batches }: Message, author: Subscription, verdicts: readonly Verdict[]): void {
    this.close();
    this.usedAt = this.#host.now();
    const { writer } = author;
    const next = this.next(writer);
    if (n + batches.length <= next) {
      author.connection.count("duplicates", batches.length);
      return this.again(n, n + batches.length - 1, author);
    }
    if (n !== next) return author.error({ code: next === 1 ? "E_CLIENT_EXPIRED" : "E_SEQ", re: n, next });
    const since = this.#log.since(v);
    if (!since) return author.error({ code: "E_RESYNC" });
    const missed = since.flatMap(({ ops }) => ops);
    if (missed.length * rawOpsIn(batches) > MAX_PAIRS) return author.error({ code: "E_RESYNC" });
    let theirs = [...missed, ...this.#commits.waiting.flatMap(({ entry }) => entry.ops)];
    for (const [index, batch] of batches.entries()) {
      const over = this.#take(batch, theirs, { author, n: n + index, verdict: verdicts[index] });
      if (!over) return;
      theirs = over;
    }
  }

  /** The number that is due from a writer. */
  protected next(writer: string): number {
    const waiting = this.#commits.waiting.findLast(({ entry }) => entry.writer === writer);
    return (waiting?.entry.n ?? this.#writers.get(writer)?.n ?? 0) + 1;
  }

  /** A message that came before gets the answer that it had; what is not committed yet is answered when it is. */
  protected again(first: number, last: number, author: Subscription): void {
    const { n = 0, refusal } = this.#writers.get(author.writer) ?? {};
    if (refusal && n === last) author.error({ ...refusal, re: n });
    else if (n >= first) author.acknowledge({ n: Math.min(n, last) });
  }

  /** Applies one batch of a client; gives what the next one has to be carried over, or undefined: it was refused. */
  #take(frame: BatchFrame, theirs: readonly Op[], by: Taken): Op[] | undefined {
    const [call, sent] = Array.isArray(frame) ? [undefined, frame] : [frame, []];
    const hasView = this.views.areDefined;
    const { author, n } = by;
    const taken = { writer: author.writer, n, at: this.usedAt };
    try {
      const args = this.#checked(frame, by.verdict, hasView);
      const [mine, over] = call || hasView ? [[], []] : cross(sent as Op[], theirs);
      const batch = this.newBatch(call);
      const grown = this.#veiled(hasView, () =>
        this.attempt(batch, () => {
          if (call) this.perform({ ...call, args }, this.#context(call, author.client));
          else if (hasView) this.#writeByName(sent as NamedOp[], batch, author.client);
          else this.#write(mine, new Set(sent), batch);
          return this.checkedGrowth(batch);
        }),
      );
      const { ops, undo } = batch;
      const isChanged = call !== undefined || !isVerbatim(ops, sent);
      this.enqueue({ entry: { ops, ...taken }, undo, author, isChanged }, grown);
      if (ops.length) this.notify(ops);
      return over;
    } catch (error) {
      const refusal = this.#refusal(error, { action: call?.action, client: author.client.id });
      this.enqueue({ entry: { ops: [], ...taken, refusal }, undo: [], author, cause: error });
      return undefined;
    }
  }

  /** What can be said of a batch by itself. Gives a call's arguments. */
  #checked(frame: BatchFrame, verdict: Verdict, hasView: boolean): readonly Json[] {
    const { name, definition } = this;
    const call = Array.isArray(frame) ? undefined : frame;
    if (verdict) fail(verdict, call ? { store: name, path: [call.action] } : { store: name });
    if (!Array.isArray(frame)) return this.arguments(frame.action, frame.args);
    const { maxPathSteps, maxBatchOps } = this.#host.limits;
    if (frame.length > maxBatchOps) fail("E_TOO_BIG", { store: name });
    const rules = { name, definition, maxPathSteps, hasView };
    for (const op of frame) checkSent(op, rules);
    return [];
  }

  /** A path in the whole may say more than a client may see of it: it is told the code alone. */
  #veiled<T>(hasView: boolean, fn: () => T): T {
    try {
      return fn();
    } catch (error) {
      const isTold = error instanceof VioletError && error.code !== "E_FORBIDDEN";
      if (hasView && isTold) fail(error.code, { store: this.name });
      throw error;
    }
  }

  #write(ops: readonly Op[], sent: ReadonlySet<unknown>, batch: OpenBatch) {
    // An op that did not have to be changed and still does not apply never named a place.
    for (const op of ops)
      if (!this.apply(clean(op, this.name), batch) && sent.has(op))
        fail("E_BAD_PATH", { store: this.name, path: op[1] });
  }

  /** In a store with a view: each op means the elements that it names, as its author sees them now. */
  #writeByName(sent: readonly NamedOp[], batch: OpenBatch, client: Client) {
    const sight = new Sight(this, this.views.of(client, this.snapshot()));
    for (const op of sent) for (const found of sight.find(op)) this.apply(clean(found, this.name), batch);
  }

  /** By how much a batch makes the state grow. Throws E_STORE_FULL. */
  protected checkedGrowth({ ops, undo }: Pick<OpenBatch, "ops" | "undo">): number {
    const grown = growth(ops, undo);
    if (grown > 0 && this.#bytes + grown > this.#host.limits.maxStoreBytes)
      fail("E_STORE_FULL", { store: this.name });
    return grown;
  }

  /** What the writer is told: a code and a safe sentence. */
  #refusal(error: unknown, facts: Facts): RefusedWrite {
    if (error instanceof VioletError && !isForAuthor(error))
      return { code: error.code, field: error.field, message: error.message };
    this.fault(error, facts);
    const { code, message } = new VioletError("E_INTERNAL", {}, { cause: error });
    return { code, message };
  }

  // Committing (CommitHost)

  /** Under which name the backend has it. */
  get storedName(): string {
    return this.name;
  }

  /** It is stored though nobody ever changed it. */
  get isKept(): boolean {
    return false;
  }

  /** When it ends, in milliseconds since 1970; undefined: never. */
  protected get until(): number | undefined {
    return undefined;
  }

  async store(group: readonly Applied[]): Promise<void> {
    const { backend } = this.#host;
    const { forgotten } = this.#writers;
    let entries: Entry[] = group.map(({ entry }) => entry);
    if (!this.#version && !this.isKept) {
      // A store that nobody ever changed is not stored; the numbers that were taken so far go with its first change.
      if (entries.every(({ ops }) => !ops.length)) return this.#writers.cleared(forgotten);
      entries = [
        ...Array.from(this.#writers, ([writer, taken]) => ({ ops: [], writer, ...taken })),
        ...entries,
      ];
    }
    try {
      await backend.commit({
        store: this.storedName,
        epoch: this.storedEpoch,
        version: this.#version,
        schema: this.definition.version,
        entries,
        forgotten,
        until: this.until,
        value: () => this.snapshot(),
      });
      this.#writers.cleared(forgotten);
    } catch (cause) {
      if (cause instanceof VioletError && cause.code === "E_RESYNC") this.#host.lost(this);
      this.fault(cause);
      throw new VioletError("E_UNAVAILABLE", { store: this.name }, { origin: "network", cause });
    }
  }

  committed({ entry, author, isChanged, cause }: Applied): void {
    const { ops, writer, n, refusal } = entry;
    this.#writers.record(entry);
    let state: JsonObject | undefined;
    if (ops.length) {
      this.#version++;
      const patch = new Encoded({ type: "SYNC", store: this.id, v: this.#version, ops });
      this.#log.push({ ops, writer, n, bytes: patch.text.length }, this.logBytes);
      if (this.views.areDefined) state = this.committedState();
      const { isGuarded } = this;
      for (const subscription of this.subscriptions) {
        if (subscription === author) continue;
        if (state) subscription.patchView(this.#version, state);
        else if (isGuarded) subscription.askAndPatch(patch);
        else subscription.patch(patch);
      }
    }
    if (!author || n === undefined) return;
    if (refusal) author.error({ ...refusal, re: n, cause });
    else
      author.acknowledge({
        n,
        ...(ops.length && { v: this.#version }),
        ops: isChanged ? ops : undefined,
        state,
      });
  }

  /** Storage did not take what waits: it is undone, and its writers keep it and send it again. */
  failed(waiting: readonly Applied[]): void {
    for (const { undo } of waiting.toReversed()) this.revert(undo);
    this.#bytes = this.#measure();
    for (const { author, entry } of waiting) author?.postpone(entry.n as number);
    this.notify(undefined);
  }

  #measure(): number {
    return JSON.stringify(this.tree.root).length;
  }

  /** What the log says of it. */
  protected get facts(): Facts {
    return { store: this.definition.name, key: this.key };
  }

  protected override fault(error: unknown, facts?: Facts): void {
    this.#host.report(error, { ...this.facts, ...facts });
  }
}

interface Taken {
  readonly author: Subscription;
  readonly n: number;
  readonly verdict: Verdict;
}

const rawOpsIn = (batches: readonly BatchFrame[]) =>
  batches.reduce((sum, batch) => sum + (Array.isArray(batch) ? batch.length : 0), 0);

const isVerbatim = (ops: readonly Op[], sent: readonly unknown[]) =>
  ops.length === sent.length && JSON.stringify(ops) === JSON.stringify(sent);

/** Values of a client's ops, checked and copied like every value that enters a state. */
function clean(op: Op, store: string): Op {
  if (op[0] === "set") return ["set", op[1], plain(op[2], store, [...op[1]])];
  if (op[0] === "splice" && op[3])
    return ["splice", op[1], op[2], op[3].map((item) => plain(item, store, [...op[1]]))];
  return op;
}
