import {
  type CSSResultGroup,
  css,
  html,
  isServer,
  type PropertyDeclarations,
  type PropertyValues,
} from "lit";
import type { StoreCore } from "../src/state/core.ts";
import { component, MountedElement, mounted, mounts } from "./mounted-element.ts";
import { StoreProvider } from "./provider.ts";

/**
 * `<violet-live component="counter" key="a" start="3">`: mounts an instance of a live component and provides its state to
 * everything inside it (`@from()`). `component` is the wire name; all other attributes are its params. It says
 * `aria-busy` while the state is not there, and is in the states `pending` and `ended`. Runs on the server, where it
 * throws E_UNKNOWN_CALLABLE for a component that no module defines; in the browser `error` says so.
 */
export class VioletLive extends MountedElement {
  static override styles: CSSResultGroup = css`:host { display: contents; }`;

  static override properties: PropertyDeclarations = { component: {} };

  /** The wire name. */
  declare component: string;

  readonly #provider = new StoreProvider(this, () => (isServer ? this[mounted] : this[mounts]())?.core);
  /** The one that those inside know of. */
  #announced: StoreCore | undefined;

  constructor() {
    super();
    this.component = "";
  }

  [component](): string {
    return this.component;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.get("component")) this.remount();
  }

  override render(): unknown {
    return html`<slot></slot>`;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { core } = this[mounts]();
    if (core.isLoaded && core !== this.#announced) {
      this.#announced = core;
      this.#provider.announce();
    }
  }
}
