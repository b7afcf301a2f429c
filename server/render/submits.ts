/**
 * The forms whose submit is bound to a live callback say so in the HTML: without JavaScript they are sent to the server.
 * Lit writes nothing for an event, but looks at what is bound when it comes to it: there the form's start tag is open.
 */
import type { Bound } from "../../src/events/handler.ts";
import { setWritten } from "../../src/events/html.ts";
import { markOf } from "../../src/events/marks.ts";
import { isSubmit, parseEventName } from "../../src/events/modifiers.ts";
import { boundBy } from "../../src/events/on.ts";
import { type Json, plain } from "../../src/state/json.ts";
import { attributesHtml } from "./escape.ts";

/** The attribute that such a form has until it is pointed at the server. */
export const SUBMIT = "data-violet-submit";
/** What a form in a row has until then: the arguments of its call, those of the row as their values. */
export const ARGS = "data-violet-args";

/** The attribute in which a form's call is written. */
export const writtenSubmit = <T extends { readonly name: string }>({
  attrs,
}: {
  readonly attrs: readonly T[];
}): T | undefined => attrs.find(({ name }) => isSubmit(name));

/** A form's call, as that attribute and then its hidden field have it. */
export interface BoundSubmit {
  /** The wire name: `@counter/KEY`. */
  readonly instance: string;
  readonly callback: string;
  /** Those of `on`; undefined: the form's fields are the argument. */
  readonly args?: readonly Json[] | undefined;
}

/** What is to be written before anything else. */
let pending = "";

export function takePending(): string {
  const text = pending;
  pending = "";
  return text;
}

setWritten(({ tag, attribute }, value) => {
  const bound = boundBy(value) ?? { handler: value };
  const target = markOf(bound.handler)?.target;
  if (!target || tag.toLowerCase() !== "form") return value;
  if (parseEventName(attribute.slice(1), () => attribute).type !== "submit") return value;
  return {
    get _$litDirective$() {
      pending = attributesHtml([[SUBMIT, JSON.stringify(submitOf(bound, target()))]]);
      return undefined;
    },
  };
});

function submitOf({ args }: Bound, [instance, callback]: readonly [string, string]): BoundSubmit {
  return { instance, callback, ...(args && { args: plain(args, callback) as Json[] }) };
}
