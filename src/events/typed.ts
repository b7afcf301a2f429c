import { noChange } from "lit";
import { Directive, type DirectiveParameters, directive, type PropertyPart } from "lit/directive.js";
import { setCommittedValue } from "lit/directive-helpers.js";

type Field = HTMLInputElement & HTMLTextAreaElement & HTMLSelectElement;

/** A field in which somebody is about to type or to choose. */
const BEING_FILLED = ":focus:not([type=radio],[type=checkbox],[type=button],[type=submit])";

/**
 * Binds a field's `.value` or `.checked`. What somebody typed since it was bound stays until it is reset, and a field that
 * has the focus shows nothing new before it has lost it; but for what follows from its own text, which the state had taken.
 */
class Typed extends Directive {
  /** What the field showed when it was bound last. */
  #last: unknown;
  /** Somebody typed that, and the state followed. */
  #isFollowed = false;
  /** Waits for the focus to go. */
  #next: { readonly value: unknown } | undefined;

  override render(value: unknown): unknown {
    return value;
  }

  override update(part: PropertyPart, [value]: DirectiveParameters<this>): unknown {
    const { name } = part;
    const field = part.element as Field;
    const shows = () => Reflect.get(field, name) as unknown;
    const now = shows();
    const isBound = this.#last !== undefined;
    const isUntouched = now === this.#last;
    const isSame = String(now) === String(value);
    if (!isSame && !isUntouched && isTyped(field, name, isBound)) return noChange;
    if (!isSame && isUntouched && !this.#isFollowed && field.matches(BEING_FILLED)) {
      if (!this.#next) field.addEventListener("blur", () => this.#blurred(field, name), { once: true });
      this.#next = { value };
      return noChange;
    }
    this.#next = undefined;
    this.#isFollowed = isSame && isBound && (this.#isFollowed || !isUntouched);
    queueMicrotask(() => (this.#last = shows()));
    // Lit compares with what it wrote itself.
    if (!isSame) setCommittedValue(part);
    return value;
  }

  #blurred(field: Field, name: string) {
    const { value } = this.#next ?? {};
    if (this.#next && Reflect.get(field, name) === this.#last) Reflect.set(field, name, value);
    this.#last = Reflect.get(field, name);
    this.#next = undefined;
  }
}

/** Whether somebody changed it since it was new, or is about to, or had typed it before the server sent it back. */
function isTyped(field: Field, name: string, isBound: boolean): boolean {
  if (!isBound && field.hasAttribute("data-violet-typed")) return true;
  // Browsers give a new range, colour or box a value of its own.
  const isNew = !isBound && name === "value" && field.localName === "input" && !field.hasAttribute("value");
  return (
    !isNew && (Reflect.get(field, name) !== defaultOf(field, name) || (isBound && field.matches(":focus")))
  );
}

/** What a reset brings back. */
function defaultOf(field: Field, name: string): unknown {
  if (name === "checked") return field.defaultChecked;
  const options = field.options && Array.from(field.options);
  return options
    ? ((options.find((each) => each.defaultSelected) ?? options[0])?.value ?? "")
    : field.defaultValue;
}

export const typed = directive(Typed);
