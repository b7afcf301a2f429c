/** Calls that stand in attributes: `@click="save(name)"`, or `data-on-click`, which is what templates write of both. */
import { CHECKED } from "#dev";
import { parseCall } from "./call.ts";
import type { Find } from "./event-binding.ts";
import { prepare } from "./handler.ts";
import { findMarked } from "./lookup.ts";
import { markOf } from "./marks.ts";
import { misuse } from "./misuse.ts";
import { argumentsOf, type Names } from "./scope.ts";

const ofTemplates = new WeakSet<Element>();

/** Whether a template has bound the calls of this element. */
export const isOfTemplate = (element: Element): boolean => ofTemplates.has(element);

/** The call of an event as `html` has written it. Throws E_CALL. */
export function callOfTemplate(element: Element, event: string, where: () => string): Find {
  ofTemplates.add(element);
  return findCall(element, `data-on-${event.toLowerCase()}`, where);
}

/**
 * The call in an attribute. Throws E_CALL; when an event comes E_NAME for a function or an argument that is not there.
 * A form whose call was found is not submitted by the browser, but where its live component has ended.
 */
export function findCall(element: Element, attribute: string, where: () => string, ofRow?: Names): Find {
  // A form's fields stand before its own methods: one may have this name.
  const call = parseCall(Element.prototype.getAttribute.call(element, attribute) ?? "", where);
  return (event) => {
    const { handler, self } =
      findMarked(element, call.name) ??
      misuse(
        "E_NAME",
        where(),
        CHECKED && { name: call.name, expected: "a callback, an action or a live callback" },
      );
    if (event.type === "submit" && !markOf(handler)?.isOver) event.preventDefault();
    return () => {
      const args = argumentsOf(call, { element, event, where, ofRow });
      return prepare({ handler, args }, event, self);
    };
  };
}
