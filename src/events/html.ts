import { isServer, html as litHtml, type TemplateResult } from "lit";
import { CHECKED } from "#dev";
import { checkSink, handlerCheck } from "./check-template.ts";
import { listen } from "./on.ts";
import { renderable } from "./renderable.ts";
import { type Binder, binderOf } from "./sinks.ts";
import { readTemplate, type Slot } from "./template.ts";

/**
 * Lit's `html`, with event bindings checked and what other people write kept from running: URLs that are code and styles
 * that fetch are left out (`about:invalid#violet`), any JSON is text. Never throws for these.
 *
 * Events: `@event[.modifier...]=${handler}`. The handler must be marked by `callback`, be an action, a live callback, the
 * stub of a server function, or one of them with arguments: `on(handler, ...args)`. `null`, `undefined` and Lit's `nothing`
 * bind nothing.
 *
 * Modifiers, in any order: `.prevent .stop .self .once .capture .passive .camel`, `.debounce.MS` and `.throttle.MS`
 * (300 ms when not given), and on key events the keys, any of which counts (`.enter .esc .space .tab .up .down .left
 * .right .delete .backspace .home .end .pageup .pagedown .f1`, one character), and `.ctrl .alt .shift .meta`, which
 * must all be held. Filters come first: what they stop is neither prevented nor handled. `.throttle` lets the first
 * event through at once, `.debounce` the last one after the pause, with the target, value and arguments of its time.
 *
 * Throws a TypeError when the template renders, on the server as in the browser, whose `code` is `E_UNMARKED`,
 * `E_MODIFIER`, `E_ARGUMENTS` (declared arguments are not given), `E_BINDING` (text around the handler) or `E_SINK`
 * (`on...`, `srcdoc`, `.innerHTML`, `.outerHTML`, a URL that begins with code, and the text of `<style>` and `<script>` are
 * not bound). Production browsers check the marks and the modifiers alone: the rest is the template's own text, which
 * development and every server have read.
 */
export function html(strings: TemplateStringsArray, ...values: unknown[]): TemplateResult<1> {
  const binders = known.get(strings) ?? read(strings);
  return litHtml(strings, ...values.map((value, index) => (binders[index] as Binder)(value, values)));
}

const known = new WeakMap<TemplateStringsArray, readonly Binder[]>();

function read(strings: TemplateStringsArray): readonly Binder[] {
  const slots = readTemplate(strings);
  const binders = Array.from(strings, (_, index) => binderAt(slots[index]));
  known.set(strings, binders);
  return binders;
}

function binderAt(slot: Slot | undefined): Binder {
  if (!slot) return renderable;
  if (CHECKED) checkSink(slot);
  if (!slot.attribute.startsWith("@")) return binderOf(slot);
  const check = CHECKED && handlerCheck(slot);
  return (handler) => {
    if (check) check(handler);
    return !isServer && typeof handler === "function" ? listen({ handler, args: [] }) : handler;
  };
}
