/** Binds the plain HTML inside one provider: follows the stores, and what comes into the page and goes. */
import { DEV } from "#dev";
import { controlsOf } from "../../src/events/controls.ts";
import { flushCalls, unbindCalls } from "../../src/events/plain-calls.ts";
import { type Row, rowOf } from "../../src/events/row.ts";
import { pageRuntime } from "../../src/page.ts";
import type { StoreCore } from "../../src/state/core.ts";
import { Reads } from "../../src/state/tracking.ts";
import { untyped } from "../../src/state/untyped.ts";
import { writable } from "../../src/state/writable.ts";
import { hasKey, PROVIDER, providers } from "../provided.ts";
import { early, release } from "../replay.ts";
import { ownOf } from "./apply.ts";
import type { Provided } from "./bind.ts";
import { PROVIDERS } from "./bindings.ts";
import { Block, type BlockHost, type Each } from "./block.ts";
import { Field } from "./field.ts";
import { checkPaths } from "./missing.ts";
import { isIn, type Names, namesIn, type Path } from "./path.ts";
import { BoundRow, Rows } from "./rows.ts";

const EDITS = ["input", "change", "focusout"];
const TAGS = [...PROVIDERS].join();

export class Walker implements BlockHost {
  readonly blocks = new WeakMap<Element, Block>();
  readonly #host: Element;
  readonly #provided: Provided;
  readonly #root: Block;
  readonly #fields = new WeakMap<EventTarget, Field>();
  readonly #ended = new AbortController();
  readonly #reads = new Reads(() => this.#changed());
  readonly #observer = new MutationObserver((records) => this.#observed(records));
  /** Those around, the nearest first. */
  #stores: readonly StoreCore[] = [];
  /** Something new is bound in them. */
  readonly #late = new Set<Block>();
  readonly #refused = new WeakSet<StoreCore>();
  #isPageReady = false;
  #isBound = false;
  #isDue = false;

  constructor(host: Element, provided: Provided) {
    this.#host = host;
    this.#provided = provided;
    const row = rowOf(host);
    this.#root = new Block(this, this.#namesAround(row), row);
    this.#listen();
    this.#changed();
    if (storesAround(host).includes(undefined)) void this.#assume();
  }

