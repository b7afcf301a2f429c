/** The hidden field by which a form of a live component reaches the server without JavaScript. */
export const HIDDEN = "_violet";

/** What a form sends its fields by, buttons among them, in the order of the page. One of them may be named "elements". */
export const controlsOf = (form: HTMLFormElement): HTMLElement[] =>
  Array.from(Reflect.get(HTMLFormElement.prototype, "elements", form) as Iterable<HTMLElement>);

export const isNamed = (control: Element, name: string): boolean => control.getAttribute("name") === name;
