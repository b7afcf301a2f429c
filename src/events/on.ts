import { isServer, nothing } from "lit";
import { AsyncDirective } from "lit/async-directive.js";
import { type DirectiveResult, directive, type EventPart, type Part, PartType } from "lit/directive.js";
import { CHECKED } from "#dev";
import { callOfTemplate } from "./attribute-call.ts";
import { EventBinding } from "./event-binding.ts";
import { type Bound, checkBound, isSentBy, prepare } from "./handler.ts";
import { currentHost } from "./host.ts";
import { markOf } from "./marks.ts";
import { place } from "./misuse.ts";
import { parseEventName } from "./modifiers.ts";

/** One event of one element of a template: it is listened to while its part is connected, and no longer. */
class Listener extends AsyncDirective {
  #binding: EventBinding | undefined;

  /** In any other place than an event's the function stays what it is. */
  override render(bound?: Bound): unknown {
    return bound?.handler;
  }

  override update(part: Part, [bound]: [bound?: Bound]): unknown {
    if (part.type !== PartType.EVENT) return this.render(bound);
    const { name, element, options } = part as EventPart;
    const attribute = `@${name}`;
    const where = () =>
      CHECKED ? place(attribute, element.localName, (options?.host as Element)?.localName) : attribute;
    const binding = (this.#binding ??= new EventBinding(element, parseEventName(name, where)));
    if (bound) {
      checkBound(bound, binding.name.type, where);
      binding.find = (event) => {
        if (isSentBy(bound, event)) event.preventDefault();
        return () => prepare(bound, event, options?.host ?? element);
      };
    } else binding.find = callOfTemplate(element, name, where);
    // To add a listener that is there already does nothing.
    if (this.isConnected) this.reconnected();
    // Takes away what Lit itself may have listened with before.
    return nothing;
  }

  override reconnected(): void {
    this.#binding?.listen();
  }

  override disconnected(): void {
    this.#binding?.stop();
    // An element that is moved is out of the page for a moment: what it holds back still waits.
    queueMicrotask(() => this.isConnected || this.#binding?.flush());
  }
}

/** Binds a function; without one, the call that stands in the element's attribute. */
export const listen: (bound?: Bound) => DirectiveResult = directive(Listener);

const made = new WeakMap<object, Bound>();

/** What a call of `on` bound, when `value` came from one; known where templates are checked. */
export const boundBy = (value: unknown): Bound | undefined => made.get(value as object);

/** A handler's parameters without the event, which nobody binds. */
type Bindable<P extends readonly unknown[]> = P extends readonly [...infer A, infer E]
  ? [E] extends [Event]
    ? Shortened<A>
    : P
  : P;
/** Those at the end that may be undefined may be left out. */
type Shortened<A extends readonly unknown[]> = A extends readonly [...infer Head, infer Last]
  ? undefined extends Last
    ? [...Shortened<Head>, Last?]
    : A
  : A;

/**
 * Binds a marked function to an event, with arguments: `@click=${on(chat.remove, message.id)}`. Works in Violet's
 * `html` and in Lit's own, where it brings the check of the mark and the modifiers.
 *
 * An action, a live callback and a server function get `args`, else on submit the form's fields as one object, else
 * nothing. A plain callback gets `args`, then the event. Throws a TypeError (`E_UNMARKED`, `E_ARGUMENTS`,
 * `E_MODIFIER`) when the template renders, on the server too; there, in Lit's own `html`, without the event's name.
 */
export function on<P extends readonly unknown[]>(
  handler: (...args: P) => unknown,
  ...args: Bindable<P>
): DirectiveResult {
  const bound = { handler, args: args.length ? args : undefined };
  const result = listen(bound);
  if (!CHECKED) return result;
  const bindable = isServer && !markOf(handler) ? refusing(result, bound) : result;
  made.set(bindable, bound);
  return bindable;
}

/** Lit runs no event's directive on the server, it only looks whether the value is one: then this one throws. */
const refusing = <T extends object>(result: T, bound: Bound): T =>
  new Proxy(result, { get: () => checkBound(bound, "", () => place("on()", undefined, currentHost())) });
