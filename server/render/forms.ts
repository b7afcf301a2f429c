/**
 * Points the forms of live elements at the server: one pass over the finished HTML of a page that has some. Where the page
 * answers a form that was refused, what was typed stands in it again, and what is wrong at its fields.
 */
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { DEV, explain } from "#dev";
import { type Arg, parseCall } from "../../src/events/call.ts";
import { HIDDEN } from "../../src/events/controls.ts";
import { place } from "../../src/events/misuse.ts";
import { isSafeKey } from "../../src/state/json.ts";
import { parseInstance } from "../../src/state/live.ts";
import type { ReturnedForm } from "../forms/returned.ts";
import type { Hidden } from "../forms/sent.ts";
import type { Callback } from "../live/component.ts";
import { randomId } from "../secret.ts";
import { urlOf } from "../url.ts";
import { attributeOf, type Control, controlsIn } from "./controls.ts";
import { attributesHtml } from "./escape.ts";
import { refill } from "./refill.ts";
import type { Rendering } from "./rendering.ts";
import { StartTag } from "./start-tag.ts";
import { ARGS, type BoundSubmit, SUBMIT, writtenSubmit } from "./submits.ts";

type Node = DefaultTreeAdapterTypes.ChildNode;
type Parent = DefaultTreeAdapterTypes.ParentNode;
type Element = DefaultTreeAdapterTypes.Element;

/** A page without them has nothing to point. */
const CALL = /\s(data-violet-submit|data-on-submit|@submit)/i;
const BEFORE_BODY = "<!doctype html><body>";
/** By these a form, or its button, would be sent elsewhere, or as something else; with JavaScript nothing comes of them. */
const OWN_WAYS = ["accept-charset", "target"];
const OWN_WAYS_OF_BUTTONS = ["formaction", "formenctype", "formmethod", "formtarget"];

/** The HTML of a whole page with its forms pointed. */
export const pointForms = (html: string, rendering: Rendering): string =>
  CALL.test(html) ? new Pointing(html, rendering).run() : html;

/** The same for what stands in a page's body. */
export const pointFormsInBody = (html: string, rendering: Rendering): string =>
  CALL.test(html) ? pointForms(BEFORE_BODY + html, rendering).slice(BEFORE_BODY.length) : html;

/** What a form calls, and of which instance. */
type Submit = Pick<Hidden, "instance" | "callback" | "args">;

/** A piece of the HTML, and what it becomes. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where a node stands. */
interface Scope {
  /** The document, or the shadow root. */
  readonly tree: Parent;
  /** The instances of the elements around, the nearest first. */
  readonly instances: readonly string[];
}

class Pointing {
  readonly #html: string;
  readonly #rendering: Rendering;
  readonly #returned: ReturnedForm | undefined;
  readonly #csrf: string;
  /** Names this page among those of its session: what is sent from it twice is one. */
  readonly #page = randomId();
  /** How many forms make each call. */
  readonly #counts = new Map<string, number>();
  readonly #controls = new Map<Parent, ReturnType<typeof controlsIn>>();
  readonly #edits: Edit[] = [];

  constructor(html: string, rendering: Rendering) {
    const { app, client, session, returned } = rendering.visit;
    this.#html = html;
    this.#rendering = rendering;
    this.#returned = returned;
    this.#csrf = app.door.credentials(client, session).csrf;
  }

