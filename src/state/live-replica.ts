/**
 * The browser's side of an instance of a live component: a store that the server alone writes. What the page sends are
 * calls of callbacks, each numbered and answered like any write; nothing is shown before it is answered.
 */
import { fail, VioletError } from "../errors.ts";
import type { Frame } from "../wire/frames.ts";
import type { Batch } from "./core.ts";
import type { Definition } from "./definition.ts";
import type { Json, JsonObject } from "./json.ts";
import { type About, type LiveError, liveDefinition, type Mounted, type Mounting } from "./live.ts";
import type { Op } from "./ops.ts";
import { type Given, Replica, type ReplicaHost } from "./replica.ts";
import { plainArguments } from "./validation.ts";

/** What an instance needs of the page; the runtime is it. */
export interface LiveHost extends ReplicaHost {
  random(): number;
  /** What the page brings of this instance, once. */
  given(name: string): GivenInstance | undefined;
  /** Takes an instance in, and subscribes to it. Throws E_DUPLICATE_KEY. */
  add(replica: Replica): void;
  /** Ends it, here and on the server. */
  drop(replica: Replica): void;
}

interface GivenInstance extends Given {
  readonly live?: About;
}

const definitions = new Map<string, Definition>();

function definitionOf(component: string): Definition {
  const known = definitions.get(component) ?? liveDefinition(component);
  definitions.set(component, known);
  return known;
}

export class LiveReplica extends Replica implements Mounted {
  about: About | undefined;
  error: LiveError | undefined;
  readonly #host: LiveHost;
  readonly #params: JsonObject;
  readonly #changed: () => void;
  /** The calls that wait for a later one of the same callback. */
  readonly #delayed = new Map<string, object>();

  constructor(mounting: Mounting, host: LiveHost) {
    const { component, params, changed } = mounting;
    // An element that was made here, without a key of its own.
    const { key = `~${host.random().toString(36).slice(2)}` } = mounting;
    const definition = definitionOf(component);
    const given = host.given(`${definition.name}/${key}`);
    super(definition, key, host, given);
    this.#host = host;
    this.#params = params;
    this.#changed = changed;
    this.about = given?.live;
    host.add(this);
  }

  get core(): this {
    return this;
  }

  get isBusy(): boolean {
    return this.pending > 0;
  }

  override subscription() {
    return { ...super.subscription(), params: this.#params };
  }

  override receive(frame: Frame<"state"> | Parameters<Replica["receive"]>[0]): void {
    const { pending } = this;
    if (frame.type === "state") this.about = frame.live ?? this.about;
    super.receive(frame);
    if (this.pending !== pending) this.#changed();
  }

  /** The calls of one callback within the component's `debounceMs` are one: the last. */
  send(callback: string, args: readonly unknown[]): void {
    const { debounceMs } = this.about ?? {};
    if (!debounceMs) return this.call(callback, args);
    const last = {};
    this.#delayed.set(callback, last);
    this.#host.after(debounceMs, () => this.#delayed.get(callback) === last && this.call(callback, args));
  }

  override call(callback: string, args: readonly unknown[]): void {
    super.call(callback, args);
    this.#changed();
  }

  /** Which arguments it takes, the server knows. */
  protected override arguments(callback: string, args: readonly unknown[]): readonly Json[] {
    return plainArguments(args, `${this.name}.${callback}`);
  }

  /** Of the state a page writes what fields may be bound to, and nothing else. */
  protected override guard(op: Op): void {
    const { model = [] } = this.about ?? {};
    if (!model.includes(String(op[1][0])))
      fail("E_READ_ONLY", { store: this.name, hint: "the server writes it" });
    super.guard(op);
  }

  /** It is told to the element alone: what the page as a whole could not save is another matter. */
  protected override decided(batch: Batch | undefined, outcome: boolean | VioletError): void {
    const { code, field, message = "" } = outcome instanceof VioletError ? outcome : {};
    // It is for people: the code stands beside it.
    this.error = code && {
      callback: batch?.call?.action,
      code,
      field,
      message: message.replace(`${code}: `, ""),
    };
    this.#changed();
  }

  unmount(): void {
    this.#delayed.clear();
    this.#host.drop(this);
  }
}
