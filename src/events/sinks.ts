/**
 * Where a template puts text into a URL or a style. State is what other people write: what would run code, or fetch
 * what the template does not name, is left out. Nothing throws, for one write must not take a page down.
 */
import { getDirectiveClass } from "lit/directive-helpers.js";
import { DEV } from "#dev";
import { currentHost } from "./host.ts";
import { renderable } from "./renderable.ts";
import { placeOf, type Slot } from "./template.ts";
import { typed } from "./typed.ts";

const URL_NAME =
  /^\.?(xlink:)?(href|src|srcset|action|formaction|data|poster|ping|background|from|to|by|values)$/i;
const CODE = /^(javascript|vbscript|data(?!:(image|font|audio|video)\/)):/i;
/** An animation's, each of which is a URL. */
const LIST = /^values$/i;
/** They show an image as a document of its own, scripts and all. */
const FRAME = /^(iframe|frame|embed|object)$/i;
// What ends a declaration or the list of them, what hides a name, and what fetches.
const STYLE_MARKS = /[;{}<\\]|(url|src|image|image-set)\(/gi;

/** Whether this URL in this place would run code. Browsers skip control characters and white space around its scheme. */
function runsCode({ tag, attribute }: Slot, text: string): boolean {
  const urls = LIST.test(attribute) ? text.split(";") : [text];
  return urls
    .map((url) => url.replace(/[^!-\uffff]+/g, ""))
    .some((url) => CODE.test(url) || (FRAME.test(tag) && /^data:/i.test(url)));
}

const isComponent = ({ tag }: Slot) => tag.includes("-");

/** No browser reads a component's own attributes. */
const isUrl = (slot: Slot) => URL_NAME.test(slot.attribute) && !isComponent(slot);

/** Whether the template's own text makes code of its values. */
export const isCode = (slot: Slot): boolean => isUrl(slot) && runsCode(slot, slot.texts[0] as string);

/** What people type into. */
const FIELD = /^(input|textarea|select)\.(value|checked)$/i;

/** What is bound in place of a value of the template. */
export type Binder = (value: unknown, values: readonly unknown[]) => unknown;

export function binderOf(slot: Slot): Binder {
  // Components take any data as properties, where Lit does not take it for a directive. Browsers' elements make texts of it.
  const takesData = isComponent(slot) && slot.attribute.startsWith(".");
  const isField = FIELD.test(slot.tag + slot.attribute);
  const bind: Binder = (value) => {
    if (takesData && !getDirectiveClass(value)) return value;
    return isField && !getDirectiveClass(value) ? typed(renderable(value)) : renderable(value);
  };
  const isDanger = dangerOf(slot);
  return isDanger ? (value, values) => (isDanger(values) ? leftOut(slot) : bind(value, values)) : bind;
}

/** Tells whether values would make of this place's text what they must not; undefined where they cannot. */
function dangerOf(slot: Slot): ((values: readonly unknown[]) => boolean) | undefined {
  const { attribute, texts, first } = slot;
  const given = (values: readonly unknown[]) => values.slice(first, first + texts.length - 1);
  const filled = (values: readonly unknown[]) =>
    given(values).reduce(
      (text: string, value, index) => text + textOf(value) + texts[index + 1],
      texts[0] as string,
    );
  // Behind the beginning of a path, or of another scheme, nothing makes it one that runs code.
  if (isUrl(slot) && (LIST.test(attribute) || /^[\w\s+.-]*$/.test(texts[0] as string)))
    // Nobody sees what a directive gives later.
    return (values) => given(values).some(getDirectiveClass) || runsCode(slot, filled(values));
  if (!/^\.?style$/i.test(attribute)) return undefined;
  // A value that is the whole style may have several declarations.
  const ends = texts.join("").trim() ? /^$/ : /;/g;
  const marks = (text: string) => text.replace(ends, "").match(STYLE_MARKS)?.length;
  const own = marks(texts.join("0"));
  return (values) => marks(filled(values)) !== own;
}

/** What Lit makes of a value: `nothing` is a symbol. */
const textOf = (value: unknown): string =>
  value == null || typeof value === "symbol" || getDirectiveClass(value) ? "" : String(renderable(value));

const told = new Set<string>();

function leftOut(slot: Slot): string {
  const where = DEV && placeOf(slot, currentHost());
  if (where && !told.has(where)) {
    told.add(where);
    console.warn(
      `${where}: a value is left out. It would run code or fetch what the template does not name, or is a directive in a URL.`,
    );
  }
  return "about:invalid#violet";
}
