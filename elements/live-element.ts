import type { PropertyValues, ReactiveElement } from "lit";
import { nameOf } from "../src/calls/callable.ts";
import type { Method } from "../src/events/callback.ts";
import { provideCalls } from "../src/events/lookup.ts";
import { type Marked, mark } from "../src/events/marks.ts";
import { type Json, type JsonObject, plain } from "../src/state/json.ts";
import type { Live, LiveCalls, LiveError, Mounted } from "../src/state/live.ts";
import { observe } from "../src/state/tracking.ts";
import type { Snapshot } from "../src/state/types.ts";
import type { StoreChange } from "./causes.ts";
import { mount } from "./mounting.ts";
import { VioletElement } from "./violet-element.ts";

/** What `LiveElement` adds to a VioletElement. */
export interface LiveMembers<S, C> {
  /** The instance's state, read-only. It is there whenever `render()` runs. */
  readonly state: Snapshot<S>;
  /** The component's callbacks, to be bound and called. */
  readonly live: LiveCalls<C>;
  /** Why the last call came to nothing; undefined after the next one that did not. */
  readonly error: LiveError | undefined;
  /** Calls are under way. */
  readonly busy: boolean;
  /** What is shown while the state is not there. */
  renderLoading(): unknown;
}

// A mixin's base has a constructor of this form, by TypeScript's rule (docs/decisions/any.md).
// oxlint-disable-next-line typescript/no-explicit-any
// biome-ignore lint/suspicious/noExplicitAny: see above
export type LiveBase<S, C> = (new (
  ...args: any[]
) => VioletElement & LiveMembers<S, C>) &
  typeof VioletElement;

/** What gives a live element its instance, before it is rendered. */
export const mounts: unique symbol = Symbol();

/**
 * The base of an element whose state the server holds: one instance for each element, told apart by the attribute
 * `key` where there are several in a list. What the element is given by attributes and properties are its params. It is
 * mounted when it first updates, and unmounted when it leaves the page. On the server it renders with its state.
 *
 *     class CounterCard extends LiveElement(counter) {
 *       render() {
 *         return html`<button @click=${this.live.increment}>${this.state.count}</button>`;
 *       }
 *     }
 *
 * Throws E_UNKNOWN_CALLABLE where the component's module was not given to `violet({ modules })`, and E_DUPLICATE_KEY where
 * another element of the component has its key.
 */
export function LiveElement<S, C, P>(live: Live<S, C, P>): LiveBase<S, C> {
  return class extends VioletElement {
    #mounted: Mounted | undefined;
    #internals: ElementInternals | undefined;
    readonly #calls = new Map<string, Method & Marked>();

    [mounts](): Mounted {
      if (!this.#mounted) provideCalls(this, (name) => this.#ownCall(name));
      return (this.#mounted ??= mount({
        host: this,
        component: nameOf(live),
        key: this.getAttribute("key") ?? this.getAttribute("data-violet-key") ?? undefined,
        params: paramsOf(this),
        changed: () => this.#show(),
      }));
    }

    get state(): Snapshot<S> {
      const { core } = this[mounts]();
      observe(core, undefined);
      return core.snapshot() as Snapshot<S>;
    }

    readonly live = new Proxy({} as LiveCalls<C>, {
      get: (_, name) => (typeof name === "string" && name !== "then" ? this.#callOf(name) : undefined),
    });

    /** For calls in attributes: a name that this component has. */
    #ownCall(name: string): Method | undefined {
      const { callbacks = {} } = this.#mounted?.about ?? {};
      return Object.hasOwn(callbacks, name) ? this.#callOf(name) : undefined;
    }

    #callOf(name: string): Method & Marked {
      const mounted = () => this[mounts]();
      const call =
        this.#calls.get(name) ??
        mark((...args: unknown[]) => mounted().send(name, args), {
          kind: "live",
          get takes() {
            return mounted().about?.callbacks[name];
          },
        });
      this.#calls.set(name, call);
      return call;
    }

    get error(): LiveError | undefined {
      return this[mounts]().error;
    }

    get busy(): boolean {
      return this[mounts]().isBusy;
    }

    renderLoading(): unknown {
      return undefined;
    }

    /** One for whoever asks: the platform gives them out once. */
    override attachInternals(): ElementInternals {
      return (this.#internals ??= super.attachInternals());
    }

    #show() {
      this.attachInternals().states[this.busy ? "add" : "delete"]("pending");
      this.requestUpdate();
    }

    override disconnectedCallback() {
      super.disconnectedCallback();
      // An element that only moves is connected again by then.
      queueMicrotask(() => {
        if (this.isConnected) return;
        this.#mounted?.unmount();
        this.#mounted = undefined;
      });
    }

    protected override update(changed: PropertyValues) {
      const { core } = this[mounts]();
      const isLoading = !core.isLoaded;
      // What is read while an element updates makes it update again.
      const own = this as object as { render?: unknown };
      if (isLoading) own.render = this.renderLoading;
      else delete own.render;
      this.toggleAttribute("aria-busy", isLoading);
      super.update(changed);
    }
  } as unknown as LiveBase<S, C>;
}

/** Attributes that say nothing to a component. */
const NOT_PARAMS =
  /^(class|style|id|key|slot|hidden|part|exportparts|aria-.*|data-violet.*|defer-hydration)$/;

/** What an element is given: its attributes as text, and on top those of its properties that are its own, and JSON. */
function paramsOf(element: ReactiveElement): JsonObject {
  const { elementProperties } = element.constructor as typeof ReactiveElement;
  const params: Record<string, Json> = {};
  for (const { name, value } of element.attributes as Iterable<Attr>)
    if (!NOT_PARAMS.test(name)) params[name] = value;
  for (const [name, { state, ofStore }] of elementProperties as Map<PropertyKey, Partial<StoreChange>>) {
    const value = state || ofStore ? undefined : jsonOf(Reflect.get(element, name));
    if (typeof name === "string" && value !== undefined) params[name] = value;
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
