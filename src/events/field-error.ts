/**
 * What is wrong with fields, shown at each: `aria-invalid`, a message behind it that describes it, and the focus on the first
 * where nobody has taken that elsewhere. Gone with the field's next input, the next submit, or a reset. Loaded with the first error.
 */
import type { FieldMessages } from "../errors.ts";
import { controlsOf, isNamed } from "./controls.ts";
import { shown } from "./submission.ts";

export function showFieldErrors(form: HTMLFormElement, fields: FieldMessages, focus: boolean): void {
  const controls = controlsOf(form);
  const messages = new Map<HTMLElement, string>();
  for (const [field, message] of Object.entries(fields)) {
    const control = controlOf(controls, field);
    if (control && !messages.has(control)) messages.set(control, message);
  }
  for (const [control, message] of messages) keep(form, control, showAt(control, message));
  if (focus) controls.find((control) => messages.has(control))?.focus();
}

/** Those that the server has written into its page are as if they had been shown here. */
export function adoptFieldErrors(root: ParentNode): void {
  for (const text of root.querySelectorAll<HTMLElement>("[data-violet-error]")) {
    const control = root.querySelector<HTMLInputElement>(`[aria-describedby~="${text.id}"]`);
    if (control?.form) keep(control.form, control, () => clearAt(control, text));
  }
  for (const { shadowRoot } of [root, ...root.querySelectorAll("*")] as Element[])
    if (shadowRoot) adoptFieldErrors(shadowRoot);
}

/** Until the field is changed, or its form is sent or reset. */
function keep(form: HTMLFormElement, control: Element, clear: () => void): void {
  const name = control.getAttribute("name") as string;
  const before = shown.get(form);
  const end = clearWith(
    form,
    controlsOf(form).filter((each) => isNamed(each, name)),
    clear,
  );
  shown.set(form, () => {
    before?.();
    end();
  });
}

/** Of several that have one name and make a list, the one at that place: `tags.2`. */
function controlOf(controls: readonly HTMLElement[], field: string): HTMLElement | undefined {
  const named = (name: string) => controls.filter((control) => isNamed(control, name));
  const [name = "", index = 0] = field.split(".");
  const list = named(name);
  return named(field)[0] ?? list[Number(index)] ?? list[0];
}

/** Gives what takes it away. */
function showAt(control: HTMLElement, message: string): () => void {
  const text = document.createElement("small");
  text.id = `violet-error-${count++}`;
  text.dataset.violetError = "";
  text.textContent = message;
  // Behind its label or its group, whose name the message is no part of.
  (groupOf(control) ?? control.closest("label") ?? control).after(text);
  control.setAttribute("aria-invalid", "true");
  const described = control.getAttribute("aria-describedby");
  control.setAttribute("aria-describedby", described ? `${described} ${text.id}` : text.id);
  return () => clearAt(control, text);
}

function clearAt(control: Element, text: Element): void {
  text.remove();
  control.removeAttribute("aria-invalid");
  const described = control.getAttribute("aria-describedby")?.split(" ") ?? [];
  const others = described.filter((id) => id !== text.id).join(" ");
  if (others) control.setAttribute("aria-describedby", others);
  else control.removeAttribute("aria-describedby");
}

/** The fieldset around choices of one name, and of nothing else. */
function groupOf(control: Element): Element | undefined {
  const group = control.matches("[type=radio], [type=checkbox]") ? control.closest("fieldset") : null;
  const isOne = (each: Element) => isNamed(each, control.getAttribute("name") as string);
  return group && Array.from(group.elements).every(isOne) ? group : undefined;
}

/** Clears, once, when one of the controls is changed or their form is reset. Controls may stand outside their form. */
function clearWith(form: HTMLFormElement, controls: readonly EventTarget[], clear: () => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const end = () => {
    if (!signal.aborted) clear();
    listening.abort();
  };
  const root = Node.prototype.getRootNode.call(form);
  const listen = (type: string, isMeant: (target: EventTarget | null) => boolean) =>
    root.addEventListener(type, ({ target }) => isMeant(target) && end(), { signal, capture: true });
  listen("input", (target) => controls.includes(target as EventTarget));
  listen("change", (target) => controls.includes(target as EventTarget));
  listen("reset", (target) => target === form);
  return end;
}

let count = 0;
