/**
 * Points the forms of live elements at the server: one pass over the finished HTML of a page that has some. Where the page
 * answers a form that was refused, what was typed stands in it again, and what is wrong at its field.
 */
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { type Arg, parseCall } from "../../src/events/call.ts";
import { place } from "../../src/events/misuse.ts";
import { HIDDEN } from "../../src/events/submission.ts";
import { parseInstance } from "../../src/state/live.ts";
import type { ReturnedForm } from "../forms/returned.ts";
import type { Hidden } from "../forms/sent.ts";
import { attributesHtml } from "./escape.ts";
import { refill } from "./refill.ts";
import type { Rendering } from "./rendering.ts";
import { StartTag } from "./start-tag.ts";
import { type BoundSubmit, SUBMIT } from "./submits.ts";

type Node = DefaultTreeAdapterTypes.ChildNode;
type Parent = DefaultTreeAdapterTypes.ParentNode;
type Element = DefaultTreeAdapterTypes.Element;

/** A page without them has nothing to point. */
const CALL = /\sdata-(violet-submit|on-submit)/i;
const BEFORE_BODY = "<!doctype html><body>";

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

class Pointing {
  readonly #html: string;
  readonly #rendering: Rendering;
  readonly #returned: ReturnedForm | undefined;
  readonly #csrf: string;
  /** How many forms of each instance there are. */
  readonly #counts = new Map<string, number>();
  readonly #edits: Edit[] = [];

  constructor(html: string, rendering: Rendering) {
    const { app, client, session, returned } = rendering.visit;
    this.#html = html;
    this.#rendering = rendering;
    this.#returned = returned;
    this.#csrf = app.door.credentials(client, session).csrf;
  }

  run(): string {
    this.#children(parse(this.#html, { sourceCodeLocationInfo: true }), []);
    let at = 0;
    this.#edits.sort((a, b) => a.start - b.start);
    const pieces = this.#edits.map(({ start, end, text }) => {
      const piece = this.#html.slice(at, start) + text;
      at = end;
      return piece;
    });
    return pieces.join("") + this.#html.slice(at);
  }

  /** `around`: the instances of the elements around, the nearest first. */
  #children({ childNodes }: Parent, around: readonly string[]): void {
    for (const node of childNodes) this.#node(node, around);
  }

  #node(node: Node, around: readonly string[]): void {
    if (!("tagName" in node)) return;
    if (node.tagName === "form") this.#form(node, around);
    const instance = instanceOf(node);
    const inside = instance ? [instance, ...around] : around;
    if ("content" in node) this.#children(node.content, inside);
    this.#children(node, inside);
  }

  #form(form: Element, around: readonly string[]): void {
    const tag = new StartTag(form, this.#html);
    const submit = boundSubmit(tag) ?? this.#writtenSubmit(form, around);
    tag.set(SUBMIT, null);
    const isPointed = submit !== undefined && this.#takesForms(submit);
    if (isPointed) {
      tag.set("method", "post");
      tag.set("action", "/_violet/form");
    }
    this.#edits.push(...tag.edits());
    if (isPointed) this.#inside(form, submit);
  }

  /** A call in an attribute: of the nearest instance around that has a callback of this name. */
  #writtenSubmit({ attrs }: Element, around: readonly string[]): Submit | undefined {
    const attribute = attrs.find(({ name }) => /^data-on-submit(\.|$)/.test(name));
    if (!attribute) return undefined;
    const { name, args } = parseCall(attribute.value, () => place(attribute.name, "form", undefined));
    const instance = around.find((each) => this.#callbacksOf(each)?.has(name));
    return instance === undefined
      ? undefined
      : { instance, callback: name, ...(args && { args: args as Arg[] }) };
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

  /** The hidden field stands first in its form: whatever becomes of the rest, it is sent. */
  #inside(form: Element, submit: Submit): void {
    const { instance } = submit;
    const number = this.#counts.get(instance) ?? 0;
    this.#counts.set(instance, number + 1);
    const at = form.sourceCodeLocation?.startTag?.endOffset;
    if (at === undefined) return;
    this.#edits.push({ start: at, end: at, text: this.#hiddenField(submit, number) });
    const returned = this.#returned;
    if (returned?.instance === instance && returned.form === number)
      this.#edits.push(...refill(form, this.#html, returned));
  }

  #hiddenField(submit: Submit, form: number): string {
    const { component = "", key = "" } = parseInstance(submit.instance) ?? {};
    const { visit } = this.#rendering;
    const { params = {} } = this.#rendering.shown(component, key) ?? {};
    const hidden: Hidden = { csrf: this.#csrf, page: visit.address, ...submit, params, form };
    const attributes = { type: "hidden", name: HIDDEN, value: JSON.stringify(hidden) };
    return `<input${attributesHtml(Object.entries(attributes))}>`;
  }
}

/** The instance that an element has. */
function instanceOf({ attrs }: Element): string | undefined {
  const get = (wanted: string) => attrs.find(({ name }) => name === wanted)?.value;
  const [component, key] = [get("data-violet-live"), get("data-violet-key")];
  return component === undefined || key === undefined ? undefined : `@${component}/${key}`;
}

/** A handler of the template's. */
function boundSubmit(tag: StartTag): Submit | undefined {
  const text = tag.get(SUBMIT);
  if (text === null) return undefined;
  const { args, ...submit } = JSON.parse(text) as BoundSubmit;
  return { ...submit, ...(args && { args: args.map((value) => ({ value })) }) };
}