  /** Where all modules of the page have run, nobody will define a store. */
  async #assume() {
    await pageRuntime().bus.whenReady();
    if (this.#ended.signal.aborted) return;
    if (!this.#provided.find()) this.#provided.assume(untyped);
    // The providers around do the same by then.
    await new Promise((done) => setTimeout(done));
    this.#isPageReady = true;
    this.#changed();
  }

  #listen() {
    const { signal } = this.#ended;
    document.addEventListener(PROVIDER, this.#changed, { signal });
    for (const type of EDITS) this.#host.addEventListener(type, this, { capture: true, signal });
    this.#host.getRootNode().addEventListener("reset", this, { signal });
    for (let { row } = this.#root; row; row = row.outer) if (row instanceof BoundRow) this.#follow(row);
  }

  #follow({ inner }: BoundRow) {
    inner.add(this.#changed);
    this.#ended.signal.addEventListener("abort", () => inner.delete(this.#changed));
  }

  stop(): void {
    this.#ended.abort();
    this.#observer.disconnect();
    this.#reads.dispose();
    for (const element of within(this.#host)) flushCalls(element);
  }

  // What names mean

  #namesAround(row: Row | undefined): Names {
    return row ? namesIn(row, this.#namesAround(row.outer)) : (name) => this.#ofStores(name);
  }

  #ofStores(name: string): unknown {
    for (const core of this.#stores) {
      if (hasKey(core, name)) {
        this.#reads.read(core, name);
        return core.snapshot()[name];
      }
      // It may get the key.
      if (!core.definition.struct) this.#reads.read(core, undefined);
    }
    return undefined;
  }

  /** What holds the name, to be written to. */
  #target(name: string, innermost: Row | undefined): object | undefined {
    for (let row = innermost; row; row = row.outer) if (isIn(row, name)) return writable(row.value as object);
    return this.#stores.find((core) => hasKey(core, name))?.root;
  }

  field(element: Element, path: Path, { names, row }: Block): Field {
    const field = new Field(element, path, names, (name) => this.#target(name, row));
    this.#fields.set(element, field);
    return field;
  }

  rows(template: HTMLTemplateElement, each: Each, block: Block): Rows {
    return new Rows(template, each, block);
  }

  // What changes

  readonly #changed = (): void => {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => this.#update());
  };

  #update() {
    this.#isDue = false;
    if (this.#ended.signal.aborted) return;
    const around = storesAround(this.#host);
    this.#stores = around.filter((store) => store !== undefined);
    if (!this.#isBound && !this.#isThere(around)) return;
    const bindsMore = !this.#isBound || this.#late.size > 0;
    this.#reads.update(() => this.#show());
    if (bindsMore) early()?.();
    if (DEV) checkPaths(this.#host, this.blocks, around);
  }

  /** Until all stores around are there, the page shows what the server, or its author, has put there. */
  #isThere(around: readonly (StoreCore | undefined)[]): boolean {
    const isDecided = this.#stores.filter((store) => this.#decides(store)).length === this.#stores.length;
    const isDefined = this.#isPageReady || !around.includes(undefined);
    return !!this.#provided.find()?.isLoaded && isDefined && isDecided;
  }

  /** Whether it is loaded, or is known not to come: it is refused. */
  #decides(store: StoreCore): boolean {
    if (store.isLoaded || this.#refused.has(store)) return true;
    const refuse = () => {
      this.#refused.add(store);
      // Nothing here will be bound.
      if (store === this.#provided.find()) release(within(this.#host));
      early()?.();
    };
    void store.loaded().catch(refuse).then(this.#changed);
    return false;
  }

  #show() {
    if (!this.#isBound) {
      this.#isBound = true;
      this.#root.bindFrom(this.#host.firstChild, null);
      this.#observer.observe(this.#host, { childList: true, subtree: true });
    }
    this.#root.update();
    for (const block of this.#late) block.update();
    this.#late.clear();
  }

  #observed(records: readonly MutationRecord[]) {
    for (const { addedNodes, removedNodes } of records) {
      for (const node of removedNodes) if (!this.#host.contains(node)) this.#drop(node);
      for (const node of addedNodes) if (node instanceof Element && this.#isMine(node)) this.#bindLate(node);
    }
    if (this.#late.size) this.#changed();
  }

  #bindLate(node: Element) {
    const block = this.#blockOf(node);
    block.bind(node);
    this.#late.add(block);
  }

  #drop(node: Node) {
    if (!(node instanceof Element)) return;
    for (const element of [node, ...within(node)]) {
      unbindCalls(element);
      this.blocks.get(element)?.drop(element);
    }
  }

  /** What stands in another provider is bound by that one, and a row when it is made. */
  #isMine(node: Element): boolean {
    const parent = ownOf(node, "parentElement");
    if (!parent || !this.#host.contains(node) || rowOf(node) !== rowOf(parent)) return false;
    const nearest = Element.prototype.closest.call(parent, TAGS);
    return !nearest || nearest.contains(this.#host);
  }

  #blockOf(node: Node): Block {
    const row = rowOf(node);
    return row instanceof BoundRow && row.host === this ? row : this.#root;
  }

  // What its user does

  handleEvent(event: Event): void {
    const { type, target } = event;
    const field = target && this.#fields.get(target);
    // The form is reset when all have heard that it will be.
    if (type === "reset") setTimeout(() => event.defaultPrevented || this.#reset(target as HTMLFormElement));
    else if (type === "focusout") field?.update();
    else field?.edited(type);
  }

  #reset(form: HTMLFormElement) {
    for (const control of controlsOf(form)) this.#fields.get(control)?.reset();
  }
}

/** The stores that are provided around a node and by it, the nearest first; undefined where nobody has defined one yet. */
function storesAround(node: Node): (StoreCore | undefined)[] {
  const stores: (StoreCore | undefined)[] = [];
  for (let at: Node | null = node; at; at = outerOf(at)) {
    const find = providers.get(at);
    if (find) stores.push(find());
  }
  return stores;
}

const within = (element: Element): Iterable<Element> => Element.prototype.querySelectorAll.call(element, "*");

const outerOf = (node: Node): Node | null =>
  node instanceof ShadowRoot ? node.host : ownOf(node, "parentNode");
