import { lateEvent } from "./late-event.ts";
import type { EventName } from "./modifiers.ts";

/**
 * `.throttle` and `.debounce` of one bound event. Loaded late, by the bindings that have one of them: an event that
 * comes before is handled at once.
 */
export class Pace {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #held: (() => void) | undefined;
  #lastAt = -Infinity;

  /** `prepare` is called while the event is dispatched; what it gives is called when the event is handled. */
  handle({ throttle, debounce }: EventName, event: Event, prepare: () => (event: Event) => void): void {
    if (throttle && event.timeStamp - this.#lastAt < throttle) return;
    this.#lastAt = event.timeStamp;
    const call = prepare();
    if (debounce === undefined) return call(event);
    const late = lateEvent(event);
    clearTimeout(this.#timer);
    this.#held = () => call(late);
    this.#timer = setTimeout(() => this.flush(), debounce);
  }

  /** Makes the call that is held back. */
  flush(): void {
    clearTimeout(this.#timer);
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }
}
