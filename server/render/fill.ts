/**
 * Fills the bindings of plain HTML: one pass over the finished HTML of a page, in the light DOM of the tags that provide a
 * store. The HTML is parsed as browsers parse it, and written again as it stood, but for what is bound.
 */
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { DEV } from "#dev";
import { attributeFrom, type Binding, bindingsOf, PROVIDERS } from "../../elements/html/bindings.ts";
import { END, keysOf, startOf } from "../../elements/html/keys.ts";
import { checkPath, type State, stateOf } from "../../elements/html/missing.ts";
import { type Names, namesIn, type Path, valueAt } from "../../elements/html/path.ts";
import { isChosen, isTrue, textOf } from "../../elements/html/values.ts";
import { findLocal } from "../../elements/local-tag.ts";
import { warnOfNoKey } from "../../elements/mount-checks.ts";
import { hasKey } from "../../elements/provided.ts";
import { findShared } from "../../elements/shared-tag.ts";
import { parseCall } from "../../src/events/call.ts";
import { checkCalls } from "../../src/events/check-template.ts";
import { misuse, place } from "../../src/events/misuse.ts";
import { inRow, type Row } from "../../src/events/row.ts";
import type { StoreCore } from "../../src/state/core.ts";
import { parseInstance } from "../../src/state/live.ts";
import type { AnyStruct } from "../../src/state/struct.ts";
import { escapeHtml } from "./escape.ts";
import type { Rendering } from "./rendering.ts";
import { StartTag } from "./start-tag.ts";
import { ARGS, writtenSubmit } from "./submits.ts";

type Node = DefaultTreeAdapterTypes.ChildNode;
type Parent = DefaultTreeAdapterTypes.ParentNode;
type Element = DefaultTreeAdapterTypes.Element;
type Template = DefaultTreeAdapterTypes.Template;

/** A page without both of them has nothing to fill, and no calls to check. */
const TAG = /<violet-(shared|local|live)[\s>]/i;
const BINDING = /\s(@[a-z][\w.:-]{0,80}\s?=|data-(text|show|class|attr|model|each|on)\b)/i;

type Find = (attribute: (name: string) => string | undefined, rendering: Rendering) => StoreCore | undefined;

/** What finds the store that a tag provides. */
const finders: Readonly<Record<string, Find>> = {
  "violet-shared": (attribute) => findShared(attribute("store") ?? ""),
  "violet-local": (attribute) => findLocal(attribute("store") ?? "", attribute("initial") ?? null),
  "violet-live": (attribute, rendering) =>
    rendering.instance(attribute("data-violet-live") ?? "", attribute("data-violet-key") ?? ""),
};

/** What stands around a node. */
interface Scope {
  readonly row: Row | undefined;
  /** The nearest first. Each is looked for when a name is asked of it. */
  readonly stores: readonly (() => StoreCore | undefined)[];
  /** Inside a provider of the same tree: a shadow root's content is not plain HTML of those outside. */
  readonly isBound: boolean;
  /** What the select around chooses by. */
  readonly choice?: Chosen | undefined;
}

/** A field's value in the state. */
interface Chosen {
  readonly value: unknown;
}

/** The HTML of a page with its bindings filled. To be called in a pass: it reads stores. */
export function fill(html: string, rendering: Rendering): string {
  return TAG.test(html) && BINDING.test(html) ? new Fill(html, rendering).run() : html;
}

const BEFORE_BODY = "<!doctype html><body>";

/** The same for what stands in a page's body. */
export const fillBody = (html: string, rendering: Rendering): string =>
  fill(BEFORE_BODY + html, rendering).slice(BEFORE_BODY.length);

class Fill {
  readonly #html: string;
  readonly #rendering: Rendering;
  readonly #bindings = new Map<Element, readonly Binding[]>();
  readonly #filled: string[] = [];
  /** Up to here it is written. */
  #at = 0;

  constructor(html: string, rendering: Rendering) {
    this.#html = html;
    this.#rendering = rendering;
  }

  run(): string {
    const document = parse(this.#html, { sourceCodeLocationInfo: true });
    this.#children(document, { row: undefined, stores: [], isBound: false });
    this.#copy(this.#html.length);
    return this.#filled.join("");
  }

  // Writing

  #copy(end: number): void {
    this.#replace(end, end, "");
  }

