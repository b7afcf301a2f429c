/**
 * One element's state on the server: a store that its page alone has, and that its component's callbacks write. The calls
 * of the page are numbered like any client's writes, and taken one after another; what a call wrote is committed with its
 * number when the callback has settled, and what it wrote until then with each `render()`. A callback that throws has
 * written nothing since the last of these.
 */
import { fail, VioletError } from "../../src/errors.ts";
import type { Batch, Call } from "../../src/state/core.ts";
import type { Client } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { Op } from "../../src/state/ops.ts";
import { takeArguments, validate } from "../../src/state/validation.ts";
import type { Frame } from "../../src/wire/frames.ts";
import type { RefusedWrite } from "../backends/backend.ts";
import { isAwaitable } from "../deadline.ts";
import { Authority, type AuthorityHost, type Beginning } from "../hub/authority.ts";
import type { InstanceName, Owner } from "../hub/hub.ts";
import { Bucket } from "../hub/rates.ts";
import { checkSent } from "../hub/sent.ts";
import type { Subscription } from "../hub/subscription.ts";
import type { Facts } from "../logger.ts";
import type { Callback, Component, LiveContext } from "./component.ts";
import { type Failure, failureOf, isTold } from "./failure.ts";
import { fromFields } from "./fields.ts";

/** What the instances of an app have in common. */
export interface InstanceHost extends AuthorityHost {
  /** Milliseconds by a clock that nobody sets. */
  elapsed(): number;
  /** Resolves when what was sent is handed to the network. */
  sent(): Promise<void>;
  /** Runs code of the app in the scope of a client. */
  within<T>(owner: Pick<Owner, "client" | "session">, fn: () => T): T;
  broadcast(event: string, data: unknown, to?: readonly string[]): void;
  after(ms: number, fn: () => void): () => void;
}

/** What an instance is of, and whose. */
interface Own extends Owner {
  readonly component: Component;
  /** A client's id; or a session's and the path of a page, whose forms are sent. */
  readonly holder: string;
}

type BatchFrame = Frame<"write">["batches"][number];

interface Outcome extends Written, Omit<Told, "frame"> {
  readonly refusal?: RefusedWrite;
  readonly cause?: unknown;
}

interface Written extends Pick<Batch, "ops" | "undo"> {
  /** By how many bytes the state grows. */
  readonly grown?: number;
}

/** One call of the page, or one write to a field. */
interface Told {
  readonly frame: BatchFrame;
  readonly n: number;
  readonly author: Subscription;
}

const NOTHING: Pick<Batch, "ops" | "undo"> = { ops: [], undo: [] };

export class Instance extends Authority {
  readonly #host: InstanceHost;
  readonly #own: Own;
  readonly #queue: Told[] = [];
  /** The call that is under way. */
  #running: Told | undefined;
  /** What it wrote since the last `render()`. */
  #written: Pick<Batch, "ops" | "undo"> | undefined;
  /** Starts the running call's time anew. */
  #renew: (() => void) | undefined;
  #isOver = false;
  #leaving: AbortController | undefined;
  #rate: Bucket | undefined;
  /** The last of the forms that were sent. */
  #sent: Promise<Failure | undefined> | undefined;
  isMounted = false;
  /** So many links of its page hold it: while one takes the other's place, two. */
  links = 0;
  /** So many have left it. */
  cuts = 0;

  constructor({ component, key }: InstanceName, own: Own, host: InstanceHost, beginning: Beginning) {
    super(own.component.definition(component), key, host, beginning);
    this.#host = host;
    this.#own = own;
  }

  get component(): Component {
    return this.#own.component;
  }

  get client(): Client {
    return this.#own.client;
  }

  get holder(): string {
    return this.#own.holder;
  }

  get params(): JsonObject {
    return this.#own.params;
  }

  /** What it was given counts like its state: both may be as large as a page likes. */
  get paramsBytes(): number {
    return JSON.stringify(this.#own.params).length;
  }

  // Its life

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
  }

