import { noChange } from "lit";
import { Directive, type DirectiveParameters, directive, type PropertyPart } from "lit/directive.js";

type Field = HTMLInputElement & HTMLTextAreaElement & HTMLSelectElement;

/** Binds a field's `.value` or `.checked`, but for what somebody typed since it was bound: that stays until it is reset. */
class Typed extends Directive {
  /** What the field showed when it was bound last. */
  #last: unknown;

  override render(value: unknown): unknown {
    return value;
  }

  override update({ element, name }: PropertyPart, [value]: DirectiveParameters<this>): unknown {
    const field = element as Field;
    const shows = () => Reflect.get(field, name) as unknown;
    const now = shows();
    // Browsers give a new range, colour or box a value of its own.
    const isNew = this.#last === undefined && field.localName === "input" && !field.hasAttribute("value");
    const isTyped = now !== defaultOf(field, name) || (this.#last !== undefined && field.matches(":focus"));
    if (isTyped && (name === "checked" || !isNew) && now !== this.#last && String(now) !== String(value))
      return noChange;
    queueMicrotask(() => (this.#last = shows()));
    return value;
  }
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
