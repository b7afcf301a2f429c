/**
 * The browser's side of an instance of a live component: a store that the server alone writes. What the page sends are
 * calls of callbacks, each numbered and answered like any write; nothing is shown before it is answered.
 */
import { DEV } from "#dev";
import { blame, placeOf } from "../dev/failures.ts";
import { type ErrorCode, fail, VioletError } from "../errors.ts";
import { adoptErrors, currentSubmission, type Submission } from "../events/submission.ts";
import type { Frame } from "../wire/frames.ts";
import { isTooBig } from "../wire/limits.ts";
import type { Batch, StoreCore } from "./core.ts";
import { type Definition, wireName } from "./definition.ts";
import { type Json, type JsonObject, plain } from "./json.ts";
import {
  type About,
  type LiveError,
  liveDefinition,
  liveError,
  type Mounted,
  type Mounting,
  plainName,
} from "./live.ts";
import type { Op } from "./ops.ts";
import type { Pending } from "./outbox.ts";
import { type Given, Replica, type ReplicaHost } from "./replica.ts";
import { plainArguments } from "./validation.ts";

/** What an instance needs of the page; the runtime is it. */
export interface LiveHost extends ReplicaHost {
  random(): number;
  /** What the page brings of this instance, once. */
  given(name: string): GivenInstance | undefined;
  /** The page's store of a wire name. */
  known(name: string): StoreCore | undefined;
  /** Takes an instance in, and subscribes to it. Throws E_DUPLICATE_KEY. */
  add(replica: Replica): void;
  /** Ends it, here and on the server. */
  drop(replica: Replica): void;
}

interface GivenInstance extends Given {
  readonly live?: About;
  readonly error?: LiveError;
}

/** What was called is answered within this time, or not waited for, when its element has gone. */
const LEAVE_MS = 10_000;

/** Elements may follow each other under one name: what one of them has sent is not another's, so each has lives of its own. */
const LIVES = 1000;
let made = 0;

/** What a page knows of a component. */
interface Component {
  readonly definition: Definition;
  about?: About | undefined;
}

const components = new WeakMap<LiveHost, Map<string, Component>>();

function componentOf({ component: name }: Mounting, host: LiveHost): Component {
  const all = components.get(host) ?? new Map<string, Component>();
  components.set(host, all);
  const known = all.get(name) ?? { definition: liveDefinition(name) };
  all.set(name, known);
  return known;
}

/** What this page says by itself, for people: in production bundles its errors are a code and a path. */
const sentences: { readonly [code in ErrorCode]?: string } = {
  E_ENDED: "The connection was lost too often. Reload the page.",
  E_PENDING_FULL: "Too much waits to be sent. Wait for the connection.",
  E_TOO_BIG: "This is too much to be sent at once.",
  E_UNDECIDED: "It is not known whether this was done. Look, and try again.",
  E_UPLOAD: "Files cannot be sent here.",
};

export class LiveReplica extends Replica implements Mounted {
  error: LiveError | undefined;
  isEnded = false;
  readonly #host: LiveHost;
  readonly #component: Component;
  readonly #params: JsonObject;
  readonly #lives = LIVES * made++;
  /** Tells its element; undefined while it has none. */
  #changed: (() => void) | undefined;
  /** The server has answered on this link. */
  #isUp = false;
  #cuts = 0;
  /** The calls that wait for a later one of the same callback. */
  readonly #delayed = new Map<string, () => void>();
  /** What was written last. Where that was sent, all was. */
  #last: Pending | undefined;
  /** The form whose call is made now; those whose calls are under way. */
  #submission: Submission | undefined;
  readonly #submissions = new Map<Batch, Submission>();

