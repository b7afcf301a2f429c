import { isServer, nothing } from "lit";
import { AsyncDirective } from "lit/async-directive.js";
import { type DirectiveResult, directive, type EventPart, type Part, PartType } from "lit/directive.js";
import { CHECKED } from "#dev";
import { type Bound, checkBound, isSentBy, prepare } from "./handler.ts";
import { currentHost } from "./host.ts";
import { markOf } from "./marks.ts";
import { place } from "./misuse.ts";
import { accepts, type EventName, parseEventName } from "./modifiers.ts";
import type { Pace } from "./pace.ts";

/**
 * One bound event of one element: it listens while its part of the template is connected, and no longer. A call that
 * a `.debounce` holds back is dropped with its element.
 */
class Listener extends AsyncDirective {
  #part!: EventPart;
  #bound!: Bound;
  #event: EventName | undefined;
  /** What holds events back; until it is loaded none is. */
  #pace: Pace | undefined;
  #isSpent = false;

  /** In any other place than an event's the function stays what it is. */
  override render({ handler }: Bound): unknown {
    return handler;
  }

  override update(part: Part, [bound]: [Bound]): unknown {
    if (part.type !== PartType.EVENT) return bound.handler;
    const { name, element, options } = part as EventPart;
    const attribute = `@${name}`;
    const where = () =>
      CHECKED ? place(attribute, element.localName, (options?.host as Element)?.localName) : attribute;
    const event = this.#event ?? parseEventName(name, where);
    checkBound(bound, event.type, where);
    this.#part = part as EventPart;
    this.#bound = bound;
    this.#event = event;
    if (!this.#pace && (event.throttle ?? event.debounce) !== undefined) void this.#loadPace();
    // To add a listener that is there already does nothing.
    if (this.isConnected) this.reconnected();
    // Takes away what Lit itself may have listened with before.
    return nothing;
  }

  async #loadPace(): Promise<void> {
    try {
      const { Pace } = await import("./pace.ts");
      this.#pace ??= new Pace();
    } catch {
      // Offline, or gone after a deployment: too many calls are better than none.
    }
  }

  override reconnected(): void {
    this.#listen("addEventListener");
  }

  override disconnected(): void {
    this.#listen("removeEventListener");
    // An element that is moved is out of the page for a moment: what waits for it stays.
    queueMicrotask(() => this.isConnected || this.#pace?.drop());
  }

  #listen(how: "addEventListener" | "removeEventListener"): void {
    // `.once` counts calls, not the events that a filter stops: the browser's own would end too early.
    // A form's fields stand before its own methods: one may have this name.
    if (this.#event)
      EventTarget.prototype[how].call(this.#part.element, this.#event.type, this, {
        ...this.#event,
        once: false,
      });
  }

  handleEvent(event: Event): void {
    const name = this.#event as EventName;
    if (this.#isSpent || !accepts(name, event)) return;
    if (name.stop) event.stopPropagation();
    if (name.prevent || isSentBy(this.#bound, event)) event.preventDefault();
    if (this.#pace) this.#pace.handle(name, event, () => this.#prepare(event));
    else this.#prepare(event)(event);
  }

  /** The call with all that it takes from its time; it is given the event. */
  #prepare(event: Event): (given: Event) => void {
    const { element, options } = this.#part;
    const call = prepare(this.#bound, event, options?.host ?? element);
    return (given) => {
      this.#isSpent = !!this.#event?.once;
      call(given);
    };
  }
}

export const listen = directive(Listener);

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
  const bound = { handler, args };
  const result = listen(bound);
  if (!CHECKED) return result;
  const bindable = isServer && !markOf(handler) ? refusing(result, bound) : result;
  made.set(bindable, bound);
  return bindable;
}

/** Lit runs no event's directive on the server, it only looks whether the value is one: then this one throws. */
const refusing = <T extends object>(result: T, bound: Bound): T =>
  new Proxy(result, { get: () => checkBound(bound, "", () => place("on()", undefined, currentHost())) });
