import { isServer, html as litHtml, nothing, type TemplateResult } from "lit";
import { CHECKED } from "#dev";
import { checkCall, checkSink, handlerCheck } from "./check-template.ts";
import { listen } from "./on.ts";
import { renderable } from "./renderable.ts";
import { type Binder, binderOf } from "./sinks.ts";
import { readTemplate, type Slot, type WrittenCall } from "./template.ts";

/**
 * Lit's `html`, with event bindings checked and what other people write kept from running: URLs that are code and styles
 * that fetch are left out (`about:invalid#violet`), any JSON is text. Never throws for these.
 *
 * Events: `@event[.modifier...]=${handler}`. The handler must be marked by `callback`, be an action, a live callback, the
 * stub of a server function, or one of them with arguments: `on(handler, ...args)`. `null`, `undefined` and Lit's `nothing`
 * bind nothing. Or a call stands in the attribute, `@event="save(name)"`, whose names are found when the event comes.
 *
 * Modifiers, in any order: `.prevent .stop .self .once .capture .passive .camel`, `.debounce.MS` and `.throttle.MS`
 * (300 ms when not given), and on key events the keys, any of which counts (`.enter .esc .space .tab .up .down .left
 * .right .delete .backspace .home .end .pageup .pagedown .f1`, one character), and `.ctrl .alt .shift .meta`, which
 * must all be held. Filters come first: what they stop is neither prevented nor handled. `.throttle` lets the first
 * event through at once, `.debounce` the last one after the pause, with the target, value and arguments of its time.
 *
 * Throws a TypeError when the template renders, on the server as in the browser, whose `code` is `E_UNMARKED`,
 * `E_MODIFIER`, `E_ARGUMENTS` (declared arguments are not given), `E_BINDING` (text around the handler), `E_CALL` (text that
 * is no call) or `E_SINK` (`on...`, `data-on-...`, `srcdoc`, `.innerHTML`, `.outerHTML`, a URL that begins with code, and the text of `<style>` and `<script>` are
 * not bound). Production browsers check the marks and the modifiers alone: the rest is the template's own text, which
 * development and every server have read.
 */
export function html(strings: TemplateStringsArray, ...values: unknown[]): TemplateResult<1> {
  const { rewritten, bind } = known.get(strings) ?? read(strings);
  return litHtml(rewritten, ...bind(values));
}

/** A template as Lit gets it: its calls are bound as values of Violet's own. */
interface Bindable {
  readonly rewritten: TemplateStringsArray;
  readonly bind: (values: readonly unknown[]) => unknown[];
}

const known = new WeakMap<TemplateStringsArray, Bindable>();

/** Whether a template is of this `html`. Runs where templates are checked. */
export const isKnown = ({ strings }: TemplateResult): boolean => known.has(strings);

function read(strings: TemplateStringsArray): Bindable {
  const { text, slots, calls } = readTemplate(strings);
  if (CHECKED) calls.forEach(checkCall);
  const binders = Array.from(strings, (_, index) => binderAt(slots[index]));
  const bindAll = (values: readonly unknown[]) =>
    values.map((value, index) => (binders[index] as Binder)(value, values));
  const bindable = calls.length ? withCalls(text, calls, bindAll) : { rewritten: strings, bind: bindAll };
  known.set(strings, bindable);
  if (CHECKED) known.set(bindable.rewritten, bindable);
  return bindable;
}

const attributeCall = isServer ? nothing : listen();

/**
 * `@click="add(n)"` becomes `data-on-click="add(n)" @click=${attributeCall}`, in the browser as on the server: there the
 * attribute stays, for forms that are sent without JavaScript.
 */
function withCalls(text: string, calls: readonly WrittenCall[], bindAll: Bindable["bind"]): Bindable {
  const whole = calls.reduceRight(
    (text, { attribute, event, start, end }) =>
      `${text.slice(0, start)}data-on-${event}${text.slice(start + attribute.length, end)} @${event}="\0\0"${text.slice(end)}`,
    text,
  );
  const parts = whole.split("\0");
  const raw = parts.filter((_, index) => index % 2 === 0);
  const places = parts.filter((_, index) => index % 2);
  return {
    rewritten: Object.assign(raw, { raw }),
    bind(values) {
      const bound = bindAll(values);
      return places.map((index) => (index ? bound[Number(index)] : attributeCall));
    },
  };
}

function binderAt(slot: Slot | undefined): Binder {
  if (!slot) return renderable;
  if (CHECKED) checkSink(slot);
  if (!slot.attribute.startsWith("@")) return binderOf(slot);
  const check = CHECKED && handlerCheck(slot);
  return (handler) => {
    if (check) check(handler);
    if (isServer) return written(slot, handler);
    return typeof handler === "function" ? listen({ handler }) : handler;
  };
}

/** What the server gives Lit for a handler, which Lit itself writes nothing for. */
let written = (_slot: Slot, handler: unknown): unknown => handler;

export function setWritten(next: typeof written): void {
  written = next;
}