  /** The instance that an element has left and that is not over, else another one. Throws E_DUPLICATE_KEY. */
  static of(mounting: Mounting, host: LiveHost): LiveReplica {
    const { key = mounting.rendered, changed } = mounting;
    const known = host.known(wireName(componentOf(mounting, host).definition, key));
    if (!(known instanceof LiveReplica)) return new LiveReplica({ ...mounting, key }, host);
    // A copy of a rendered element has no key of its own.
    if (known.#changed) return new LiveReplica(mounting, host);
    known.isEnded = false;
    known.#changed = changed;
    return known;
  }

  constructor(mounting: Mounting, host: LiveHost) {
    const component = componentOf(mounting, host);
    const { definition } = component;
    // An element that was made here, without a key of its own.
    const { key = `~${host.random().toString(36).slice(2)}` } = mounting;
    const given = host.given(`${definition.name}/${key}`);
    super(definition, key, host, given);
    this.#host = host;
    this.#component = component;
    component.about = given?.live ?? component.about;
    this.#params = mounting.params;
    if (isTooBig(JSON.stringify(plain(this.#given, this.name)))) fail("E_TOO_BIG", { store: this.name });
    this.#changed = mounting.changed;
    this.error = given?.error;
    if (this.error) void adoptErrors(mounting.host);
    if (DEV) blame(this, { element: mounting.host.localName });
    host.add(this);
  }

  get core(): this {
    return this;
  }

  get isBusy(): boolean {
    return this.pending > 0 && !this.isEnded;
  }

  get about(): About | undefined {
    return this.#component.about;
  }

  /** Of what its element was given what the component takes, once that is known. */
  get #given(): JsonObject {
    const { params } = this.about ?? {};
    if (!params) return this.#params;
    return Object.fromEntries(
      Object.entries(this.#params).filter(([name]) => params.includes(plainName(name))),
    );
  }

  override subscription() {
    const subscription = super.subscription();
    return { ...subscription, life: this.#lives + subscription.life, params: this.#given };
  }

  override receive(frame: Frame<"state"> | Parameters<Replica["receive"]>[0]): void {
    const { pending, isLoaded } = this;
    if (frame.type === "state") {
      this.#component.about = frame.live ?? this.about;
      this.#isUp = true;
      if (this.isEnded) this.#endSoon();
    }
    super.receive(frame);
    if (this.pending !== pending || this.isLoaded !== isLoaded) this.#changed?.();
    if (this.isEnded && !this.pending) this.#end();
  }

  /** The server ends it at the same count. */
  override cut(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    if (++this.#cuts <= (this.about?.maxReconnects ?? Infinity)) return;
    this.#end();
    this.decided(undefined, new VioletError("E_ENDED", { name: this.name }));
  }

  #end() {
    this.isEnded = true;
    this.#delayed.clear();
    for (const submission of this.#submissions.values()) submission.release();
    this.#host.drop(this);
  }

  /** The calls of one callback within the component's `debounceMs` are one: the last. */
  send(callback: string, args: readonly unknown[]): void {
    if (this.isEnded) return;
    const { debounceMs } = this.about ?? {};
    const submission = currentSubmission();
    const call = () => {
      this.#delayed.delete(callback);
      this.#submission = submission;
      this.call(callback, args);
    };
    if (!debounceMs) return call();
    this.#delayed.set(callback, call);
    this.#host.after(debounceMs, () => this.#delayed.get(callback) === call && call());
  }

  protected override commit(batch: Batch): Pending {
    const pending = super.commit(batch);
    this.#last = pending;
    if (batch.call && this.#submission) this.#submissions.set(pending, this.#submission);
    return pending;
  }

  override call(callback: string, args: readonly unknown[]): void {
    const submission = this.#submission;
    try {
      super.call(callback, args);
      submission?.begin();
    } catch (error) {
      if (error instanceof VioletError) this.#tell(callback, error, submission);
      throw error;
    } finally {
      this.#submission = undefined;
    }
    this.#changed?.();
  }

  /** Which arguments it takes, the server knows. */
  protected override arguments(callback: string, args: readonly unknown[]): readonly Json[] {
    // A box that is not ticked gives nothing, and others may follow.
    const given = args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
    return plainArguments(
      given.map((arg) => arg ?? null),
      `${this.name}.${callback}`,
    );
  }

  /** Of the state a page writes what fields may be bound to, and nothing else. */
  protected override guard(op: Op): void {
    const { model = [] } = this.about ?? {};
    if (!model.includes(op[1].join(".")))
      fail("E_READ_ONLY", { store: this.name, hint: "the server writes it" });
    super.guard(op);
  }

  /** It is told to the element alone: what the page as a whole could not save is another matter. */
  protected override decided(batch: Batch | undefined, outcome: boolean | VioletError): void {
    const error = outcome instanceof VioletError ? outcome : undefined;
    const submission = batch && this.#submissions.get(batch);
    if (batch) this.#submissions.delete(batch);
    if (DEV && error) blame(error, { ...placeOf(this), binding: `callback "${batch?.call?.action}"` });
    this.#tell(batch?.call?.action, error, submission);
  }

  #tell(callback: string | undefined, error: VioletError | undefined, submission: Submission | undefined) {
    this.error = error && liveError(told(error), callback, (field) => submission?.nameOf(field) ?? field);
    submission?.end(this.error);
    this.#changed?.();
  }

  /** Another element may take it in the same turn. */
  unmount(): void {
    this.#changed = undefined;
    this.#host.after(0, () => this.#changed || this.#leave());
  }

  /** Nothing is called any more. What was called and not sent is answered first. */
  #leave() {
    const isWaiting = this.#delayed.size || (this.pending && !this.#last?.n);
    try {
      for (const call of this.#delayed.values()) call();
    } finally {
      this.isEnded = true;
      if (isWaiting) this.#endSoon();
      else this.#end();
    }
  }

  /** Where the link is lost, that time begins when it is back. */
  #endSoon() {
    this.#host.after(LEAVE_MS, () => this.isEnded && this.#isUp && this.#end());
  }
}

const told = ({ code, field, fields, message }: VioletError) => ({
  code,
  field,
  fields,
  message: sentences[code] ?? message,
});
