import type { PropertyValues } from "lit";
import { CHECKED } from "#dev";
import { callableOf, nameOf } from "../src/calls/callable.ts";
import { refuseOption } from "../src/dev/check-options.ts";
import type { Live, LiveCalls, LiveError } from "../src/state/live.ts";
import { observe } from "../src/state/tracking.ts";
import type { Snapshot } from "../src/state/types.ts";
import { callOf, component, MountedElement, mounts } from "./mounted-element.ts";
import type { VioletElement } from "./violet-element.ts";

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
export type LiveBase<S, C> = (new (
  // oxlint-disable-next-line typescript/no-explicit-any
  // biome-ignore lint/suspicious/noExplicitAny: see above
  ...args: any[]
) => VioletElement & LiveMembers<S, C>) &
  typeof VioletElement;

const UNNAMED = "its live() is in no module of violet({ modules }), by which the server knows it";

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
 * another element of the component has its key. For what is no live component: E_OPTION, on the server and in development
 * builds.
 */
export function LiveElement<S, C, P>(live: Live<S, C, P>): LiveBase<S, C> {
  if (CHECKED && callableOf(live)?.kind !== "live")
    refuseOption("LiveElement(component)", "a live component, as live() gives it", live);
  return class extends MountedElement {
    [component](): string {
      return nameOf(
        live,
        CHECKED && (() => ({ store: `The component of <${this.localName}>`, hint: UNNAMED })),
      );
    }

    get state(): Snapshot<S> {
      const { core } = this[mounts]();
      observe(core, undefined);
      return core.snapshot() as Snapshot<S>;
    }

    readonly live = new Proxy({} as LiveCalls<C>, {
      get: (_, name) => (typeof name === "string" && name !== "then" ? this[callOf](name) : undefined),
    });

    renderLoading(): unknown {
      return undefined;
    }

    protected override update(changed: PropertyValues) {
      const own = this as object as { render?: unknown };
      if (this[mounts]().core.isLoaded) delete own.render;
      else own.render = this.renderLoading;
      super.update(changed);
    }
  } as unknown as LiveBase<S, C>;
}
