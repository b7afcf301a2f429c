import { explain } from "#dev";
import { type ErrorCode, fail } from "../../src/errors.ts";
import type { Client } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { Op } from "../../src/state/ops.ts";
import type { Authority } from "./authority.ts";
import type { Connection, Failure } from "./connection.ts";
import { Encoded } from "./encoded.ts";
import { Exit, type ExitHost } from "./exit.ts";
import type { Change, View } from "./views.ts";

/** What a page asked for: which of its lives as a writer, and what it has. */
export interface Request {
  readonly life: number;
  readonly epoch?: string | undefined;
  readonly version?: number | undefined;
  /** Of an instance of a live component: what its element was given. */
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  /** The page does not know its actions. */
  readonly untyped?: true | undefined;
}

/** A batch of this client that is committed. Without `v` that was said before. */
interface Acknowledged {
  readonly n: number;
  readonly v?: number;
  /** What it became. */
  readonly ops?: readonly Op[] | undefined;
  /** The state that it made, in a store with a view. */
  readonly state?: JsonObject | undefined;
}

/** What could not be decided comes again after this time. */
export const RETRY_MS = 1000;

/** What a page sees of which nothing is known. */
const NOTHING: View = { value: {}, digest: "", holders: 0 };

/** One connection's look at one store: everything that the store tells it goes through here. */
export class Subscription implements ExitHost {
  readonly authority: Authority;
  readonly connection: Connection;
  #life = 0;
  #isOpen = true;
  /** The page cannot keep up: it gets nothing more until it has read so far that it subscribes again. */
  #isBehind = false;
  /** What this client saw last, in a store with a view. */
  #view: View | undefined;
  /** In a store with a `read` rule, once something went through it. */
  #exit: Exit | undefined;

  constructor(authority: Authority, connection: Connection) {
    this.authority = authority;
    this.connection = connection;
  }

  get client(): Client {
    return this.connection.client;
  }

  /** Under which name this page's batches are numbered. */
  get writer(): string {
    return `${this.client.id}.${this.#life}`;
  }

  get limits(): ExitHost["limits"] {
    return this.connection.limits;
  }

  mayRead(): boolean | Promise<boolean> {
    return this.connection.mayRead(this.authority);
  }

  /**
   * Answers a subscription with what was missed, or with everything, when nothing of its writer is undecided. Rejects with
   * E_UNAVAILABLE where that takes too long, and with E_FORBIDDEN where the client may not read any more.
   */
  async open(request: Request): Promise<void> {
    const { authority, connection } = this;
    this.#life = request.life;
    const deciding = authority.decided(this.writer);
    if (deciding) await connection.inTime(deciding, `A commit of "${authority.name}"`);
    if (authority.isGuarded && !(await this.mayRead())) fail("E_FORBIDDEN");
    if (!this.#isOpen || connection.state !== "live") return;
    this.#count(request);
    // What waits there belongs to the subscription that ends with this answer.
    this.#forget();
    this.#isBehind = false;
    const seen = authority.views.areDefined ? this.#look(authority.committedState()) : undefined;
    const state = authority.state(request, this.writer, () => seen?.value ?? authority.committedState());
    authority.subscriptions.add(this);
    connection.count(state.patches ? "resumes" : "snapshots");
    connection.answer(new Encoded(state));
  }

  #count({ epoch }: Request) {
    const { authority, connection } = this;
    if (authority.subscriptions.has(this) && !this.#isBehind) connection.count("gaps");
    if (epoch !== undefined && epoch !== authority.epoch) connection.count("epochs");
  }

  #forget() {
    this.#exit?.close();
    this.#exit = undefined;
  }

  /** Lets something out of a store with a `read` rule, when the rule allows it now. */
  #ask(bytes: number, send: () => void) {
    this.#exit ??= new Exit(this);
    this.#exit.pass(bytes, send);
  }

  /** What made a version, in a store with a `read` rule. */
  askAndPatch(patch: Encoded): void {
    this.#ask(patch.text.length, () => this.patch(patch));
  }

  /** What made a version. */
  patch(patch: Encoded): void {
    const { connection } = this;
    if (!this.#isBehind && connection.patch(patch)) return;
    connection.count("drops");
    if (!this.#isBehind) this.#fallBehind();
  }

  #fallBehind() {
    this.#isBehind = true;
    this.#seeNothing();
    this.error({ code: "E_RESYNC" });
  }

  overflowed(frames: number): void {
    this.connection.count("drops", frames);
    this.#fallBehind();
  }

  /** The same in a store with a view: what it changed for this client. */
  patchView(v: number, state: JsonObject): void {
    if (this.#isBehind) return this.connection.count("drops");
    try {
      const { patch } = this.#change(v, state);
      if (this.authority.isGuarded) this.askAndPatch(patch);
      else this.patch(patch);
    } catch (error) {
      this.refused(error);
    }
  }

  #change(v: number, state: JsonObject): Change {
    const before = this.#view ?? NOTHING;
    return this.authority.views.change(before, this.#look(state), v);
  }

  #look(state: JsonObject): View {
    const view = this.authority.views.hold(this.client, state);
    this.#seeNothing();
    this.#view = view;
    return view;
  }

  #seeNothing() {
    if (this.#view) this.authority.views.release(this.#view);
    this.#view = undefined;
  }

  acknowledge({ n, v, ops, state }: Acknowledged): void {
    // The answer to the next subscription says it, too. What is held for a page that has gone, nobody would release.
    if (!this.#isOpen || this.#isBehind) return;
    try {
      const seen = v !== undefined && state ? this.#change(v, state).ops : ops;
      const ack = new Encoded({ type: "ack", store: this.authority.id, n, v, ops: seen });
      if (this.authority.isGuarded)
        this.#ask(ack.text.length, () => this.#isBehind || this.connection.send(ack));
      else this.connection.send(ack);
    } catch (error) {
      this.refused(error);
    }
  }

  /** Nothing of this batch was taken, nor refused: it is to come again. */
  postpone(n: number): void {
    this.error({ code: "E_UNAVAILABLE", re: n, retryAfterMs: RETRY_MS });
  }

  error({ message, ...failure }: Failure): void {
    const { id, name } = this.authority;
    const text = message ?? explain(failure.code as ErrorCode, { store: name });
    const tell = () => this.connection.error({ store: id, ...failure, message: text });
    if (this.authority.isGuarded) this.#ask(text.length, tell);
    else tell();
  }

  /** It may not read any more, or nobody can say; or the app's view throws. */
  refused(error: unknown): void {
    this.close();
    this.connection.refuse(this.authority.name, error);
  }

  close(): void {
    this.#isOpen = false;
    this.#forget();
    this.#seeNothing();
    this.authority.subscriptions.delete(this);
  }
}
