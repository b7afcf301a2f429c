/** What the bindings make of values: docs/bindings.md has the table. The same on the server and in the browser. */

/** An empty list is nothing to show. */
export const isTrue = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : !!value);

/** Without halves of letters: a page's bytes cannot hold them. */
export function textOf(value: unknown): string {
  if (value == null) return "";
  return (typeof value === "string" ? value : JSON.stringify(value)).toWellFormed();
}

/** For these, false is a word of its own. */
const WORDS = /^(aria-.+|contenteditable|draggable|spellcheck)$/;

/** An attribute's value; null: there is none. */
export function attributeOf(name: string, value: unknown): string | null {
  if (typeof value !== "boolean" || WORDS.test(name)) return value == null ? null : textOf(value);
  return value ? "" : null;
}

/** Whether an option, a radio button or one of several boxes, with a value of its own, is chosen by a state's value. */
export const isChosen = (value: unknown, own: string): boolean =>
  Array.isArray(value) ? value.some((each) => textOf(each) === own) : textOf(value) === own;
