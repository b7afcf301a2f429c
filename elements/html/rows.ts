/** The rows of a `<template data-each>`: kept by key, moved as little as possible, shown anew where their item changed. */
import { DEV, explain } from "#dev";
import { type Row, setRow } from "../../src/events/row.ts";
import { increasing } from "../../src/state/increasing.ts";
import { ownOf } from "./apply.ts";
import { Block, type Each } from "./block.ts";
import { END, keyOf, keysOf, startOf } from "./keys.ts";
import { type Names, namesIn, valueAt } from "./path.ts";

export class Rows {
  readonly #template: HTMLTemplateElement;
  readonly #each: Each;
  readonly #block: Block;
  #rows: BoundRow[] = [];
  /** What the rows have read outside of themselves. */
  readonly #outside = new Map<string, unknown>();

  /** Adopts the rows that stand behind the template: the server's, or those of a time before. */
  constructor(template: HTMLTemplateElement, each: Each, block: Block) {
    this.#template = template;
    this.#each = each;
    this.#block = block;
    for (let start = template.nextSibling; start instanceof Comment; start = this.last.nextSibling) {
      const key = keyOf(start.data);
      const end = endOf(start);
      if (key === undefined || !end) break;
      this.#rows.push(this.#bound(key, start, end));
    }
  }

  /** The last node of the last row. */
  get last(): ChildNode {
    return this.#rows.at(-1)?.end ?? this.#template;
  }

  readonly #names: Names = (name) => {
    const value = this.#block.names(name);
    this.#outside.set(name, value);
    return value;
  };

  #bound(key: string, start: Comment, end: Comment): BoundRow {
    const row = new BoundRow(this.#block, this.#names, { key, start, end });
    row.bindContent();
    return row;
  }

  #make(key: string): BoundRow {
    const { content } = this.#template;
    const nodes = document.importNode(content, true);
    const [start, end] = [document.createComment(startOf(key)), document.createComment(END)];
    nodes.prepend(start);
    nodes.append(end);
    return this.#bound(key, start, end);
  }

  update(): void {
    const value = valueAt(this.#each.path, this.#block.names);
    const list = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const isSame = this.#isSameOutside();
    const keys = keysOf(list, this.#each.key, DEV ? warnOfTwice : undefined);
    const before = new Map(this.#rows.map((row, index) => [row.key, { row, index }]));
    const after = this.last.nextSibling;
    const unmoved = unmovedOf(keys.map((key) => before.get(key)?.index ?? -1));
    const rows = keys.map((key, index) => {
      const row = before.get(key)?.row ?? this.#make(key);
      before.delete(key);
      row.show(list[index], index, isSame);
      return row;
    });
    for (const { row } of before.values()) row.remove();
    let next = after;
    for (const [index, row] of [...rows.entries()].reverse()) {
      if (!unmoved.has(index)) row.put(this.#template.parentNode as ParentNode & Node, next);
      next = row.start;
    }
    this.#rows = rows;
  }

  /** Reads all of it, so that who tells of changes knows that it is still read. */
  #isSameOutside(): boolean {
    const seen = [...this.#outside];
    this.#outside.clear();
    return !seen.filter(([name, value]) => this.#names(name) !== value).length;
  }
}

/** Which rows, by their new indices, need not be moved: those that stay in order. -1: it is new. */
function unmovedOf(origins: readonly number[]): ReadonlySet<number> {
  const kept = [...origins.keys()].filter((index) => origins[index] !== -1);
  const ranks = increasing(kept.map((index) => origins[index] as number));
  return new Set([...ranks].map((rank) => kept[rank] as number));
}

/** The comment that ends what this one begins. */
function endOf(start: Comment): Comment | undefined {
  let depth = 0;
  for (let node: ChildNode | null = start; node; node = ownOf(node, "nextSibling")) {
    if (!(node instanceof Comment)) continue;
    if (keyOf(node.data) !== undefined) depth++;
    else if (node.data === END && !--depth) return node;
  }
}

const told = new Set<string>();

function warnOfTwice(name: string) {
  if (told.has(name)) return;
  told.add(name);
  console.warn(`violet: data-each: ${explain("E_DUPLICATE_KEY", { name })}`);
}

interface Place {
  readonly key: string;
  /** The comments around it. */
  readonly start: Comment;
  readonly end: Comment;
}

/** One row: its HTML, and its item as the bindings and calls in it see it. */
export class BoundRow extends Block implements Row {
  value: unknown;
  index = -1;
  readonly key: string;
  readonly start: Comment;
  readonly end: Comment;
  readonly outer: Row | undefined;
  /** Told when it shows something else: providers inside it depend on it. */
  readonly inner = new Set<() => void>();

  constructor({ host, row }: Block, outside: Names, { key, start, end }: Place) {
    super(host, (name) => inside(name));
    const inside = namesIn(this, outside);
    this.key = key;
    this.start = start;
    this.end = end;
    this.outer = row;
  }

  override get row(): Row {
    return this;
  }

  #nodes(): ChildNode[] {
    const nodes: ChildNode[] = [];
    for (let node: ChildNode = this.start; node !== this.end; node = ownOf(node, "nextSibling") as ChildNode)
      nodes.push(node);
    return [...nodes, this.end];
  }

  bindContent(): void {
    for (const node of this.#nodes()) setRow(node, this);
    this.bindFrom(this.start.nextSibling, this.end);
  }

  /** Shows an item; the same one at the same place needs nothing, while what is outside is the same. */
  show(value: unknown, index: number, isSameOutside: boolean): void {
    if (isSameOutside && value === this.value && index === this.index) return;
    this.value = value;
    this.index = index;
    this.update();
    for (const tell of this.inner) tell();
  }

  put(parent: ParentNode & Node, next: Node | null): void {
    // The newer way to move keeps focus and state even of what is moved.
    const how = this.start.isConnected && "moveBefore" in parent ? "moveBefore" : "insertBefore";
    for (const node of this.#nodes()) parent[how](node, next);
  }

  remove(): void {
    const range = new Range();
    range.setStartBefore(this.start);
    range.setEndAfter(this.end);
    range.deleteContents();
  }
}
