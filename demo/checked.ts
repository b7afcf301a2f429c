import { Directive, directive, type PartInfo } from "lit/directive.js";

/**
 * `?checked=${checked(value)}`: the attribute in the server's HTML, and in the browser the property as well, which
 * alone still counts for a box that was clicked.
 */
class Checked extends Directive {
  readonly #input: HTMLInputElement;

  constructor(part: PartInfo) {
    super(part);
    this.#input = (part as PartInfo & { element: HTMLInputElement }).element;
  }

  override render(value: boolean) {
    if (this.#input) this.#input.checked = value;
    return value;
  }
}

export const checked = directive(Checked);
