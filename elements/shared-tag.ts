import { type CSSResultGroup, css, html, type PropertyDeclarations, type PropertyValues } from "lit";
import { DEV } from "#dev";
import type { StoreCore } from "../src/state/core.ts";
import { definitions } from "../src/state/definition.ts";
import { resolve } from "../src/state/resolver.ts";
import { StoreProvider } from "./provider.ts";
import { VioletElement } from "./violet-element.ts";

/**
 * `<violet-shared store="chat">`: provides a store to everything inside it (`@from()`). The store is one that a
 * module of the page defines, by its wire name: `room/42` is a family's.
 */
export class VioletShared extends VioletElement {
  static override styles: CSSResultGroup = css`:host { display: contents; }`;

  static override properties: PropertyDeclarations = { store: {} };

  /** The wire name. */
  declare store: string;

  readonly #provider = new StoreProvider(this, () => this.find());

  constructor() {
    super();
    this.store = "";
  }

  /** The store that it provides; undefined while nobody has defined it. */
  protected find(): StoreCore | undefined {
    const [name = "", ...key] = this.store.split("/");
    const definition = definitions.get(name);
    return definition && resolve(definition, definition.keys && key.join("/"));
  }

  override render(): unknown {
    return html`<slot></slot>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("store")) return;
    this.#provider.announce();
    if (DEV && !this.find())
      console.warn(`violet: <${this.localName} store="${this.store}">: no module of this page defines it.`);
  }
}
