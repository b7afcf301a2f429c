// What must and must not compile of events. Nothing here runs: `npm run types` reads it.
import { integer, optional, string } from "superstruct";
import { callback } from "../../src/events/callback.ts";
import { html } from "../../src/events/html.ts";
import type { Marked } from "../../src/events/marks.ts";
import { on } from "../../src/events/on.ts";
import { trusted } from "../../src/events/trusted.ts";

const marked = callback((event: SubmitEvent) => event.submitter);
const isMarked: Marked = marked;
const keepsItsType: (event: SubmitEvent) => HTMLElement | null = marked;

const rename = callback([string(), optional(integer())], (name, count, event) => {
  const itsName: string = name;
  const itsCount: number | undefined = count;
  const itsEvent: Event = event;
  // @ts-expect-error an optional argument may be undefined
  const always: number = count;
  return [itsName, itsCount, itsEvent, always];
});
const click = callback([string()], (_id, event: MouseEvent) => event.button);

on(rename, "a");
on(rename, "a", 1);
on(click, "a");
// @ts-expect-error the first argument is required
on(rename);
// @ts-expect-error text where a number is declared
on(rename, "a", "1");
// @ts-expect-error one too many
on(rename, "a", 1, 2);
// @ts-expect-error not a function
on("rename");
// @ts-expect-error structs and a function whose parameters they do not describe
callback([string()], (id: number, _event: Event) => id);

declare const chat: { send: ((text: string) => void) & Marked; clear: (() => void) & Marked };
on(chat.send, "hello");
on(chat.clear);
// @ts-expect-error an action's arguments are checked
on(chat.send, 1);
// @ts-expect-error an action of no arguments takes none
on(chat.clear, 1);

class Room extends HTMLElement {
  topic = "";
  @callback submit(event: SubmitEvent): string {
    return this.topic + event.type;
  }
  @callback([string(), optional(string())]) say(
    text: string,
    to: string | undefined,
    event: MouseEvent,
  ): string {
    return this.topic + text + to + event.button;
  }
  // @ts-expect-error the method does not take what is declared
  @callback([string()]) wrong(count: number, _event: Event): number {
    return count;
  }
  // @ts-expect-error methods alone are marked
  @callback name = "";

  render(): unknown[] {
    // @ts-expect-error the text is required
    on(this.say);
    // @ts-expect-error a number where text is declared
    on(this.say, 1);
    return [
      html`<form @submit.prevent=${this.submit}></form>`,
      on(this.submit),
      on(this.say, "hello"),
      on(this.say, "hello", "Ada"),
    ];
  }
}

// @ts-expect-error HTML is a string
trusted(1);

export { isMarked, keepsItsType, Room };
