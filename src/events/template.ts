/**
 * Where a template's values stand, read from its text once per template. Only what stands inside a tag is a binding:
 * not text, not comments, not the content of `<style>`, `<script>`, `<textarea>` and `<title>`.
 */
import { place } from "./misuse.ts";
import { eventOf } from "./modifiers.ts";

/** A bound attribute: `href="/user/${id}"`, `@click=${handler}`, `.value=${text}`. */
export interface Slot {
  readonly tag: string;
  /** As written, with what stands before its name. */
  readonly attribute: string;
  /** Which of the template's values is its first one; its others follow. */
  readonly first: number;
  /** The text around its values: one more than there are values. */
  readonly texts: readonly string[];
}

/** A call in an attribute of the template's own text: `@click="increment"`. */
export interface WrittenCall {
  readonly tag: string;
  readonly attribute: string;
  readonly call: string;
  /** The event with its modifiers. */
  readonly event: string;
  /** Where the attribute begins and ends in the text. */
  readonly start: number;
  readonly end: number;
}

/** A template's text, in which the place of a value is its number between two NULs, and what was found in it. */
interface ReadTemplate {
  readonly text: string;
  /** The bound attributes by the numbers of their values; a value in a raw text has the attribute "". */
  readonly slots: readonly Slot[];
  readonly calls: readonly WrittenCall[];
}

export const placeOf = (
  { attribute, tag }: Pick<Slot, "attribute" | "tag">,
  host: string | undefined,
): string => place(attribute || "text", tag.toLowerCase(), host);

const START = /<!--|<([a-z][^\s>]*)/gi;
const NAME = /[>=]|[^\s"'>=/]+/g;
const RAW = /^(script|style|textarea|title)$/i;

export function readTemplate(strings: TemplateStringsArray): ReadTemplate {
  // No template holds a NUL.
  const text = strings.reduce((text, part, index) => `${text}\0${index - 1}\0${part}`);
  const slots: Slot[] = [];
  const calls: WrittenCall[] = [];
  let at = 0;
  const next = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    at = found ? pattern.lastIndex : text.length;
    return found;
  };
  const until = (end: string) => {
    const [before = ""] = text.slice(at).split(end, 1);
    at += before.length;
    return before;
  };
  const bind = (tag: string, attribute: string, value: string) => {
    const parts = value.split("\0");
    const texts = parts.filter((_, index) => !(index % 2));
    const slot = { tag, attribute, first: Number(parts[1]), texts };
    for (let index = 1; index < texts.length; index++) slots[slot.first + index - 1] = slot;
  };
  for (let start = next(START); start; start = next(START)) {
    const [, name] = start;
    if (!name) {
      until("-->");
      continue;
    }
    const [tag = ""] = name.split("/");
    let attribute = "";
    let begin = 0;
    for (let found = next(NAME); found && found[0] !== ">"; found = next(NAME)) {
      if (found[0] !== "=") {
        attribute = found[0];
        begin = found.index;
        continue;
      }
      const quote = next(/\S/g)?.[0] ?? "";
      const isQuoted = /["']/.test(quote);
      if (!isQuoted) at--;
      const value = isQuoted ? until(quote) : (next(/[^\s"'>]*/g)?.[0] ?? "");
      if (isQuoted) at++;
      const event = eventOf(attribute);
      if (event && !value.includes("\0"))
        calls.push({ tag, attribute, call: value, event, start: begin, end: at });
      bind(tag, attribute, value);
    }
    // Lit, too, takes no other name for one of them.
    if (RAW.test(name)) bind(tag, "", until(`</${name}`));
  }
  return { text, slots, calls };
}
