/**
 * Handles: the proxies through which a store is read and written. A handle stands for a place, not for a value:
 * an object's child is found by its key, a list's element by its identity, wherever it has moved, and by its
 * `id` or `key` when its identity is lost (a snapshot came). When it is gone, reads give undefined and writes
 * throw E_GONE; a neighbour is never hit.
 */
import { DEV } from "#dev";
import { noteRead, noteWrite } from "../dev/lost-update.ts";
import { readOnly } from "../dev/read-only.ts";
import { fail } from "../errors.ts";
import { idOf } from "./address.ts";
import type { StoreCore } from "./core.ts";
import { checkKey, isNode, type Json, type Node, plain } from "./json.ts";
import { emptyList, setInList } from "./list.ts";
import type { Op, Path, Step } from "./ops.ts";
import { rawOf, self } from "./self.ts";
import { observe } from "./tracking.ts";

type Key = string | symbol;

/** What a proxy stands on: a proxy may not hide what its target has, so it is never the state itself. */
const emptyObject = {};

/** A place in a store, and the traps of the proxy that users hold. */
export class Handle implements ProxyHandler<object> {
  readonly core: StoreCore;
  readonly isList: boolean;
  readonly proxy: object;
  readonly #parent: Handle | undefined;
  /** The key in the parent; for a list's element its index when last seen, -1 when it is gone. */
  #step: Step;
  /** The state's own key that the place is under; undefined for the whole state. */
  readonly #top: string | undefined;
  #origin: object = {};
  #node: Node | undefined;
  /** The tree's `changes` when `#node` was found. */
  #foundAt = -1;
  #last: Node | undefined;
  /** By their origins, so that they end with what they show. */
  #children: WeakMap<object, Handle> | undefined;

  constructor(core: StoreCore, isList: boolean, parent?: Handle, step: Step = "") {
    this.core = core;
    this.isList = isList;
    this.#parent = parent;
    this.#step = step;
    this.#top = parent && (parent.#top ?? String(step));
    this.proxy = new Proxy(isList ? emptyList : emptyObject, this);
  }

  /** What is at the place now; undefined when it is gone. */
  get node(): Node | undefined {
    const { changes } = this.core.tree;
    if (changes !== this.#foundAt) {
      this.#foundAt = changes;
      this.#node = this.#find();
    }
    return this.#node;
  }

  /** What is at the place, or was when it was last seen there. */
  get last(): Node | undefined {
    return this.node ?? this.#last;
  }

  #find(): Node | undefined {
    const { core, isList } = this;
    const parent = this.#parent;
    if (!parent) return core.tree.root;
    const holder = parent.node;
    if (parent.isList && holder) this.#step = this.#follow(holder as unknown as readonly Json[]);
    const node = holder?.[this.#step];
    return isNode(node) && Array.isArray(node) === isList ? this.#recognize(node) : undefined;
  }

  /** Keeps what finds a list's element again. */
  #recognize(node: Node): Node {
    this.#origin = this.core.tree.originOf(node);
    this.#last = node;
    return node;
  }

  #follow(list: readonly Json[]): number {
    const isIt = (each?: Json) => isNode(each) && this.core.tree.hasOrigin(each, this.#origin);
    if (isIt(list[this.#step as number])) return this.#step as number;
    const index = list.findIndex(isIt);
    const id = idOf(this.#last);
    return index < 0 && id !== undefined ? list.findIndex((each) => idOf(each) === id) : index;
  }

  #child(key: string, node: Node): Handle {
    const origin = this.core.tree.originOf(node);
    let child = this.#children?.get(origin);
    if (!child) {
      child = new Handle(this.core, Array.isArray(node), this, this.isList ? Number(key) : key);
      child.#recognize(node);
      (this.#children ??= new WeakMap()).set(origin, child);
    }
    return child;
  }

  /** Where the place is now. Throws E_GONE. */
  get path(): Path {
    if (!this.node) fail("E_GONE", { store: this.core.name, path: this.#top ?? "" });
    return this.#parent ? [...this.#parent.path, this.#step] : [];
  }

  /** What is at the place, read-only for good. Nobody learns of it. */
  view(): Node | undefined {
    this.core.snapshot();
    return DEV ? readOnly(this.node) : this.node;
  }

  /** The same. Whoever tracks reads depends on it. */
  snapshot(): Node | undefined {
    observe(this.core, this.#top);
    return this.view();
  }

  #isTracked(key?: string): boolean {
    return observe(this.core, this.#top ?? key);
  }

  /** What a read sees: a snapshot where reads are tracked, else the state itself. */
  seen(key?: string, isTracked: boolean = this.#isTracked(key)): Node {
    return (isTracked ? this.view() : this.node) ?? ((this.isList ? [] : {}) as Node);
  }

  /** Checks and copies a value on its way in. A handle in it stands for what it shows. */
  take(value: unknown, step: Step): Json {
    const path = [...this.path, step];
    checkKey(step, this.core.name, path);
    return plain(rawOf(value), this.core.name, path);
  }

  /** Writes an op at one of the place's keys. */
  write(kind: Op[0], step: Step, ...rest: readonly unknown[]): void {
    this.core.write([kind, [...this.path, step], ...rest] as unknown as Op);
  }

  // The traps.

  get(target: object, key: Key): unknown {
    if (key === self) return this;
    if (typeof key === "symbol") return Reflect.get(target, key);
    const isTracked = this.#isTracked(key);
    const node = this.seen(key, isTracked);
    if (!Object.hasOwn(node, key)) return Reflect.get(target, key);
    const value = node[key];
    if (DEV && !isTracked && this.node) noteRead(this, key, value);
    return isNode(value) && !isTracked ? this.#child(key, value).proxy : value;
  }

  set(_: object, key: Key, value: unknown): boolean {
    if (typeof key === "symbol") return false;
    if (DEV) noteWrite(this.core, [...this.path, key], value);
    const raw = rawOf(value);
    if (isNode(raw) && raw === this.node?.[key]) return true;
    if (this.isList) setInList(this, key, raw);
    else this.write("set", key, this.take(raw, key));
    return true;
  }

  deleteProperty(_: object, key: Key): boolean {
    if (typeof key === "symbol" || this.isList) return false;
    if (this.path && Object.hasOwn(this.node as Node, key)) this.write("delete", key);
    return true;
  }

  has(_: object, key: Key): boolean {
    return Reflect.has(this.seen(key as string), key);
  }

  ownKeys(): Key[] {
    return Reflect.ownKeys(this.seen());
  }

  getOwnPropertyDescriptor(target: object, key: Key): PropertyDescriptor | undefined {
    const own = Reflect.getOwnPropertyDescriptor(this.seen(key as string), key);
    // Of a list's length, which is not enumerable, the dummy's own says the same.
    return own && { ...own, value: this.get(target, key), writable: true, configurable: !!own.enumerable };
  }

  // What would change the dummy, and not the state, is a TypeError.

  defineProperty(): boolean {
    return false;
  }

  setPrototypeOf(): boolean {
    return false;
  }

  preventExtensions(): boolean {
    return false;
  }
}

export const rootHandle = (core: StoreCore): object => new Handle(core, false).proxy;
