/** The page of bench/rows.ts: one list, shown by each candidate, and the edits that are timed. */
import { html, LitElement, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { array, type Infer, object, string } from "superstruct";
import { each, from, VioletElement } from "../../lib/elements/index.js";
import { shared } from "../../lib/src/index.js";
import type { Op } from "../../lib/src/state/ops.js";
import { Replica, type ReplicaHost } from "../../lib/src/state/replica.js";
import { setResolver, setStores } from "../../lib/src/state/resolver.js";

const Item = object({ id: string(), user: string(), text: string() });
type Item = Readonly<Infer<typeof Item>>;

/** What happens to the row at `index`. */
export type Edit =
  | { readonly kind: "set"; readonly index: number; readonly text: string }
  | { readonly kind: "insert"; readonly index: number; readonly item: Item }
  | { readonly kind: "delete"; readonly index: number }
  | { readonly kind: "move"; readonly index: number; readonly to: number };

/** One way to show the list. What an edit does not do at once is done when `idle` resolves. */
interface Candidate {
  edit(edit: Edit): void;
  idle?(): Promise<unknown>;
  /** The rows' texts, as they are shown. */
  shown?(): string[];
}

const itemOf = (n: number): Item => ({
  id: `item-${n}`,
  user: "Ada Lovelace",
  text: `more than mortal ${n}`,
});
const itemsOf = (length: number) => Array.from({ length }, (_, n) => itemOf(n));
const row = ({ user, text }: Item): TemplateResult => html`<li><b>${user}</b> <span>${text}</span></li>`;
const textsIn = (root: ParentNode) => [...root.querySelectorAll("span")].map((span) => span.textContent);

// Violet: a patch arrives at the store.

const host: ReplicaHost = {
  client: { id: "bench" },
  offlineSince: undefined,
  now: () => 0,
  after() {},
  wants() {},
  resync() {},
  accepted() {},
  refused() {},
  lost() {},
  overflowed() {},
  counted() {},
};

const stores = new Map<string, Replica>();
setStores(() => stores.values());
setResolver((definition) => {
  const known = stores.get(definition.name) ?? new Replica(definition, undefined, host);
  stores.set(definition.name, known);
  return known;
});

function storeOf(name: string, length: number) {
  const store = shared(name, { state: object({ items: array(Item) }), initial: () => ({ items: [] }) });
  if (store.items.length) throw new Error("there is a server");
  const replica = stores.get(name) as Replica;
  const value = { items: itemsOf(length) };
  replica.receive({ type: "state", store: name, id: 1, epoch: "e", version: 0, last: 0, value });
  let v = 0;
  const edit = (edit: Edit) => {
    const path = ["items", edit.index] as const;
    const op: Op =
      edit.kind === "set"
        ? ["set", [...path, "text"], edit.text]
        : edit.kind === "insert"
          ? ["splice", path, 0, [edit.item]]
          : edit.kind === "delete"
            ? ["splice", path, 1]
            : ["move", path, edit.to];
    replica.receive({ type: "SYNC", store: 1, v: ++v, ops: [op] });
  };
  return { store, replica, edit };
}

function violet(length: number): Candidate {
  const { store, edit } = storeOf(`list-${length}`, length);
  class Rows extends VioletElement {
    @from(store) accessor items!: readonly Item[];
    override render() {
      return html`<ul>${each(this.items, ({ id }) => id, row)}</ul>`;
    }
  }
  const element = shown(Rows, `violet-rows-${length}`);
  return { edit, idle: () => element.updateComplete, shown: () => textsIn(element.renderRoot) };
}

/** What of that the state engine takes: it applies the patch and gives somebody a snapshot. */
function storeAlone(length: number): Candidate {
  const { replica, edit } = storeOf(`alone-${length}`, length);
  replica.listen(() => replica.snapshot());
  return { edit };
}

/** Lit's own keyed list, given a new array as its users do. */
function litRepeat(length: number): Candidate {
  class Rows extends LitElement {
    static override readonly properties = { items: { attribute: false } };
    declare items: readonly Item[];
    override render() {
      return html`<ul>${repeat(this.items, ({ id }) => id, row)}</ul>`;
    }
  }
  const element = shown(Rows, `lit-rows-${length}`, itemsOf(length));
  return {
    edit(edit) {
      const { items } = element;
      const { index } = edit;
      if (edit.kind === "set")
        element.items = items.with(index, { ...(items[index] as Item), text: edit.text });
      else if (edit.kind === "insert") element.items = items.toSpliced(index, 0, edit.item);
      else if (edit.kind === "delete") element.items = items.toSpliced(index, 1);
      else element.items = items.toSpliced(index, 1).toSpliced(edit.to, 0, items[index] as Item);
    },
    idle: () => element.updateComplete,
    shown: () => textsIn(element.renderRoot),
  };
}

/** What is least: a text node for each row's signal, and the DOM's own methods. */
function byHand(length: number): Candidate {
  const list = document.createElement("ul");
  const template = document.createElement("template");
  template.innerHTML = "<li><b> </b> <span> </span></li>";
  const make = ({ user, text }: Item) => {
    const node = (template.content.firstElementChild as Element).cloneNode(true) as Element;
    const [name, own] = [node.firstChild?.firstChild, node.lastChild?.firstChild] as [Text, Text];
    name.data = user;
    own.data = text;
    return { node, own };
  };
  const rows = itemsOf(length).map(make);
  list.append(...rows.map(({ node }) => node));
  document.body.append(list);
  const place = (index: number, row: (typeof rows)[number]) => {
    list.insertBefore(row.node, rows[index]?.node ?? null);
    rows.splice(index, 0, row);
  };
  return {
    edit(edit) {
      if (edit.kind === "set") (rows[edit.index] as (typeof rows)[number]).own.data = edit.text;
      else if (edit.kind === "insert") place(edit.index, make(edit.item));
      else {
        const [row] = rows.splice(edit.index, 1) as [(typeof rows)[number]];
        if (edit.kind === "delete") row.node.remove();
        else place(edit.to, row);
      }
    },
    shown: () => textsIn(list),
  };
}

function shown<T extends LitElement>(Class: new () => T, name: string, items?: readonly Item[]): T {
  customElements.define(name, Class);
  const element = Object.assign(new Class(), items && { items });
  document.body.append(element);
  return element;
}

const makers = { violet, storeAlone, litRepeat, byHand };
const candidates = new Map<string, Candidate>();

export type Name = keyof typeof makers;

/** Shows the list of this length by all candidates, and takes away what was there before. */
export async function show(length: number): Promise<void> {
  document.body.replaceChildren();
  // Style and layout are the same for all, and would take most of the time between the turns.
  document.body.hidden = true;
  for (const [name, make] of Object.entries(makers)) candidates.set(name, make(length));
  for (const { idle } of candidates.values()) await idle?.();
}

/** Microseconds per edit. */
export async function time(name: Name, edits: readonly Edit[]): Promise<number> {
  const candidate = candidates.get(name) as Candidate;
  const start = performance.now();
  for (const edit of edits) {
    candidate.edit(edit);
    if (candidate.idle) await candidate.idle();
  }
  return ((performance.now() - start) * 1000) / edits.length;
}

/** Those that do not show what the first one shows. */
export function different(): string[] {
  const texts = [...candidates].map(([name, { shown }]) => [name, shown?.().join()] as const);
  return texts.filter(([, text]) => text !== undefined && text !== texts[0]?.[1]).map(([name]) => name);
}

Object.assign(globalThis, { bench: { show, time, different } });
