/** What the names among a call's arguments stand for, while its event is dispatched. */
import { CHECKED } from "#dev";
import type { Call } from "./call.ts";
import { controlsOf, isNamed } from "./controls.ts";
import { dataOf, fieldOf } from "./handler.ts";
import { misuse } from "./misuse.ts";

/** What a name stands for; undefined where it is not one of these names. */
export type Names = (name: string) => { readonly value: unknown } | undefined;

/** Where a call stands, and its event. */
interface Scope {
  readonly element: Element;
  readonly event: Event;
  readonly where: () => string;
  /** Those of the row around it: only plain HTML has rows. */
  readonly ofRow?: Names | undefined;
}

/** The arguments of a call; undefined where it has no list of them. Throws E_NAME for a name that nothing has. */
export const argumentsOf = ({ args }: Call, scope: Scope): readonly unknown[] | undefined =>
  args?.map((arg) => ("name" in arg ? lookUp(arg.name, scope) : arg.value));

function lookUp(name: string, { element, event, where, ofRow }: Scope): unknown {
  const { target } = event;
  const refuse = () =>
    misuse(
      "E_NAME",
      where(),
      CHECKED && { name, expected: "value, checked, $index, a row's key or a form's field" },
    );
  if (/^(value|checked)$/.test(name)) {
    // A form's field may have this name, and then the form has it, too.
    const field = [element, target].find((one) => one && !isForm(one) && name in one) ?? refuse();
    return Reflect.get(field, name);
  }
  const own = ofRow?.(name);
  if (own) return own.value;
  const around = Element.prototype.closest.call(element, "form");
  const form = [element, Reflect.get(element, "form"), around, target].find(isForm);
  return form && hasField(form, name) ? fieldOf(dataOf(form, event as SubmitEvent), name) : refuse();
}

const isForm = (value: unknown) => value instanceof HTMLFormElement;

/** One that is not sent counts, too: an unticked box is `undefined`. */
const hasField = (form: HTMLFormElement, name: string) =>
  controlsOf(form).some((control) => isNamed(control, name));
