/**
 * What can be wrong with a template's own text, in development and on the server: that it binds what would run text as
 * code, and that its `@event` bindings are not sound.
 */
import { isServer, noChange, nothing } from "lit";
import { DEV } from "#dev";
import { checkCase } from "../dev/event-case.ts";
import { parseCall } from "./call.ts";
import { checkBound } from "./handler.ts";
import { currentHost } from "./host.ts";
import { misuse, place } from "./misuse.ts";
import { eventOf, parseEventName } from "./modifiers.ts";
import { boundBy } from "./on.ts";
import { isCode } from "./sinks.ts";
import { placeOf, type Slot, type WrittenCall } from "./template.ts";

const SINK = /^(on\w.*|data-on-.*|\.?srcdoc|\.(inner|outer)HTML)$/i;
const CODE_TEXT = /^(script|style)$/i;

/** Throws where values would be code by the template's own text. */
export function checkSink(slot: Slot): void {
  const { attribute, tag } = slot;
  if (attribute ? SINK.test(attribute) || isCode(slot) : CODE_TEXT.test(tag))
    misuse("E_SINK", placeOf(slot, currentHost()));
}

/** Throws for an unknown modifier and a mixed binding; gives what throws for a handler that may not be bound. */
export function handlerCheck(slot: Slot): (value: unknown) => void {
  const where = () => placeOf(slot, currentHost());
  if (slot.texts.length > 2 || slot.texts.join("")) misuse("E_BINDING", where());
  const { type } = parseEventName(slot.attribute.slice(1), where);
  return (value) => {
    if (value == null || value === nothing || value === noChange) return;
    const bound = boundBy(value);
    // In the browser the directive checks it: Lit tells it the host.
    if (!isServer && (bound || typeof value === "function")) return;
    checkBound(bound ?? { handler: value }, type, where);
  };
}

/**
 * Throws where a call in the template's text is none. What entities stand for, the HTML parser alone knows; and it alone
 * sees the names of events in a page's own template, which no element renders again in the browser.
 */
export function checkCall(written: WrittenCall): void {
  const where = () => placeOf(written, currentHost());
  parseEventName(written.event, where);
  if (DEV && isServer && !currentHost()) checkCase(written);
  if (!written.call.includes("&")) parseCall(written.call, where);
}

/**
 * The same of an element of plain HTML, as the parser has read it. It is told, not thrown: the attribute may be another
 * library's.
 */
export function checkCalls(
  tag: string,
  attributes: readonly { name: string; value: string }[],
  tell: (error: unknown) => void,
): void {
  for (const { name, value } of attributes) {
    const event = eventOf(name);
    if (!event) continue;
    const where = () => place(name, tag, undefined);
    try {
      parseEventName(event, where);
      parseCall(value, where);
    } catch (error) {
      tell(error);
    }
  }
}
