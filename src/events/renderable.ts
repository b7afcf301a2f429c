import { CHECKED, DEV } from "#dev";
import { checkShown } from "../dev/shown-text.ts";

/**
 * State is what other people write, and any JSON may stand in it: an object that Lit would take for a template or a
 * directive, or that has no text. As a text such an object is what any object is; in a list each by itself.
 */
export function renderable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renderable);
  if (CHECKED) findPromises(value);
  if (DEV) checkShown(value, isData(value));
  return isData(value) ? "[object Object]" : value;
}

/** Gets the promises in templates: on the server nobody waits for them, and the end of one may come when the page is sent. */
let unawaited = (_promise: Promise<unknown>): void => {};

export function setUnawaited(next: typeof unawaited): void {
  unawaited = next;
}

/** A directive, such as `until(promise, "loading")`, has them among its values. */
export function findPromises(value: unknown): void {
  if (typeof value !== "object" || !value) return;
  if (value instanceof Promise) unawaited(value);
  const made: Made = value;
  if (typeof made._$litDirective$ === "function") made.values?.forEach(findPromises);
}

/** An object as JSON has them. What Lit's tags and directives make holds what JSON cannot: a function, or a list with more. */
function isData(value: unknown): boolean {
  if (typeof value !== "object" || !value || Symbol.iterator in value) return false;
  const prototype = Object.getPrototypeOf(value);
  const { _$litDirective$, _$litType$, strings = _$litType$?.h } = value as Made;
  const isMade = typeof _$litDirective$ === "function" || (Array.isArray(strings) && "raw" in strings);
  return !isMade && (!prototype || prototype === Object.prototype);
}

/** The names are Lit's contract with its own packages. */
interface Made {
  readonly _$litDirective$?: unknown;
  readonly _$litType$?: { readonly h?: unknown };
  readonly strings?: unknown;
  readonly values?: readonly unknown[];
}
