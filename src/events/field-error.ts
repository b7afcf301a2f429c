/**
 * What is wrong with a field, shown at it: `aria-invalid`, a message behind it that describes it, and the focus where
 * nobody has taken that elsewhere. Gone with the next input, the next submit, or a reset. Loaded with the first error.
 */
export function showFieldError(
  form: HTMLFormElement,
  { field, message, focus }: { readonly field: string; readonly message: string; readonly focus: boolean },
): () => void {
  // A field may have the name of the form's own property.
  const elements = Reflect.get(HTMLFormElement.prototype, "elements", form) as HTMLFormControlsCollection;
  const control = Array.from(elements).find((each) => each.getAttribute("name") === field) as
    | HTMLElement
    | undefined;
  if (!control) return () => {};
  const described = control.getAttribute("aria-describedby");
  const text = document.createElement("small");
  text.id = `violet-error-${count++}`;
  text.dataset.violetError = "";
  text.textContent = message;
  // Behind its label or its group, whose name the message is no part of.
  const group = control.matches("[type=radio], [type=checkbox]") && control.closest("fieldset");
  (group || (control.closest("label") ?? control)).after(text);
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", described ? `${described} ${text.id}` : text.id);
  if (focus) control.focus();
  const listening = new AbortController();
  const { signal } = listening;
  const clear = () => {
    listening.abort();
    text.remove();
    control.removeAttribute("aria-invalid");
    if (described === null) control.removeAttribute("aria-describedby");
    else control.setAttribute("aria-describedby", described);
  };
  const isOfField = ({ target }: Event) => (target as Element).getAttribute("name") === field;
  const listen = (type: string, isMeant: (event: Event) => boolean) =>
    EventTarget.prototype.addEventListener.call(form, type, (event) => isMeant(event) && clear(), { signal });
  listen("input", isOfField);
  listen("change", isOfField);
  listen("reset", () => true);
  return clear;
}

let count = 0;
