/** A form field that is bound both ways. What is typed into it is never overwritten by what the store says. */
import { fail, VioletError } from "../../src/errors.ts";
import { handleOf } from "../../src/state/self.ts";
import { type Names, type Path, valueAt } from "./path.ts";
import { isChosen, isTrue, textOf } from "./values.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
type Fields = Record<string, unknown>;

/** What holds a path's first key, to be written to. */
type Target = (name: string) => object | undefined;

export class Field {
  readonly #control: Control;
  readonly #path: Path;
  readonly #names: Names;
  readonly #target: Target;
  /** It holds what its user did, and the store does not have that yet, or has refused it. */
  #isDirty: boolean;
  /** Its last `input` was told. */
  #isTold = false;
  #edits = 0;

  constructor(control: Element, path: Path, names: Names, target: Target) {
    this.#control = control as Control;
    this.#path = path;
    this.#names = names;
    this.#target = target;
    this.#isDirty = isTyped(this.#control);
  }

  /** Shows what the store says, unless somebody is about to type here, or has done so. */
  update(): void {
    const control = this.#control;
    const value = valueAt(this.#path, this.#names);
    const { type, checked } = control as HTMLInputElement;
    // Another of its group was pressed before they were bound, and is the state's by now.
    if (!this.#edits && type === "radio" && checked === isChosen(value, control.value)) this.#isDirty = false;
    // In a window that is not in front, too.
    const { activeElement } = control.getRootNode() as Partial<Document>;
    if (this.#isDirty || (!/^(checkbox|radio)$/.test(type) && activeElement === control)) return;
    show(control, value);
  }

  /** Its form was reset. */
  reset(): void {
    this.#isDirty = false;
    this.#control.setCustomValidity("");
    this.update();
  }

  /** Its user changed it. A `change` that follows an `input` brings nothing new. */
  edited(type: string): void {
    const isNew = type === "input" || !this.#isTold;
    this.#isTold = type === "input";
    // What is no number yet may become one.
    if (isNew && !this.#control.validity.badInput) this.#write();
    this.#isDirty ||= isNew;
  }

  #write() {
    const edit = ++this.#edits;
    const isLast = () => edit === this.#edits;
    this.#isDirty = true;
    const refused = (error: unknown) => {
      if (!(error instanceof VioletError)) throw error;
      if (isLast()) this.#control.setCustomValidity(error.message);
    };
    const accepted = () => {
      if (!isLast()) return;
      this.#isDirty = false;
      this.#control.setCustomValidity("");
      this.update();
    };
    try {
      const { steps } = this.#path;
      const target = this.#target(steps[0]);
      if (!target) return;
      assign(this.#control, target, steps);
      void handleOf(target)?.core.settled().then(accepted, refused);
    } catch (error) {
      refused(error);
    }
  }
}

/**
 * Whether it holds something else than its HTML says: typed before the page's script, or brought back by the browser; or what
 * was typed in the page that the server sends back.
 */
function isTyped(control: Control): boolean {
  if (control.hasAttribute("data-violet-typed")) return true;
  if (control instanceof HTMLSelectElement) return isPicked(control);
  if (/^(checkbox|radio)$/.test(control.type))
    return (control as HTMLInputElement).checked !== (control as HTMLInputElement).defaultChecked;
  return !/^(color|range)$/.test(control.type) && control.value !== control.defaultValue;
}

function isPicked({ options, multiple }: HTMLSelectElement): boolean {
  const marked = [...options].filter(({ defaultSelected }) => defaultSelected);
  const first = [...options].find(({ disabled }) => !disabled);
  const given = multiple ? marked : [marked.at(-1) ?? first];
  return [...options].some((option) => option.selected !== given.includes(option));
}

/** What it holds becomes what its HTML says, as if the server had filled it. */
function show(control: Control, value: unknown): void {
  if (control instanceof HTMLSelectElement) {
    for (const option of control.options) choose(option, isChosen(value, option.value), control.multiple);
  } else if (/^(checkbox|radio)$/.test(control.type)) {
    const isOne = control.type === "radio" || Array.isArray(value);
    const isOn = isOne ? isChosen(value, control.value) : isTrue(value);
    const box = control as HTMLInputElement;
    if (box.defaultChecked !== isOn) box.defaultChecked = isOn;
    box.checked = isOn;
  } else {
    const text = textOf(value);
    if (control.defaultValue !== text) control.defaultValue = text;
    // To write the same would move the caret.
    if (control.value !== text) control.value = text;
  }
}

function choose(option: HTMLOptionElement, isOn: boolean, isMultiple: boolean) {
  if (option.defaultSelected !== isOn) option.defaultSelected = isOn;
  if (option.selected !== isOn && (isOn || isMultiple)) option.selected = isOn;
}

function assign(control: Control, target: object, steps: readonly string[]): void {
  const key = steps.at(-1) as string;
  let at: unknown = target;
  for (const step of steps.slice(0, -1)) at = (at as Fields)[step] ?? fail("E_BAD_PATH", { path: steps });
  const place = at as Fields;
  const { type } = control;
  if (type === "checkbox") check(control as HTMLInputElement, place, key);
  else if (type === "select-multiple")
    place[key] = Array.from((control as HTMLSelectElement).selectedOptions, ({ value }) => value);
  else if (type === "number" || type === "range") place[key] = control.value ? Number(control.value) : null;
  else place[key] = alike(place[key], control.value);
}

/** One of several boxes adds its value to a list, or takes it away. */
function check({ checked, value }: HTMLInputElement, place: Fields, key: string) {
  const list = place[key];
  if (!Array.isArray(list)) return void (place[key] = checked);
  const at = list.findIndex((each) => textOf(each) === value);
  if (checked && at < 0) list.push(value);
  else if (!checked && at >= 0) list.splice(at, 1);
}

/** Fields have texts only; what was a number or a boolean stays one. */
function alike(present: unknown, text: string): string | number | boolean {
  if (typeof present === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  return typeof present === "number" && text.trim() && Number.isFinite(Number(text)) ? Number(text) : text;
}
