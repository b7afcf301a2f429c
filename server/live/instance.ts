/**
 * One element's state on the server: a store that its page alone has, and that its component's callbacks write. The calls
 * of the page are numbered like any client's writes, and taken one after another; what a call wrote is committed with its
 * number when the callback has settled, and what it wrote until then with each `render()`. A callback that throws has
 * written nothing since the last of these.
 */
import { fail } from "../../src/errors.ts";
import type { Batch, Call } from "../../src/state/core.ts";
import type { Client } from "../../src/state/definition.ts";
import { rootHandle } from "../../src/state/handle.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { Op, Path } from "../../src/state/ops.ts";
import { validate } from "../../src/state/validation.ts";
import type { Frame } from "../../src/wire/frames.ts";
import type { RefusedWrite } from "../backends/backend.ts";
import { isAwaitable } from "../deadline.ts";
import { Authority, type AuthorityHost, type Beginning } from "../hub/authority.ts";
import type { InstanceName, Owner } from "../hub/hub.ts";
import { Bucket } from "../hub/rates.ts";
import { checkSent } from "../hub/sent.ts";
import type { Subscription } from "../hub/subscription.ts";
import type { Facts } from "../logger.ts";
import type { Scope } from "../scope.ts";
import { Bounds, type Place, type Placed, UNBOUND } from "./bound.ts";
import type { Component, LiveContext } from "./component.ts";
import { type Failure, failureOf, isTold } from "./failure.ts";
import { takeFields } from "./fields.ts";
import { SentForms } from "./sent-forms.ts";
import { type Draft, Turn } from "./turn.ts";

/** What the instances of an app have in common. */
export interface InstanceHost extends AuthorityHost {
  /** Milliseconds by a clock that nobody sets. */
  elapsed(): number;
  /** Resolves when what was sent is handed to the network. */
  sent(): Promise<void>;
  /** Runs code of the app in the scope of a client. */
  within<T>(owner: Pick<Owner, "client" | "session"> & Pick<Scope, "isInitial">, fn: () => T): T;
  broadcast(event: string, data: unknown, to?: readonly string[]): void;
  after(ms: number, fn: () => void): () => void;
  /** Whether the backend outlives this process. */
  readonly isDurable: boolean;
  /** Until when a stored one lasts by itself, in milliseconds since 1970. */
  until(): number;
}

/** What an instance is of, and whose. */
interface Own extends Owner {
  readonly component: Component;
  /** A client's id; or a session's and the path of a page, whose forms are sent. */
  readonly holder: string;
  /** The parts of its state whose truth is elsewhere. */
  readonly placed: readonly Placed[];
}

type BatchFrame = Frame<"write">["batches"][number];

interface Outcome extends Written, Omit<Told, "frame"> {
  readonly refusal?: RefusedWrite;
  readonly cause?: unknown;
}

interface Written extends Draft {
  /** By how many bytes the state grows. */
  readonly grown?: number;
}

/** One call of the page, or one write to a field. */
interface Told {
  readonly frame: BatchFrame;
  readonly writer: string;
  readonly n: number;
}

interface InstanceBeginning extends Beginning {
  /** The backend has it. */
  readonly isStored: boolean;
}

const NOTHING: Draft = { ops: [], undo: [] };

export class Instance extends Authority {
  readonly #host: InstanceHost;
  readonly #own: Own;
  #bounds = UNBOUND;
  #queue: Told[] = [];
  /** The call that is under way, until it is answered. */
  #told: Told | undefined;
  /** The same, while it may write. */
  #turn: Turn | undefined;
  #isOver = false;
  #leaving: AbortController | undefined;
  #rate: Bucket | undefined;
  /** Those that were sent to it. */
  #forms: SentForms | undefined;
  isMounted = false;
  #isKept: boolean;
  /** So many links of its page hold it: while one takes the other's place, two. */
  links = 0;
  /** So many have left it. */
  cuts = 0;

  constructor({ component, key }: InstanceName, own: Own, host: InstanceHost, beginning: InstanceBeginning) {
    super(own.component.definition(component), key, host, beginning);
    this.#host = host;
    this.#own = own;
    this.#isKept = beginning.isStored;
    if (own.placed.length)
      this.#bounds = new Bounds(own.placed.map(({ path, source }) => source.bind(this.#place(path))));
  }

