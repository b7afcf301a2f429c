import { DEV } from "#dev";
import { blaming } from "../dev/failures.ts";
import type { Prepared } from "./handler.ts";
import { place } from "./misuse.ts";
import { accepts, type EventName } from "./modifiers.ts";
import type { Pace } from "./pace.ts";

/** Finds what an event calls, for each that passes the filters; what that gives takes the arguments of its time. */
export type Find = (event: Event) => () => Prepared;

/** One bound event of one element, with its modifiers. */
export class EventBinding implements EventListenerObject {
  readonly name: EventName;
  find!: Find;
  readonly #element: Element;
  /** What holds events back; until it is loaded none is. */
  #pace: Pace | undefined;
  #isSpent = false;

  constructor(element: Element, name: EventName) {
    this.#element = element;
    this.name = name;
    if ((name.throttle ?? name.debounce) !== undefined) void this.#loadPace();
  }

  async #loadPace(): Promise<void> {
    try {
      const { Pace } = await import("./pace.ts");
      this.#pace = new Pace();
    } catch {
      // Offline, or gone after a deployment: too many calls are better than none.
    }
  }

  listen(): void {
    this.#change("addEventListener");
  }

  stop(): void {
    this.#change("removeEventListener");
  }

  /** Makes the call that a `.debounce` holds back. */
  flush(): void {
    this.#pace?.flush();
  }

  #change(how: "addEventListener" | "removeEventListener"): void {
    // `.once` counts calls, not the events that a filter stops: the browser's own would end too early.
    // A form's fields stand before its own methods: one may have this name.
    EventTarget.prototype[how].call(this.#element, this.name.type, this, { ...this.name, once: false });
  }

  handleEvent(event: Event): void {
    const { name } = this;
    if (!accepts(name, event)) return;
    if (name.stop && !this.#isSpent) event.stopPropagation();
    if (name.prevent && !this.#isSpent) event.preventDefault();
    // Also where the call is spent or held back: the browser must not submit its form.
    const prepare = this.find(event);
    if (this.#isSpent) return;
    const take = () => {
      const call = prepare();
      return (given: Event) => {
        this.#isSpent = !!name.once;
        if (!DEV) return void call(given);
        const { host } = Node.prototype.getRootNode.call(this.#element) as Partial<ShadowRoot>;
        const binding = place(`@${name.text}`, this.#element.localName, undefined);
        blaming({ element: host?.localName, binding }, () => call(given));
      };
    };
    if (this.#pace) this.#pace.handle(name, event, take);
    else take()(event);
  }
}
