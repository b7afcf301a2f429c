/** Calls in the attributes of plain HTML. */
import { CHECKED } from "#dev";
import { uncaught } from "../errors.ts";
import { findCall, isOfTemplate } from "./attribute-call.ts";
import { EventBinding } from "./event-binding.ts";
import { outerOf } from "./lookup.ts";
import { place } from "./misuse.ts";
import { eventOf, parseEventName } from "./modifiers.ts";
import { inRow, rowOf } from "./row.ts";

const bindings = new WeakMap<Element, readonly EventBinding[]>();

/**
 * Binds the calls in an element's own attributes, `@click="save"` and `data-on-click="save"`; to do it again does nothing,
 * nor does it where a template has bound them. A faulty attribute is an uncaught error, E_CALL or E_MODIFIER; the others work.
 */
export function bindCalls(element: Element): void {
  if (bindings.has(element) || isOfTemplate(element)) return;
  // A form's fields stand before its own properties.
  const attributes = Array.from(Reflect.get(Element.prototype, "attributes", element) as NamedNodeMap);
  bindings.set(
    element,
    attributes.flatMap(({ name }) => bind(element, name) ?? []),
  );
}

function bind(element: Element, attribute: string): EventBinding | undefined {
  const event = eventOf(attribute);
  if (!event) return undefined;
  const where = () => (CHECKED ? place(attribute, element.localName, hostOf(element)) : attribute);
  try {
    const binding = new EventBinding(element, parseEventName(event, where));
    binding.find = findCall(element, attribute, where, (name) => inRow(rowOf(element), name));
    binding.listen();
    return binding;
  } catch (error) {
    uncaught(error);
  }
}

/** The nearest component around it. */
function hostOf(element: Element): string | undefined {
  let host = outerOf(element);
  while (host && !host.nodeName.includes("-")) host = outerOf(host);
  return host?.nodeName.toLowerCase();
}

/** Makes the calls of an element that are held back, when what runs now has run. */
export function flushCalls(element: Element): void {
  for (const binding of bindings.get(element) ?? []) queueMicrotask(() => binding.flush());
}

/** Takes the calls of an element away. */
export function unbindCalls(element: Element): void {
  flushCalls(element);
  for (const binding of bindings.get(element) ?? []) binding.stop();
  bindings.delete(element);
}
