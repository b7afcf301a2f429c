import type { FieldMessages } from "../errors.ts";
import type { LiveError } from "../state/live.ts";
import { parseCall } from "./call.ts";
import { controlsOf, HIDDEN } from "./controls.ts";
import { isSubmit } from "./modifiers.ts";

/** What somebody fills in, or the page did. */
const FIELD = `[name]:not(button, [type=submit], [name=${HIDDEN}])`;

/** The last submission of each form, until it is answered; what it shows, until the next one. */
const pending = new WeakMap<HTMLFormElement, Submission>();
export const shown = new WeakMap<HTMLFormElement, () => void>();
let current: Submission | undefined;

/** The form whose submit is handled now: the calls that are made are its own. */
export const currentSubmission = (): Submission | undefined => current;

/** `call` as that of the form that an event submits: not while the same form waits for an answer. */
export function asSubmitted(event: Event, call: () => void): () => void {
  const { target: form, submitter } = event as SubmitEvent;
  if (event.type !== "submit" || !(form instanceof HTMLFormElement)) return call;
  return () => {
    if (pending.has(form)) return;
    current = new Submission(form, submitter);
    try {
      call();
    } finally {
      current = undefined;
    }
  };
}

const loadErrors = () => import("./field-error.ts");

/** What the server has written at the fields of a form that comes back with its page, inside an element. */
export async function adoptErrors(host: Element): Promise<void> {
  (await loadErrors()).adoptFieldErrors(host);
}

/** What the form holds. */
const contentOf = (form: HTMLFormElement): string => {
  const data = new FormData(form);
  data.delete(HIDDEN);
  return JSON.stringify([...data], (_, value) => (value instanceof File ? value.name : value));
};

/** A form that was sent to a live component. Its fields may have the names of its methods, which are the prototypes' here. */
export class Submission {
  readonly #form: HTMLFormElement;
  readonly #button: HTMLElement | null;
  readonly #content: string;
  readonly #focused: Element | null;

  constructor(form: HTMLFormElement, button: HTMLElement | null) {
    this.#form = form;
    this.#button = button;
    this.#content = contentOf(form);
    this.#focused = this.#focus;
  }

  get #focus(): Element | null {
    return (Node.prototype.getRootNode.call(this.#form) as ShadowRoot).activeElement;
  }

  begin(): void {
    shown.get(this.#form)?.();
    shown.delete(this.#form);
    // Without fields it is a button: each press counts.
    if (!controlsOf(this.#form).some((each) => each.matches(FIELD))) return;
    pending.set(this.#form, this);
    this.#button?.setAttribute("aria-disabled", "true");
  }

  /** It may be sent again. */
  release(): void {
    pending.delete(this.#form);
    this.#button?.removeAttribute("aria-disabled");
  }

  end(error: LiveError | undefined): void {
    this.release();
    if (error?.fields) void this.#show(error.fields);
    // When what came with the answer is rendered: then these are the defaults. What was typed since then stays.
    else if (!error && Element.prototype.hasAttribute.call(this.#form, "data-reset"))
      setTimeout(
        () => contentOf(this.#form) === this.#content && HTMLFormElement.prototype.reset.call(this.#form),
      );
  }

  async #show(fields: FieldMessages): Promise<void> {
    const { showFieldErrors } = await loadErrors();
    if (pending.has(this.#form)) return;
    // Who is elsewhere by now is not called back.
    showFieldErrors(this.#form, fields, this.#focus === this.#focused);
  }

  /** An argument that is a field of the form is called by its name. */
  nameOf(path: string): string {
    const attributes = Reflect.get(Element.prototype, "attributes", this.#form) as NamedNodeMap;
    const call = Array.from(attributes).find(({ name }) => isSubmit(name));
    const [index, ...inside] = path.split(".");
    const arg = call && parseCall(call.value, () => call.name).args?.[Number(index)];
    return arg && "name" in arg ? [arg.name, ...inside].join(".") : path;
  }
}
