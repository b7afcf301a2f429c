import { isServer, type LitElement, type PropertyValues } from "lit";
import type { ChildPart } from "lit/directive.js";
import { CHECKED, DEV } from "#dev";
import { blame } from "../src/dev/failures.ts";
import { hosts } from "../src/events/host.ts";
import { Reads } from "../src/state/tracking.ts";
import { addCause, clearCauses, type StoreChange } from "./causes.ts";
import { installHydration } from "./hydration.ts";
import { checkRoot } from "./root-checks.ts";

installHydration();

/** Lit's own root part: it tells directives whether they are connected. */
interface RootPart extends ChildPart {
  setConnected(isConnected: boolean): void;
}

// A mixin's base has a constructor of this form, by TypeScript's rule (docs/decisions/any.md).
// oxlint-disable-next-line typescript/no-explicit-any
// biome-ignore lint/suspicious/noExplicitAny: see above
type Base = new (...args: any[]) => LitElement;

const ofStore: StoreChange = { ofStore: true };

/**
 * Makes a Lit element class live: what it reads of stores while it updates subscribes it, and gives snapshots; it
 * updates again only when a value that it read has changed. What the server rendered is adopted and, where it
 * differs, made right. On the server it renders with the state that the request may read.
 */
export function Violet<T extends Base>(Superclass: T): T {
  // A page's elements never update: the renderer knows what they read.
  if (isServer) return Superclass;
  return class extends Superclass {
    readonly #reads: Reads = new Reads((changes) => {
      for (const [old, value] of changes) this.requestUpdate(undefined, old, ofStore, true, value);
    });
    #isAsleep = false;

    override connectedCallback() {
      super.connectedCallback();
      this.#connectParts(true);
      if (this.#isAsleep) this.requestUpdate();
      this.#isAsleep = false;
    }

    override disconnectedCallback() {
      super.disconnectedCallback();
      this.#connectParts(false);
      // An element that only moves is connected again by then.
      queueMicrotask(() => this.#sleep());
    }

    /** Lit's hydration does not do it. */
    #connectParts(isConnected: boolean) {
      const owner = (this.renderOptions.renderBefore ?? this.renderRoot) as
        | { _$litPart$?: RootPart }
        | undefined;
      owner?._$litPart$?.setConnected(isConnected);
    }

    #sleep() {
      if (this.isConnected) return;
      this.#isAsleep = true;
      this.#reads.dispose();
    }

    override requestUpdate(...args: Parameters<LitElement["requestUpdate"]>) {
      const [, old, options, , value] = args;
      if ((options as StoreChange | undefined)?.ofStore) addCause(this, value, old);
      else addCause(this, this);
      super.requestUpdate(...args);
    }

    protected override update(changed: PropertyValues) {
      try {
        const update = () => super.update(changed);
        // Messages about templates name the element.
        this.#reads.update(CHECKED ? () => hosts(this.localName, update) : update);
        clearCauses(this);
        if (DEV) checkRoot(this);
      } catch (error) {
        if (DEV) blame(error, { element: this.localName });
        // Nobody knows what is shown now.
        addCause(this, this);
        throw error;
      } finally {
        this.#sleep();
      }
    }
  };
}
