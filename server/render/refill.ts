/** A form that comes back: its fields with what was typed, and messages at those that are at fault. */
import type { DefaultTreeAdapterTypes } from "parse5";
import type { ReturnedForm } from "../forms/returned.ts";
import { attributeOf, type Control } from "./controls.ts";
import { escapeHtml } from "./escape.ts";
import type { Edit } from "./forms.ts";
import { StartTag } from "./start-tag.ts";

type Element = DefaultTreeAdapterTypes.Element;
type Parent = DefaultTreeAdapterTypes.ParentNode;

/** What was typed before is that in the browser, too: no default, which could become another. */
const TYPED = "data-violet-typed";
/** Fields whose content is not typed, or is not to stand in any HTML. */
const NOT_TYPED = /^(hidden|submit|button|image|reset|file|password)$/;

/** What a control is to say. */
interface Message {
  readonly id: string;
  readonly text: string;
}

/** What becomes of a form that is returned. */
export function refill(
  controls: readonly Control[],
  html: string,
  { fields, error }: Pick<ReturnedForm, "fields" | "error">,
): Edit[] {
  const typed = new Map<string, string[]>();
  for (const [name, value] of fields) typed.set(name, [...(typed.get(name) ?? []), value]);
  const messages = messagesAt(controls, Object.entries(error.fields ?? {}));
  const first = controls.find((control) => messages.has(control));
  return controls.flatMap((control) => {
    const tag = new StartTag(control.element, html);
    const message = messages.get(control);
    if (message) markWrong(tag, message);
    if (first) tag.mark("autofocus", control === first);
    const inside = control.isDisabled ? [] : fill(control, tag, typed, html);
    return [...tag.edits(), ...inside, ...(message ? [messageBehind(control, controls, message)] : [])];
  });
}

function messagesAt(
  controls: readonly Control[],
  messages: readonly (readonly [field: string, text: string])[],
): ReadonlyMap<Control, Message> {
  const all = new Map<Control, Message>();
  for (const [field, text] of messages) {
    const control = controlOf(controls, field);
    // The page's own script numbers those that it shows.
    if (control && !all.has(control)) all.set(control, { id: `violet-error-~${all.size}`, text });
  }
  return all;
}

/** Of several that have one name and make a list, the one at that place: `tags.2`. */
function controlOf(controls: readonly Control[], field: string): Control | undefined {
  const named = (wanted: string) => controls.filter(({ name }) => name === wanted);
  const [name = "", index = 0] = field.split(".");
  const list = named(name);
  return named(field)[0] ?? list[Number(index)] ?? list[0];
}

function fill(
  { element, name = "" }: Control,
  tag: StartTag,
  typed: ReadonlyMap<string, string[]>,
  html: string,
): Edit[] {
  if (!/^(input|select|textarea)$/.test(element.tagName) || NOT_TYPED.test(typeOf(element))) return [];
  const values = typed.get(name);
  tag.set(TYPED, "");
  if (element.tagName === "select") return choose(element, values, html);
  if (isChoice(element)) {
    tag.mark("checked", values?.includes(tag.get("value") ?? "on") ?? false);
    return [];
  }
  const value = values?.shift();
  // One that was not sent was not in the page.
  if (value === undefined) return [];
  if (element.tagName === "textarea") return contentOf(element, value);
  tag.set("value", value);
  return [];
}

const typeOf = (element: Element): string => attributeOf(element, "type")?.toLowerCase() ?? "text";
const isChoice = (element: Element): boolean => /^(radio|checkbox)$/.test(typeOf(element));

/** A select of one sends nothing while it shows what cannot be chosen. */
function choose(select: Element, values: readonly string[] | undefined, html: string): Edit[] {
  if (!values && attributeOf(select, "multiple") === undefined) return [];
  return optionsIn(select).flatMap((option) => {
    const tag = new StartTag(option, html);
    tag.mark("selected", values?.includes(tag.get("value") ?? textOf(option)) ?? false);
    return tag.edits();
  });
}

const optionsIn = ({ childNodes }: Parent): Element[] =>
  childNodes.flatMap((node) =>
    "tagName" in node ? (node.tagName === "option" ? [node] : optionsIn(node)) : [],
  );

/** An option's text is its value, where it has no other. */
const textOf = ({ childNodes }: Parent): string =>
  childNodes
    .map((node) => ("value" in node ? node.value : "tagName" in node ? textOf(node) : ""))
    .join("")
    .replace(/[\t\n\f\r ]+/g, " ")
    .trim();

function contentOf({ sourceCodeLocation: location }: Element, text: string): Edit[] {
  if (!location?.startTag || !location.endTag) return [];
  // The parser takes away a first line break.
  const content = `\n${escapeHtml(text)}`;
  return [{ start: location.startTag.endOffset, end: location.endTag.startOffset, text: content }];
}

function markWrong(tag: StartTag, { id }: Message): void {
  tag.set("aria-invalid", "true");
  tag.set("aria-describedby", [tag.get("aria-describedby"), id].filter(Boolean).join(" "));
}

/** Behind the field; behind its label or its group where it stands in one, whose name the message is no part of. */
function messageBehind(control: Control, controls: readonly Control[], { id, text }: Message): Edit {
  const { element, around } = control;
  const label = around.find(({ tagName }) => tagName === "label");
  const at = (groupOf(control, controls) ?? label ?? element).sourceCodeLocation?.endOffset ?? 0;
  const message = `<small id="${id}" data-violet-error="">${escapeHtml(text)}</small>`;
  return { start: at, end: at, text: message };
}

/** The fieldset around choices of one name, and of nothing else. */
function groupOf({ element, name, around }: Control, controls: readonly Control[]): Element | undefined {
  const group = isChoice(element) ? around.find(({ tagName }) => tagName === "fieldset") : undefined;
  const inside = controls.filter((each) => group && each.around.includes(group));
  return inside.every((each) => each.name === name) ? group : undefined;
}
