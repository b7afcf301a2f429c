/** A form that comes back: its fields with what was typed, and the message at the one that is at fault. */
import type { DefaultTreeAdapterTypes } from "parse5";
import type { ReturnedForm } from "../forms/returned.ts";
import { escapeHtml } from "./escape.ts";
import type { Edit } from "./forms.ts";
import { StartTag } from "./start-tag.ts";

type Element = DefaultTreeAdapterTypes.Element;
type Parent = DefaultTreeAdapterTypes.ParentNode;

/** Fields whose content is not typed, or is not to stand in any HTML. */
const NOT_TYPED = /^(hidden|submit|button|image|reset|file|password)$/;
/** The message's id: there is one in a page. */
const MESSAGE = "violet-error";

/** What becomes of a form that is returned. */
export function refill(form: Element, html: string, { fields, error }: ReturnedForm): Edit[] {
  const typed = new Map<string, string[]>();
  for (const [name, value] of fields) typed.set(name, [...(typed.get(name) ?? []), value]);
  const controls = controlsIn(form, []);
  const wrong = controls.find(({ name }) => error.field !== undefined && name === error.field);
  const edits = controls.flatMap((control) => {
    const tag = new StartTag(control.element, html);
    if (control === wrong) markWrong(tag);
    const inside = fill(control, tag, typed, html);
    return [...tag.edits(), ...inside];
  });
  if (wrong) edits.push(messageAt(wrong, error.message));
  return edits;
}

interface Control {
  readonly element: Element;
  readonly name: string;
  /** The elements around it inside the form, the nearest first. */
  readonly around: readonly Element[];
}

/** The fields of a form; those of forms and shadow roots inside it are not its own. */
function controlsIn({ childNodes }: Parent, around: readonly Element[]): Control[] {
  return childNodes.flatMap((node) => {
    if (!("tagName" in node)) return [];
    const name = node.attrs.find((attribute) => attribute.name === "name")?.value;
    const isControl = name !== undefined && /^(input|select|textarea)$|-/.test(node.tagName);
    const own = isControl ? [{ element: node, name, around }] : [];
    return [...own, ...controlsIn(node, [node, ...around])];
  });
}

function fill(
  { element, name }: Control,
  tag: StartTag,
  typed: ReadonlyMap<string, string[]>,
  html: string,
): Edit[] {
  const values = typed.get(name) ?? [];
  if (element.tagName === "select") return optionsIn(element).flatMap((each) => choose(each, values, html));
  if (element.tagName === "textarea") return contentOf(element, values.shift() ?? "");
  if (element.tagName !== "input") return [];
  const type = tag.get("type")?.toLowerCase() ?? "text";
  if (type === "checkbox" || type === "radio") tag.mark("checked", values.includes(tag.get("value") ?? "on"));
  else if (!NOT_TYPED.test(type)) tag.set("value", values.shift() ?? "");
  return [];
}

const optionsIn = ({ childNodes }: Parent): Element[] =>
  childNodes.flatMap((node) =>
    "tagName" in node ? (node.tagName === "option" ? [node] : optionsIn(node)) : [],
  );

function choose(option: Element, values: readonly string[], html: string): Edit[] {
  const tag = new StartTag(option, html);
  tag.mark("selected", values.includes(tag.get("value") ?? textOf(option)));
  return tag.edits();
}

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

function markWrong(tag: StartTag): void {
  tag.set("aria-invalid", "true");
  tag.set("aria-describedby", [tag.get("aria-describedby"), MESSAGE].filter(Boolean).join(" "));
  tag.set("autofocus", "");
}

/** Behind the field; behind its label or its group where it stands in one, whose name the message is no part of. */
function messageAt({ element, around }: Control, message: string): Edit {
  const group = around.find(({ tagName }) => tagName === "fieldset" && isChoice(element));
  const place = group ?? around.find(({ tagName }) => tagName === "label") ?? element;
  const at = place.sourceCodeLocation?.endOffset ?? 0;
  return {
    start: at,
    end: at,
    text: `<small id="${MESSAGE}" data-violet-error="">${escapeHtml(message)}</small>`,
  };
}

const isChoice = ({ attrs }: Element): boolean =>
  attrs.some(({ name, value }) => name === "type" && /^(radio|checkbox)$/i.test(value));
