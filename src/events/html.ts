import { isServer, html as litHtml, type TemplateResult } from "lit";
import { CHECKED } from "#dev";
import { listen } from "./on.ts";
import { checkTemplate } from "./template.ts";

/**
 * Lit's `html`, with event bindings checked: `@event[.modifier...]=${handler}`. The handler must be marked by
 * `callback`, be an action, a live callback, the stub of a server function, or one of them with arguments:
 * `on(handler, ...args)`. `null`, `undefined` and Lit's `nothing` bind nothing.
 *
 * Modifiers, in any order: `.prevent .stop .self .once .capture .passive .camel`, `.debounce.MS` and `.throttle.MS`
 * (300 ms when not given), and on key events the keys, any of which counts (`.enter .esc .space .tab .up .down .left
 * .right .delete .backspace .home .end .pageup .pagedown .f1`, one character), and `.ctrl .alt .shift .meta`, which
 * must all be held. Filters come first: what they stop is neither prevented nor handled. `.throttle` lets the first
 * event through at once, `.debounce` the last one after the pause, with the target, value and arguments of its time.
 *
 * Throws a TypeError when the template renders, on the server as in the browser, whose `code` is `E_UNMARKED`,
 * `E_MODIFIER`, `E_ARGUMENTS` (declared arguments are not given), `E_BINDING` (text around the handler) or `E_SINK`
 * (`on...`, `srcdoc`, `.innerHTML` and `.outerHTML` are not bound). Production browsers check the marks and the
 * modifiers alone: the rest is the template's own text, which development and every server have read.
 */
export function html(strings: TemplateStringsArray, ...values: unknown[]): TemplateResult<1> {
  if (CHECKED) {
    checkTemplate(strings, values);
    if (isServer) return litHtml(strings, ...values);
  }
  return litHtml(strings, ...values.map(guarded));
}

// Only Lit knows, without reading the template once more, which values are events. The directive learns it from Lit
// and leaves a function in any other place as it is.
const guarded = (value: unknown) =>
  typeof value === "function" ? listen({ handler: value, args: [] }) : value;