  /** What a misnested tag has in two places of the tree is bound once. */
  #replace(start: number, end: number, text: string): void {
    if (start < this.#at) return;
    this.#filled.push(this.#html.slice(this.#at, start), text);
    this.#at = end;
  }

  // Walking

  #children({ childNodes }: Parent, scope: Scope): void {
    for (const node of childNodes) this.#node(node, scope);
  }

  #node(node: Node, scope: Scope): void {
    if (!("tagName" in node)) return;
    if (node.tagName === "template") return this.#template(node as Template, scope);
    const bindings = scope.isBound ? this.#bindingsOf(node) : [];
    const tag = new StartTag(node, this.#html);
    // It was mounted in the template: all rows would have that one instance.
    if (DEV && scope.row && tag.get("data-violet-live") !== null) warnOfNoKey(node.tagName);
    const inside = this.#fillTag(node, tag, bindings, scope);
    if (scope.row && node.tagName === "form") this.#nameRow(node, tag, scope.row);
    this.#start(tag);
    if (inside.text !== undefined) this.#text(node, inside.text);
    else if (PROVIDERS.has(node.tagName)) this.#provider(node, scope);
    else this.#children(node, { ...scope, choice: inside.choice });
  }

  /** Only here it is known what the names of its row stand for. */
  #nameRow(form: Element, tag: StartTag, row: Row): void {
    const written = writtenSubmit(form);
    if (!written) return;
    const { args } = parseCall(written.value, () => place(written.name, "form", undefined));
    if (args)
      tag.set(ARGS, JSON.stringify(args.map((arg) => ("name" in arg && inRow(row, arg.name)) || arg)));
  }

  #start(tag: StartTag): void {
    for (const { start, end, text } of tag.edits()) this.#replace(start, end, text);
  }

  /** A tag that fails stays as it was, and the page with it, or the page does not stand: as with an element. */
  #provider(node: Element, scope: Scope): void {
    const { length } = this.#filled;
    const at = this.#at;
    const attribute = (wanted: string) => node.attrs.find(({ name }) => name === wanted)?.value;
    let store: StoreCore | undefined;
    const find = () => {
      if (!store && (store = finders[node.tagName]?.(attribute, this.#rendering)))
        this.#rendering.tellActions(store);
      return store;
    };
    try {
      // What the server did not mount shows nothing yet: its content stays as it was written.
      const isBound = node.tagName !== "violet-live" || attribute("data-violet-live") !== undefined;
      this.#children(node, { row: scope.row, stores: [find, ...scope.stores], isBound });
    } catch (error) {
      this.#rendering.failed(node.tagName, error);
      this.#filled.length = length;
      this.#at = at;
    }
  }

  #template(node: Template, scope: Scope): void {
    const isShadow = node.attrs.some(({ name }) => name === "shadowrootmode");
    if (isShadow && scope.row) this.#remove(node);
    else if (isShadow) this.#children(node.content, { ...scope, isBound: false });
    else if (scope.isBound)
      for (const binding of this.#bindingsOf(node)) {
        if (DEV) this.#checkPaths(node, [binding], scope);
        if (binding.kind === "each") this.#each(node, binding, scope);
      }
  }

  // Bindings

  /** Rows have them in common. */
  #bindingsOf(node: Element): readonly Binding[] {
    const known = this.#bindings.get(node);
    if (known) return known;
    // In the browser a faulty call is an error, too, but who reads that is not its author.
    checkCalls(node.tagName, node.attrs, this.#rendering.visit.app.reportOnce);
    const bindings = bindingsOf(node.tagName, node.attrs);
    this.#bindings.set(node, bindings);
    return bindings;
  }

  /** What is bound goes into the start tag; gives what is bound inside. */
  #fillTag(
    node: Element,
    tag: StartTag,
    bindings: readonly Binding[],
    scope: Scope,
  ): { readonly text?: string | undefined; readonly choice?: Chosen | undefined } {
    let text: string | undefined;
    let model: Chosen | undefined;
    if (DEV) this.#checkPaths(node, bindings, scope);
    for (const binding of bindings) {
      const value = this.#valueAt(binding.path, scope);
      if (binding.kind === "text") text = textOf(value);
      else if (binding.kind === "show") tag.set("hidden", isTrue(value) ? null : "");
      else if (binding.kind === "class") tag.toggleClass(binding.name, isTrue(value));
      else if (binding.kind === "attr") tag.set(binding.name, attributeFrom(binding, value));
      else if (binding.kind === "model") model = { value };
    }
    const { choice } = scope;
    if (choice && node.tagName === "option")
      tag.mark("selected", isChosen(choice.value, tag.get("value") ?? text ?? shownIn(node)));
    if (!model) return { text, choice };
    if (node.tagName === "textarea") return { text: textOf(model.value) };
    if (node.tagName === "input") fillInput(tag, model.value);
    return { choice: model };
  }

  /** Development only. */
  #checkPaths({ tagName }: Element, bindings: readonly Binding[], { row, stores }: Scope): void {
    for (const binding of bindings) checkPath(tagName, binding, row, this.#statesOf(stores));
  }

  *#statesOf(stores: Scope["stores"]): Iterable<State | undefined> {
    for (const find of stores) {
      const store = find();
      yield store && stateOf(store, this.#structOf(store));
    }
  }

  /** Of a live component the browser does not know it. */
  #structOf({ name, definition }: StoreCore): AnyStruct | undefined {
    const { component } = parseInstance(name) ?? {};
    return component === undefined
      ? definition.struct
      : this.#rendering.visit.app.instances.component(component).options.state;
  }

  #valueAt(path: Path, { row, stores }: Scope): unknown {
    const ofStores: Names = (name) => {
      for (const find of stores) {
        const store = find();
        if (store && hasKey(store, name)) return store.snapshot()[name];
      }
      return undefined;
    };
    const around = (row: Row | undefined): Names => (row ? namesIn(row, around(row.outer)) : ofStores);
    return valueAt(path, around(row));
  }

  #text({ tagName, sourceCodeLocation: location }: Element, text: string): void {
    const start = location?.startTag?.endOffset;
    if (start === undefined) return;
    // There the parser takes away a first line break.
    const before = /^(pre|textarea|listing)$/.test(tagName) && text.startsWith("\n") ? "\n" : "";
    this.#replace(
      start,
      location?.endTag?.startOffset ?? location?.endOffset ?? start,
      before + escapeHtml(text),
    );
  }

  // Rows

  #each(node: Template, { path, key }: Extract<Binding, { kind: "each" }>, scope: Scope): void {
    const { endTag, startTag, endOffset } = node.sourceCodeLocation ?? {};
    if (!endTag || !startTag || endOffset === undefined)
      return misuse("E_BINDING", place("data-each", "template", undefined), {
        hint: "its </template> is missing",
      });
    this.#withoutShadows(node.content);
    this.#copy(endOffset);
    const value = this.#valueAt(path, scope);
    const list = Array.isArray(value) ? (value as readonly unknown[]) : [];
    keysOf(list, key).forEach((key, index) => {
      this.#filled.push(`<!--${startOf(key)}-->`);
      this.#at = startTag.endOffset;
      this.#children(node.content, { ...scope, row: { value: list[index], index, outer: scope.row } });
      this.#copy(endTag.startOffset);
      this.#filled.push(`<!--${END}-->`);
    });
    this.#at = endOffset;
  }

  /** In a static file the elements of a row's template were rendered: without the row, and nobody would adopt that. */
  #withoutShadows({ childNodes }: Parent): void {
    for (const node of childNodes) {
      if (!("tagName" in node)) continue;
      if (node.attrs.some(({ name }) => name === "shadowrootmode")) this.#remove(node);
      else this.#withoutShadows("content" in node ? (node as Template).content : node);
    }
  }

  #remove({ sourceCodeLocation: location }: Element): void {
    if (location) this.#replace(location.startOffset, location.endOffset, "");
  }
}

function fillInput(tag: StartTag, value: unknown): void {
  const type = tag.get("type")?.toLowerCase();
  const own = tag.get("value") ?? "on";
  if (type === "radio" || (type === "checkbox" && Array.isArray(value)))
    tag.mark("checked", isChosen(value, own));
  else if (type === "checkbox") tag.mark("checked", isTrue(value));
  else if (textOf(value) !== (tag.get("value") ?? "")) tag.set("value", textOf(value));
}

/** An option's text is its value, where it has no other. */
const shownIn = (node: Parent): string =>
  textIn(node)
    .replace(/[\t\n\f\r ]+/g, " ")
    .trim();

const textIn = ({ childNodes }: Parent): string =>
  childNodes.map((node) => ("value" in node ? node.value : "tagName" in node ? textIn(node) : "")).join("");
