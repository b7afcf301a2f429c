import { type CSSResultGroup, css, html, type PropertyDeclarations, type PropertyValues } from "lit";
import { DEV } from "#dev";
import type { Method } from "../src/events/callback.ts";
import { provideCalls } from "../src/events/lookup.ts";
import { mark } from "../src/events/marks.ts";
import type { StoreCore } from "../src/state/core.ts";
import { type Definition, definitions } from "../src/state/definition.ts";
import { resolve } from "../src/state/resolver.ts";
import { hasBindings } from "./html/bind.ts";
import { StoreProvider } from "./provider.ts";
import { VioletElement } from "./violet-element.ts";

/** The shared store of that wire name; undefined while nobody has defined it. Runs on the server too. */
export function findShared(store: string): StoreCore | undefined {
  const [name = "", key] = store.split(/\/(.*)/s);
  const definition = definitions.get(name);
  return definition && resolve(definition, key);
}

/**
 * `<violet-shared store="chat">`: provides a store to everything inside it: to elements (`@from()`), to plain HTML
 * (`data-text="topic"`), and its actions to the calls in attributes. The store is one that a module of the page defines,
 * by its wire name: `room/42` is a family's. Where none does, plain HTML has it untyped: as the server tells it, and its
 * actions wait for the server.
 */
export class VioletShared extends VioletElement {
  static override styles: CSSResultGroup = css`:host { display: contents; }`;

  static override properties: PropertyDeclarations = { store: {} };

  /** The wire name. */
  declare store: string;

  readonly #provider = new StoreProvider(
    this,
    () => this.find(),
    (untyped) => this.assume(untyped),
  );

  /** Its store where no module defines it. */
  #untyped: Definition | undefined;

  constructor() {
    super();
    this.store = "";
    provideCalls(this, (name) => {
      const store = this.find();
      return store && this.method(store, name);
    });
  }

  /** The store that it provides; undefined while nobody has defined it. */
  protected find(): StoreCore | undefined {
    const { store } = this;
    const untyped = this.#untyped?.name === store ? this.#untyped : undefined;
    return findShared(store) ?? (untyped && resolve(untyped, undefined));
  }

  /** When all modules have run, nobody will define it. */
  protected assume(untyped: (name: string) => Definition): void {
    if (this.store) this.#untyped = untyped(this.store);
  }

  /** What a call in an attribute may name: an action. */
  protected method(store: StoreCore, name: string): Method | undefined {
    const action = store.definition.actions.get(name);
    // Named, for what does not fit its structs.
    const { [name]: call } = { [name]: (...args: unknown[]) => store.call(name, args) };
    return action && call && mark(call, { kind: "action", structs: action.structs });
  }

  override render(): unknown {
    return html`<slot></slot>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("store")) return;
    this.#provider.announce();
    if (DEV && !this.find() && !(this.store && hasBindings(this)))
      console.warn(`violet: <${this.localName} store="${this.store}">: no module of this page defines it.`);
  }
}