  run(): string {
    const tree = parse(this.#html, { sourceCodeLocationInfo: true });
    this.#children(tree, { tree, instances: [] });
    let at = 0;
    this.#edits.sort((a, b) => a.start - b.start);
    const pieces = this.#edits.map(({ start, end, text }) => {
      const piece = this.#html.slice(at, start) + text;
      at = end;
      return piece;
    });
    return pieces.join("") + this.#html.slice(at);
  }

  #children({ childNodes }: Parent, scope: Scope): void {
    for (const node of childNodes) this.#node(node, scope);
  }

  #node(node: Node, scope: Scope): void {
    if (!("tagName" in node)) return;
    if (node.tagName === "form") this.#form(node, scope);
    const instance = instanceOf(node);
    const instances = instance ? [instance, ...scope.instances] : scope.instances;
    if ("content" in node && attributeOf(node, "shadowrootmode") !== undefined)
      this.#children(node.content, { tree: node.content, instances });
    this.#children(node, { ...scope, instances });
  }

  #form(form: Element, { tree, instances }: Scope): void {
    const tag = new StartTag(form, this.#html);
    const submit = boundSubmit(tag) ?? this.#writtenSubmit(form, instances);
    tag.set(SUBMIT, null);
    tag.set(ARGS, null);
    if (submit && this.#takesForms(submit)) this.#point(form, tag, submit, this.#controlsOf(form, tree));
    this.#edits.push(...tag.edits());
  }

  #controlsOf(form: Element, tree: Parent): readonly Control[] {
    const known = this.#controls.get(tree) ?? controlsIn(tree);
    this.#controls.set(tree, known);
    return known.get(form) ?? [];
  }

  /** A call in an attribute: of the nearest instance around that has a callback of this name. */
  #writtenSubmit(form: Element, around: readonly string[]): Submit | undefined {
    const attribute = around.length ? writtenSubmit(form) : undefined;
    if (!attribute) return undefined;
    const { name, args } = parseCall(attribute.value, () => place(attribute.name, "form", undefined));
    const instance = around.find((each) => this.#callbacksOf(each)?.has(name));
    if (instance === undefined) return undefined;
    const ofRow = attributeOf(form, ARGS);
    const given = ofRow === undefined ? args : (JSON.parse(ofRow) as readonly Arg[]);
    return { instance, callback: name, ...(given && { args: given as Arg[] }) };
  }

  #componentOf(instance: string) {
    const { component = "" } = parseInstance(instance) ?? {};
    return this.#rendering.visit.app.instances.component(component);
  }

  #callbacksOf(instance: string) {
    return this.#componentOf(instance).options.callbacks;
  }

  #takesForms({ instance }: Submit): boolean {
    return this.#componentOf(instance).options.fallback === "form";
  }

  #point(form: Element, tag: StartTag, submit: Submit, controls: readonly Control[]): void {
    if (DEV && !submit.args) checkNames(submit, controls, this.#callbacksOf(submit.instance));
    tag.set("method", "post");
    tag.set("action", `/_violet/form?${urlOf(this.#rendering.visit.request)}`);
    // Else browsers send the name of a file for the file, as if it were a text.
    tag.set("enctype", controls.some(isFile) ? "multipart/form-data" : null);
    for (const name of OWN_WAYS) tag.set(name, null);
    for (const { element } of controls) {
      const button = new StartTag(element, this.#html);
      for (const name of OWN_WAYS_OF_BUTTONS) button.set(name, null);
      this.#edits.push(...button.edits());
    }
    this.#inside(form, submit, controls);
  }

  /** The hidden field stands first in its form: whatever becomes of the rest, it is sent. */
  #inside(form: Element, submit: Submit, controls: readonly Control[]): void {
    const call = callIn(submit);
    const number = this.#counts.get(call) ?? 0;
    this.#counts.set(call, number + 1);
    const at = form.sourceCodeLocation?.startTag?.endOffset;
    if (at === undefined) return;
    // Without fields it is a button: each press counts.
    const once = controls.some(isField) ? { once: this.#page } : {};
    const text = this.#hiddenField({ ...submit, ...once, form: number });
    this.#edits.push({ start: at, end: at, text });
    const returned = this.#returned;
    if (returned && callIn(returned.hidden) === call && returned.hidden.form === number)
      this.#edits.push(...refill(controls, this.#html, returned));
  }

  #hiddenField(call: Omit<Hidden, "csrf" | "params">): string {
    const { component = "", key = "" } = parseInstance(call.instance) ?? {};
    const { params = {} } = this.#rendering.shown(component, key) ?? {};
    const hidden: Hidden = { csrf: this.#csrf, ...call, params };
    const attributes = { type: "hidden", name: HIDDEN, value: JSON.stringify(hidden) };
    return `<input${attributesHtml(Object.entries(attributes))}>`;
  }
}

/** The lists of a page may be others when a form comes back: it is known by what it calls. */
const callIn = ({ instance, callback, args }: Submit): string => JSON.stringify([instance, callback, args]);

const warned = new Set<string>();

/** Warns, once for each callback and name, of fields that its object cannot have: the form is refused, whatever is typed. */
function checkNames(
  { callback }: Submit,
  controls: readonly Control[],
  callbacks: ReadonlyMap<string, Callback>,
): void {
  if (!callbacks.get(callback)?.structs.length) return;
  for (const { element, name = "" } of controls) {
    const where = place(`name="${name}"`, element.tagName, undefined);
    if (isSafeKey(name) || warned.has(callback + where)) continue;
    warned.add(callback + where);
    console.warn(`violet: ${where}: ${callback}() cannot take it. ${explain("E_BAD_KEY", { path: [name] })}`);
  }
}

const isButton = ({ element }: Control): boolean =>
  element.tagName === "button" || attributeOf(element, "type")?.toLowerCase() === "submit";
const isField = (control: Control): boolean => control.name !== undefined && !isButton(control);
const isFile = ({ element, name }: Control): boolean =>
  name !== undefined && attributeOf(element, "type")?.toLowerCase() === "file";

/** The instance that an element has. */
function instanceOf(element: Element): string | undefined {
  const component = attributeOf(element, "data-violet-live");
  const key = attributeOf(element, "data-violet-key");
  return component === undefined || key === undefined ? undefined : `@${component}/${key}`;
}

/** A handler of the template's. */
function boundSubmit(tag: StartTag): Submit | undefined {
  const text = tag.get(SUBMIT);
  if (text === null) return undefined;
  const { args, ...submit } = JSON.parse(text) as BoundSubmit;
  return { ...submit, ...(args && { args: args.map((value) => ({ value })) }) };
}
