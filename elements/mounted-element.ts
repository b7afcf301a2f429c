import { isServer, type PropertyValues, type ReactiveElement } from "lit";
import { DEV } from "#dev";
import type { Method } from "../src/events/callback.ts";
import { provideCalls } from "../src/events/lookup.ts";
import { type Marked, mark } from "../src/events/marks.ts";
import { asSubmitted } from "../src/events/submission.ts";
import { type Json, type JsonObject, plain } from "../src/state/json.ts";
import type { LiveError, Mounted } from "../src/state/live.ts";
import type { StoreChange } from "./causes.ts";
import { checkKey, warnOfRefused } from "./mount-checks.ts";
import { mount } from "./mounting.ts";
import { VioletElement } from "./violet-element.ts";

/** Gives the wire name of an element's component. */
export const component: unique symbol = Symbol();
/** Gives an element its instance: the server calls it before it renders the element. */
export const mounts: unique symbol = Symbol();
/** The instance that an element has so far. */
export const mounted: unique symbol = Symbol();
/** Gives the component's callback of a name, to be bound and called. */
export const callOf: unique symbol = Symbol();

/**
 * An element that has an instance of a live component. It is mounted when it first updates, and unmounted when its element
 * leaves the page. An element that comes with its key in the same turn has it from then on, so what only moves keeps it.
 */
export abstract class MountedElement extends VioletElement {
  #mounted: Mounted | undefined;
  #isAway = false;
  #internals: ElementInternals | undefined;
  readonly #calls = new Map<string, Method & Marked>();

  /** A list may give an element another row. */
  static override get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: Lit gathers here what the class that is asked declares.
    return [...super.observedAttributes, "key"];
  }

  constructor() {
    super();
    // For calls in attributes: a name that this component has.
    provideCalls(this, (name) =>
      Object.hasOwn(this.#mounted?.about?.callbacks ?? {}, name) ? this[callOf](name) : undefined,
    );
  }

  abstract [component](): string;

  get [mounted](): Mounted | undefined {
    return this.#mounted;
  }

  [mounts](): Mounted {
    if (this.#mounted) return this.#mounted;
    this.#mounted = this.#mount();
    // One that is updated out of the page has it for this turn.
    if (!isServer && !this.isConnected) this.#leave();
    return this.#mounted;
  }

  #leave() {
    this.#isAway = !!this.#mounted;
    this.#mounted?.unmount();
  }

  #mount(): Mounted {
    if (DEV && !isServer) checkKey(this);
    return mount({
      host: this,
      component: this[component](),
      key: this.getAttribute("key") ?? this.#mounted?.core.key,
      rendered: this.getAttribute("data-violet-key") ?? undefined,
      params: paramsOf(this),
      changed: () => this.#show(),
    });
  }

  /** It has another component or another key now. One that is away finds out when it is back. */
  protected remount(): void {
    if (!this.#mounted || this.#isAway) return;
    this.#mounted.unmount();
    this.#mounted = undefined;
    this.requestUpdate();
  }

  /** Why the last call came to nothing; undefined after the next one that did not. */
  get error(): LiveError | undefined {
    return this[mounts]().error;
  }

  /** Calls are under way. */
  get busy(): boolean {
    return this[mounts]().isBusy;
  }

  [callOf](name: string): Method & Marked {
    const instance = () => this[mounts]();
    const call =
      this.#calls.get(name) ??
      mark((...args: unknown[]) => instance().send(name, args), {
        kind: "live",
        submitted: asSubmitted,
        get takes() {
          return instance().about?.callbacks[name];
        },
        get isOver() {
          return instance().isEnded;
        },
        target: () => [instance().core.name, name],
      });
    this.#calls.set(name, call);
    return call;
  }

  /** One for whoever asks: the platform gives them out once. */
  override attachInternals(): ElementInternals {
    return (this.#internals ??= super.attachInternals());
  }

  #show() {
    const { isBusy, isEnded } = this[mounts]();
    const { states } = this.attachInternals();
    states[isBusy ? "add" : "delete"]("pending");
    states[isEnded ? "add" : "delete"]("ended");
    this.requestUpdate();
  }

  override connectedCallback(): void {
    if (this.#isAway) this.#mounted = this.#mount();
    this.#isAway = false;
    super.connectedCallback();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave();
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === "key" && old !== value && !isServer) this.remount();
  }

  protected override update(changed: PropertyValues): void {
    const { core, error } = this[mounts]();
    // A refused one waits for nothing.
    this.ariaBusy = core.isLoaded || error ? null : "true";
    if (DEV && !core.isLoaded) warnOfRefused(this, this[component](), error);
    super.update(changed);
  }
}

/** Attributes and properties that say nothing to a component. */
export const NOT_PARAMS =
  /^(class|style|id|key|slot|hidden|part|exportparts|component|aria-.*|data-violet.*|defer-hydration)$/;

/** What an element is given: its attributes as text, and on top those of its properties that are its own, and JSON. */
function paramsOf(element: ReactiveElement): JsonObject {
  const { elementProperties } = element.constructor as typeof ReactiveElement;
  const params: Record<string, Json> = {};
  for (const { name, value } of element.attributes as Iterable<Attr>)
    if (!NOT_PARAMS.test(name)) params[name] = value;
  for (const [name, { state, ofStore }] of elementProperties as Map<PropertyKey, Partial<StoreChange>>) {
    if (typeof name !== "string" || NOT_PARAMS.test(name) || state || ofStore) continue;
    const value = jsonOf(Reflect.get(element, name));
    if (value !== undefined) params[name] = value;
  }
  return params;
}

/** A copy of it; undefined where it is no JSON. */
function jsonOf(value: unknown): Json | undefined {
  try {
    return value == null ? undefined : plain(value, "");
  } catch {
    return undefined;
  }
}
