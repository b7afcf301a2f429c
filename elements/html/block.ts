import { uncaught } from "../../src/errors.ts";
import { bindCalls } from "../../src/events/plain-calls.ts";
import type { Row } from "../../src/events/row.ts";
import { early, release } from "../replay.ts";
import { ownOf, type Update, updateOf } from "./apply.ts";
import { type Binding, bindingsOf, PROVIDERS } from "./bindings.ts";
import type { Field } from "./field.ts";
import type { Names, Path } from "./path.ts";

/** What blocks need of whoever binds a provider's HTML. */
export interface BlockHost {
  /** Which block an element is bound in. */
  readonly blocks: WeakMap<Element, Block>;
  field(element: Element, path: Path, block: Block): Field;
  rows(template: HTMLTemplateElement, each: Each, block: Block): { readonly last: Node; update(): void };
}

export type Each = Extract<Binding, { kind: "each" }>;

/** The HTML of a provider, or of a row: what is bound there has the same names. */
export class Block {
  readonly host: BlockHost;
  readonly names: Names;
  readonly #updates = new Map<Element, readonly Update[]>();
  readonly #fields = new Map<Element, Field>();

  readonly #row: Row | undefined;

  /** `row`: the one around it, of another provider. */
  constructor(host: BlockHost, names: Names, row?: Row) {
    this.host = host;
    this.names = names;
    this.#row = row;
  }

  /** The innermost row. */
  get row(): Row | undefined {
    return this.#row;
  }

  /** Binds what stands from a node on up to another one, among siblings. */
  bindFrom(first: Node | null, end: Node | null): void {
    for (let node = first; node && node !== end; node = ownOf(this.bind(node), "nextSibling"));
  }

  /** Binds a node and what is in it; gives the last node that belongs to it. */
  bind(node: Node): Node {
    if (!(node instanceof Element) || this.host.blocks.has(node)) return node;
    try {
      return this.#bind(node);
    } catch (error) {
      uncaught(error);
      release(Element.prototype.querySelectorAll.call(node, "*"));
      return node;
    } finally {
      early()?.bound.add(node);
    }
  }

  #bind(element: Element): Node {
    const { localName } = element;
    let last: Node = element;
    let isText = false;
    const updates: Update[] = [];
    for (const binding of bindingsOf(localName, ownOf(element, "attributes"))) {
      if (binding.kind === "model") this.#fields.set(element, this.host.field(element, binding.path, this));
      else if (binding.kind === "each") {
        const rows = this.host.rows(element as HTMLTemplateElement, binding, this);
        last = rows.last;
        updates.push(() => rows.update());
      } else updates.push(updateOf(element, binding, this.names));
      isText ||= binding.kind === "text";
    }
    bindCalls(element);
    if (updates.length) this.#updates.set(element, updates);
    if (updates.length || this.#fields.has(element)) this.host.blocks.set(element, this);
    if (!isText && !PROVIDERS.has(localName)) this.bindFrom(ownOf(element, "firstChild"), null);
    return last;
  }

  /** An element that has gone. */
  drop(element: Element): void {
    this.host.blocks.delete(element);
    this.#updates.delete(element);
    this.#fields.delete(element);
  }

  update(): void {
    for (const updates of this.#updates.values()) for (const update of updates) update();
    // A list's options have to be there.
    for (const field of this.#fields.values()) field.update();
  }
}