  /** What throws in it is the app's own fault, and nobody's loss. */
  #hook(name: "onMount" | "onUnmount" | "onError", ...about: Error[]) {
    const { options } = this.component;
    const hook = options[name] as ((state: object, ...rest: unknown[]) => unknown) | undefined;
    if (!hook) return;
    const failed = (error: unknown) => this.fault(error, { hook: name });
    try {
      const given = this.#within(() => hook.call(options, this.root, ...about, this.#context()));
      if (isAwaitable(given)) given.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  #within<T>(fn: () => T): T {
    return this.#host.within(this.#own, fn);
  }

  get #signal(): AbortSignal {
    this.#leaving ??= new AbortController();
    if (this.#isOver) this.#leaving.abort();
    return this.#leaving.signal;
  }

  /** Of one call, or of a hook: an instance at rest keeps none. */
  #context(call?: Told): LiveContext {
    const { client, session, params } = this.#own;
    const { broadcast } = this.#host;
    const signal = () => this.#signal;
    return {
      client,
      session,
      params,
      get signal() {
        return signal();
      },
      render: () => this.#render(call),
      broadcast: (event, data) => broadcast(event, data),
      broadcastTo: (to, event, data) => broadcast(event, data, [to].flat() as string[]),
    };
  }

  /** What another call has written so far is its own: neither a hook sends it, nor a callback that had its time. */
  async #render(call: Told | undefined): Promise<void> {
    this.close();
    if (call === this.#running) this.#send();
    await this.settled();
    await this.#host.sent();
  }

  #send() {
    const written = this.#written;
    if (written?.ops.length) {
      this.#check(written);
      this.#written = { ops: [], undo: [] };
      super.commit(written);
    }
    this.#renew?.();
  }

  /** Without what the running call has not sent: it may yet be undone. */
  override committedState(): JsonObject {
    this.close();
    const { ops, undo } = this.#written ?? NOTHING;
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
    const waiting = this.#running ? [this.#running, ...this.#queue] : [];
    const last = waiting.findLast(({ author: { writer: own } }) => own === writer);
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
      if (index >= known) this.#queue.push({ frame, n: n + index, author });
    if (!this.#running) void this.#work();
  }

  protected override get facts(): Facts {
    return { component: this.definition.name.slice(1), key: this.key, client: this.client.id };
  }

  /** Of the callback that is under way. */
  #failed(error: unknown) {
    const call = this.#running?.frame;
    this.fault(error, !call || Array.isArray(call) ? {} : { callback: call.action });
  }

  /** One after another; what takes no time is done at once. */
  async #work(): Promise<void> {
    for (let told = this.#queue.shift(); told; told = this.#queue.shift()) {
      this.#running = told;
      try {
        const running = this.#begin(told);
        if (running) await this.#inTime(running);
        this.#enter({ ...told, ...this.#taken() });
      } catch (error) {
        this.#refuse(told, error);
      }
    }
    this.#running = undefined;
    // At rest it keeps no room for more.
    this.#queue.length = 0;
  }

  /** Runs a callback for a form that was sent, after those before it. Gives why it came to nothing, if it did. */
  run(callback: string, args: readonly unknown[]): Promise<Failure | undefined> {
    const run = () => this.#run({ frame: { action: callback, args } } as Told);
    return (this.#sent = this.#sent ? this.#sent.then(run) : run());
  }

  async #run(told: Told): Promise<Failure | undefined> {
    this.#running = told;
    try {
      const running = this.#begin(told);
      if (running) await this.#inTime(running);
      super.commit(this.#taken());
    } catch (error) {
      return this.#undone(error);
    } finally {
      this.#running = undefined;
    }
    await this.settled();
    return undefined;
  }

  #begin(told: Told): Promise<unknown> | undefined {
    this.close();
    this.#written = { ops: [], undo: [] };
    return this.#take(told);
  }

  /** What the callback wrote. Throws where it may not. */
  #taken(): Written {
    this.close();
    const { ops, undo } = this.#written as Batch;
    const grown = this.#check({ ops, undo });
    this.#written = undefined;
    return { ops, undo, grown };
  }

  /** A promise, where the callback gives one. */
  #take(told: Told): Promise<unknown> | undefined {
    const { frame } = told;
    this.#count();
    if (Array.isArray(frame)) return this.#model(frame);
    const { structs, run } = this.#callback(frame);
    const args = takeArguments(structs, fromFields(structs, frame.args), frame.action);
    const call = run as (...args: unknown[]) => unknown;
    const given = this.#within(() => call(this.root, ...args, this.#context(told)));
    // Those of databases are often no Promise.
    return isAwaitable(given) ? Promise.resolve(given) : undefined;
  }

  #callback({ action }: Call): Callback {
    return (
      this.component.options.callbacks.get(action) ??
      fail("E_UNKNOWN_CALLABLE", { name: action }, { origin: "peer" })
    );
  }

  #count() {
    const { rate } = this.component.options;
    if (!rate) return;
    this.#rate ??= new Bucket((rate.count * 1000) / rate.perMs, rate.count, 0);
    const message = `"${this.definition.name}" takes ${rate.count} calls in ${rate.perMs / 1000} seconds.`;
    if (this.#rate.take(1, this.#host.elapsed())) fail("E_RATE", {}, { message, origin: "peer" });
  }

  /** Fields that are bound to keys of the state. */
  #model(ops: readonly unknown[]): undefined {
    const { model } = this.component.options;
    for (const op of ops as Op[]) {
      const [kind, path] = op;
      if (kind !== "set" || path.length > 1 || !model.includes(String(path[0])))
        fail("E_FORBIDDEN", { store: this.name, path });
      checkSent(op, { name: this.name, definition: this.definition, maxPathSteps: 1, hasView: false });
      this.write(op);
    }
  }

  /** A callback has `handlerMs`, and after each `render()` as long again. */
  #inTime(running: Promise<unknown>): Promise<unknown> {
    const { handlerMs } = this.#host.limits;
    return new Promise((resolve, reject) => {
      let stop = () => {};
      const renew = () => {
        stop();
        const message = `A callback of "${this.name}" took longer than ${handlerMs} ms (limits.handlerMs).`;
        stop = this.#host.after(handlerMs, () => {
          this.#failed(new VioletError("E_UNAVAILABLE", {}, { message }));
          reject(new VioletError("E_UNAVAILABLE"));
        });
      };
      this.#renew = renew;
      renew();
      running.then(resolve, reject).finally(() => {
        stop();
        // One that had its time may settle while another runs.
        if (this.#renew === renew) this.#renew = undefined;
      });
    });
  }

  /** What its own code writes is checked as a whole, when it is sent. */
  protected override check(batch: Batch, added: readonly Op[] | Call): void {
    if (!this.#written) super.check(batch, added);
  }

  /** What is written while a call is under way belongs to it, also where a timer writes. */
  protected override commit(batch: Batch): void {
    if (!this.#written) return super.commit(batch);
    this.#written.ops.push(...batch.ops);
    this.#written.undo.push(...batch.undo);
  }

  /** Gives by how much the state grows. */
  #check(written: Pick<Batch, "ops" | "undo">): number {
    validate(this, written.ops);
    return this.checkedGrowth(written);
  }

  #refuse({ n, author }: Told, error: unknown) {
    // The rest of its message was made before this was known: it comes again.
    this.#queue.length = 0;
    this.#enter({ n, author, ops: [], undo: [], refusal: this.#undone(error), cause: error });
  }

  /** What it wrote since the last `render()` is undone; gives what is told of why. */
  #undone(error: unknown): Failure {
    const { undo, ops } = this.#written as Batch;
    this.#written = undefined;
    this.revert(undo);
    if (ops.length) this.notify(undefined);
    // Its signal was to end it.
    const isAborted = this.#isOver && error instanceof Error && error.name === "AbortError";
    if (!isTold(error) && !isAborted) this.#failed(error);
    if (!isAborted) this.#hook("onError", error instanceof Error ? error : new Error(String(error)));
    this.close();
    return failureOf(error);
  }

  #enter({ n, author, ops, undo, refusal, cause, grown = 0 }: Outcome) {
    const { writer } = author;
    const [now = author] = this.subscriptions;
    this.enqueue(
      { entry: { ops, writer, n, at: this.#host.now(), refusal }, undo, author: now, isChanged: true, cause },
      grown,
    );
  }
}
