/**
 * What a template's own text says, read once per template, in development and on the server: that its `@event`
 * bindings are sound, and that it binds nothing that would run text as code. Only what stands inside a tag counts:
 * not text, not comments, not the content of `<style>`, `<script>`, `<textarea>` and `<title>`.
 */
import { isServer, noChange, nothing } from "lit";
import { checkBound } from "./handler.ts";
import { currentHost } from "./host.ts";
import { misuse, place } from "./misuse.ts";
import { parseEventName } from "./modifiers.ts";
import { boundBy } from "./on.ts";

/** A binding of the form `@name=${handler}`. */
interface Slot {
  /** Which of the template's values it is. */
  readonly index: number;
  /** As written, with its `@`. */
  readonly attribute: string;
  readonly tag: string;
  /** The event's name, without modifiers. */
  readonly type: string;
}

// A value's place is written as its number between two NULs, which no template holds.
const ATTRIBUTES = `((?:=\\s*(?:"[^"]*"|'[^']*')|[^>])*)`;
const TAG = new RegExp(
  `<!--[^]*?(?:-->|$)|<(textarea|title|style|script)(?=[\\s>])${ATTRIBUTES}>[^]*?</\\1|<([a-z][^\\s/>]*)${ATTRIBUTES}`,
  "gi",
);
const ATTRIBUTE = /([^\s"'>=/]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]*)/g;
const WHOLE = /^(["']?)\0(\d+)\0\1$/;
const SINK = /^(on\w.*|\.?srcdoc|\.(inner|outer)HTML)$/i;

const known = new WeakMap<TemplateStringsArray, readonly Slot[]>();

/** Throws for an unknown modifier, a mixed binding, a binding to a sink, and a handler that may not be bound. */
export function checkTemplate(strings: TemplateStringsArray, values: readonly unknown[]): void {
  for (const slot of slotsOf(strings)) checkHandler(slot, values[slot.index]);
}

function checkHandler({ attribute, tag, type }: Slot, value: unknown): void {
  if (value == null || value === nothing || value === noChange) return;
  const bound = boundBy(value);
  // In the browser the directive checks it: Lit tells it the host.
  if (!isServer && (bound || typeof value === "function")) return;
  checkBound(bound ?? { handler: value, args: [] }, type, () => place(attribute, tag, currentHost()));
}

function slotsOf(strings: TemplateStringsArray): readonly Slot[] {
  const found = known.get(strings);
  if (found) return found;
  const slots = readSlots(strings);
  known.set(strings, slots);
  return slots;
}

function readSlots(strings: TemplateStringsArray): Slot[] {
  const slots: Slot[] = [];
  const text = strings.map((part, index) => `${part}\0${index}\0`).join("");
  for (const [, rawTag, rawAttributes = "", openTag = "", attributes = rawAttributes] of text.matchAll(TAG))
    for (const [, name = "", value = ""] of attributes.matchAll(ATTRIBUTE))
      slots.push(...readBinding((rawTag ?? openTag).toLowerCase(), name, value));
  return slots;
}

function readBinding(tag: string, attribute: string, value: string): Slot[] {
  const where = () => place(attribute, tag, currentHost());
  const isBound = value.includes("\0");
  if (isBound && SINK.test(attribute)) misuse("E_SINK", where());
  if (!isBound || !attribute.startsWith("@")) return [];
  const [, , index] = WHOLE.exec(value) ?? misuse("E_BINDING", where());
  const { type } = parseEventName(attribute.slice(1), where);
  return [{ index: Number(index), attribute, tag, type }];
}