  get component(): Component {
    return this.#own.component;
  }

  get client(): Client {
    return this.#own.client;
  }

  get session(): unknown {
    return this.#own.session;
  }

  get holder(): string {
    return this.#own.holder;
  }

  get params(): JsonObject {
    return this.#own.params;
  }

  get placed(): readonly Placed[] {
    return this.#own.placed;
  }

  /** What it was given counts like its state: both may be as large as a page likes. */
  get paramsBytes(): number {
    return JSON.stringify(this.#own.params).length;
  }

  /** In memory ops take several times their letters: of a small state none are kept. */
  protected override get logBytes(): number {
    return Math.min(super.logBytes, this.bytes / 16);
  }

  // Its life

  /** The backend has it from now on, where that outlives this process. */
  keep(): void {
    if (this.#isKept || !this.#host.isDurable) return;
    this.#isKept = true;
    this.enqueue({ entry: { ops: [], at: this.#host.now() }, undo: [] });
  }

  override get isKept(): boolean {
    return this.#isKept;
  }

  override get storedName(): string {
    return storedName(this.#own.holder, this.name);
  }

  protected override get until(): number {
    return this.#host.until();
  }

  /** A page has taken it. */
  mount(): void {
    if (this.isMounted) return;
    this.isMounted = true;
    this.#hook("onMount");
  }

  end(): void {
    this.#isOver = true;
    this.#leaving?.abort();
    this.#queue.length = 0;
    if (this.isMounted) this.#hook("onUnmount");
    this.#bounds.end();
  }

  /** What throws in it is the app's own fault, and nobody's loss. */
  #hook(name: "onMount" | "onUnmount" | "onError", ...about: Error[]) {
    const { options } = this.component;
    const hook = options[name] as ((state: object, ...rest: unknown[]) => unknown) | undefined;
    if (!hook) return;
    const failed = (error: unknown) => this.fault(error, { hook: name });
    const state = rootHandle(this);
    try {
      const given = this.#within(() => hook.call(options, state, ...about, this.#context()));
      if (isAwaitable(given)) given.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  #within<T>(fn: () => T): T {
    return this.#host.within(this.#own, fn);
  }

  /** A part of its state, for what that is bound to. */
  #place(path: Path): Place {
    const written = () => {
      this.close();
      return this.#turn?.draft.ops;
    };
    return {
      core: this,
      path,
      get written() {
        return written();
      },
      show: (ops) => this.#show(ops),
      failed: (error) => this.#lost(error),
      after: (ms, fn) => this.#host.after(ms, fn),
    };
  }

  #show(ops: readonly Op[]) {
    this.close();
    const batch = this.newBatch();
    for (const op of ops) this.apply(op, batch);
    super.commit(batch);
    this.notify(batch.ops);
  }

  /** Something that no call waits for. */
  #lost(error: unknown) {
    if (!isTold(error)) this.fault(error);
    this.#hook("onError", error instanceof Error ? error : new Error(String(error)));
  }

  #signal(turn: Turn | undefined): AbortSignal {
    this.#leaving ??= new AbortController();
    if (this.#isOver) this.#leaving.abort();
    const { signal } = this.#leaving;
    return turn ? AbortSignal.any([signal, turn.signal]) : signal;
  }

  /** Of one call, or of a hook: an instance at rest keeps none. */
  #context(turn?: Turn): LiveContext {
    const { client, session, params } = this.#own;
    const { broadcast } = this.#host;
    let signal: AbortSignal | undefined;
    const signalOnce = () => (signal ??= this.#signal(turn));
    return {
      client,
      session,
      params,
      get signal() {
        return signalOnce();
      },
      render: () => {
        const sent = this.#render(turn);
        // Nobody has to wait for it: what is wrong is said at the end of the call, too.
        sent.catch(() => {});
        return sent;
      },
      broadcast: (event, data) => broadcast(event, data),
      broadcastTo: (to, event, data) => broadcast(event, data, [to].flat() as string[]),
    };
  }

  /** What another call has written so far is its own: a hook does not send it, nor does a call that was answered. */
  async #render(turn: Turn | undefined): Promise<void> {
    turn?.mustBeInTime();
    this.close();
    const keeping = turn && this.#keep(turn);
    if (keeping) await keeping;
    if (turn === this.#turn) this.#send();
    await this.settled();
    await this.#host.sent();
  }

  #send() {
    const { draft } = this.#turn ?? {};
    if (draft?.ops.length) {
      this.#check(draft);
      (this.#turn as Turn).draft = { ops: [], undo: [] };
      super.commit(draft);
      this.#bounds.wrote(draft.ops);
    }
    // Who renders on without its element has no more time than the others.
    if (!this.#isOver) this.#turn?.renew();
  }

  /** What a call wrote elsewhere is kept there before anybody is told. Undefined: nothing was written there. */
  #keep(turn: Turn): Promise<void> | undefined {
    this.close();
    // It had its time.
    if (turn !== this.#turn) return undefined;
    // A timer may write meanwhile.
    return this.#bounds.keep(() => this.#check(turn.draft))?.then(() => this.#keep(turn));
  }

  /** Without what the running call has not sent: it may yet be undone. */
  override committedState(): JsonObject {
    this.close();
    const { ops, undo } = this.#turn?.draft ?? NOTHING;
    this.revert(undo);
    const state = super.committedState();
    for (const op of ops) this.tree.apply(op);
    return state;
  }

  override state(...about: Parameters<Authority["state"]>): Frame<"state"> {
    const state = super.state(...about);
    return state.patches ? state : { ...state, live: this.component.about as Frame<"state">["live"] };
  }

  // What its page calls

  override submit({ n, batches }: Frame<"write">, author: Subscription): void {
    const { writer } = author;
    const waiting = this.#told ? [this.#told, ...this.#queue] : [];
    const last = waiting.findLast((told) => told.writer === writer);
    const next = last ? last.n + 1 : this.next(writer);
    if (n + batches.length <= next) {
      author.connection.count("duplicates", batches.length);
      // What is under way is answered when it is done.
      return this.again(n, n + batches.length - 1, author);
    }
    // On a new link, what is under way comes again together with what was made since.
    const known = last && n < next ? next - n : 0;
    if (n + known !== next)
      return author.error({ code: next === 1 ? "E_CLIENT_EXPIRED" : "E_SEQ", re: n, next });
    // A page sends a message when the one before it is answered; so no more than one waits here, or it comes later.
    if (this.#queue.length) return author.postpone(n);
    for (const [index, frame] of batches.entries())
      if (index >= known) this.#queue.push({ frame, writer, n: n + index });
    if (!this.#told) void this.#work();
  }

  protected override get facts(): Facts {
    return { component: this.definition.name.slice(1), key: this.key, client: this.client.id };
  }

  /** Of the callback that is under way. */
  #failed(error: unknown) {
    this.fault(error, factsOf(this.#told));
  }

  /** One after another; what takes no time is done at once. */
  async #work(): Promise<void> {
    for (let told = this.#queue.shift(); told; told = this.#queue.shift()) {
      this.#told = told;
      try {
        const running = this.#begin(told);
        if (running) await running;
        this.#enter({ ...told, ...this.#taken() });
        this.#bounds.free(false);
      } catch (error) {
        this.#refuse(told, error);
        this.#bounds.free(true);
      }
    }
    this.#told = undefined;
    // At rest it keeps no room for more.
    this.#queue.length = 0;
  }

  /** Runs a callback for a form that was sent, under a name where that counts once. Gives why it came to nothing, if it did. */
  run(callback: string, args: readonly unknown[], name: string | undefined): Promise<Failure | undefined> {
    this.#forms ??= new SentForms();
    return this.#forms.take(name, () => this.#run({ frame: { action: callback, args } } as Told));
  }

  async #run(told: Told): Promise<Failure | undefined> {
    this.#told = told;
    try {
      await this.#begin(told);
      super.commit(this.#taken());
      this.#bounds.free(false);
    } catch (error) {
      const failure = this.#undone(error);
      this.#bounds.free(true);
      return failure;
    } finally {
      this.#told = undefined;
    }
    await this.settled();
    return undefined;
  }

  /** A promise, where the callback takes time. */
  #begin(told: Told): Promise<void> | undefined {
    this.close();
    const { callback } = factsOf(told);
    const turn = new Turn(`${this.definition.name.slice(1)}.${callback}`, this.#host);
    this.#turn = turn;
    const called = this.#take(told, turn);
    const running = called ? Promise.resolve(called).then(() => this.#keep(turn)) : this.#keep(turn);
    return running && turn.inTime(running, (error) => this.#failed(error));
  }

  /** What the callback wrote. Throws where it may not. */
  #taken(): Written {
    this.close();
    const { draft } = this.#turn as Turn;
    const grown = this.#check(draft);
    this.#turn = undefined;
    this.#bounds.wrote(draft.ops);
    return { ...draft, grown };
  }

  /** What the callback gives, if that is to be waited for. */
  #take({ frame }: Told, turn: Turn): PromiseLike<unknown> | undefined {
    this.#count();
    if (Array.isArray(frame)) return this.#model(frame);
    const { structs, run } = this.component.callback(frame.action);
    const args = takeFields(structs, frame.args, frame.action);
    const call = run as (...args: unknown[]) => unknown;
    const given = this.#within(() => call(turn.rootOf(this), ...args, this.#context(turn)));
    return isAwaitable(given) ? given : undefined;
  }

  #count() {
    const { rate } = this.component.options;
    if (!rate) return;
    this.#rate ??= new Bucket((rate.count * 1000) / rate.perMs, rate.count, 0);
    const message = `Too often: at most ${rate.count} times in ${rate.perMs / 1000} seconds.`;
    if (this.#rate.take(1, this.#host.elapsed())) fail("E_RATE", {}, { message, origin: "peer" });
  }

  /** Fields that are bound to keys of the state. */
  #model(ops: readonly unknown[]): undefined {
    const { model } = this.component.options;
    for (const op of ops as Op[]) {
      const [kind, path] = op;
      if (kind !== "set" || !model.includes(path.join("."))) fail("E_FORBIDDEN", { store: this.name, path });
      checkSent(op, {
        name: this.name,
        definition: this.definition,
        maxPathSteps: path.length,
        hasView: false,
      });
      this.write(op);
    }
  }

  /** What its own code writes is checked as a whole, when it is sent. */
  protected override check(batch: Batch, added: readonly Op[] | Call): void {
    if (!this.#turn) super.check(batch, added);
  }

  /** What is written while a call is under way belongs to it, also where a timer writes. */
  protected override commit(batch: Batch): void {
    if (!this.#turn) {
      super.commit(batch);
      return this.#bounds.wrote(batch.ops);
    }
    this.#turn.draft.ops.push(...batch.ops);
    this.#turn.draft.undo.push(...batch.undo);
  }

  /** Gives by how much the state grows. */
  #check(draft: Draft): number {
    validate(this, draft.ops);
    return this.checkedGrowth(draft);
  }

  #refuse({ n, writer }: Told, error: unknown) {
    // The rest of its message was made before this was known: it comes again.
    this.#queue = this.#queue.filter((told) => told.writer !== writer);
    this.#enter({ n, writer, ops: [], undo: [], refusal: this.#undone(error), cause: error });
  }

  /** What it wrote since the last `render()` is undone; gives what is told of why. */
  #undone(error: unknown): Failure {
    this.close();
    const turn = this.#turn as Turn;
    const { undo, ops } = turn.draft;
    this.#turn = undefined;
    turn.refuse();
    this.revert(undo);
    if (ops.length) this.notify(undefined);
    // Its signal was to end it.
    const isAborted = this.#isOver && error instanceof Error && error.name === "AbortError";
    if (!isTold(error) && !isAborted) this.#failed(error);
    if (!isAborted) this.#hook("onError", error instanceof Error ? error : new Error(String(error)));
    this.close();
    return failureOf(error);
  }

  #enter({ n, writer, ops, undo, refusal, cause, grown = 0 }: Outcome) {
    // By now its page may have another link, or none; another element there counts calls of its own.
    const author = [...this.subscriptions].find((each) => each.writer === writer);
    this.enqueue(
      { entry: { ops, writer, n, at: this.#host.now(), refusal }, undo, author, isChanged: true, cause },
      grown,
    );
  }
}

/** What the log says of a call: which callback, or nothing where a field is written. */
const factsOf = (told: Told | undefined): Facts =>
  !told || Array.isArray(told.frame) ? {} : { callback: told.frame.action };

/** No holder has an "@", and of the names of stores none before its key. */
export const storedName = (holder: string, name: string): string => `${holder}${name}`;
