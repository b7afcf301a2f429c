import { CHECKED } from "#dev";
import { checkDeclared } from "../dev/check-options.ts";
import type { AnyStruct, Infer } from "../state/struct.ts";
import type { Args, Structs } from "../state/types.ts";
import { type Marked, mark, markOf } from "./marks.ts";

// Parameters are contravariant: "some function" needs this `any` (docs/decisions/any.md).
// oxlint-disable-next-line typescript/no-explicit-any
// biome-ignore lint/suspicious/noExplicitAny: as above
export type Method = (...args: any[]) => unknown;
/** The arguments as a handler gets them: none is left out, as the event comes after them. */
type Given<T extends Structs> = { [I in keyof T]: T[I] extends AnyStruct ? Infer<T[I]> : never };

/**
 * Marks what may be bound to an event; nothing else may. Runs everywhere.
 *
 * - `callback(fn)` marks a function, `@callback` a method (`this` is the rendering element when it fires). It
 *   gets the event.
 * - `callback(structs, fn)` and `@callback(structs)` declare arguments, which are bound by `on(fn, ...args)`. They
 *   are checked, and coerced from text, before the function gets them; the event comes last.
 *
 * Throws E_OPTION for anything else, on the server and in development builds.
 *
 * @example
 * html`<button @click=${on(this.remove, row.id)}>Delete</button>`
 * \@callback([string()]) remove(id: string, event: Event) { ... }
 */
export function callback<This, F extends Method>(
  fn: F,
  context: ClassMethodDecoratorContext<This, F>,
): F & Marked;
export function callback<F extends Method>(fn: F): F & Marked;
export function callback<const T extends Structs>(
  structs: T,
): <This, F extends (this: This, ...args: [...Given<T>, never]) => unknown>(
  fn: F,
  context: ClassMethodDecoratorContext<This, F>,
) => void;
export function callback<const T extends Structs, E extends Event = Event>(
  structs: T,
  fn: (...args: [...Given<T>, E]) => unknown,
): ((...args: Args<T>) => void) & Marked;
export function callback(first: Method | Structs, second?: unknown): unknown {
  // `callback(structs)` alone gives the decorator.
  if (CHECKED && typeof first !== "function") checkDeclared("callback()", first, second ?? callback);
  // An action that is wrapped once more stays an action.
  if (typeof first === "function") return markOf(first) ? first : mark(first, { kind: "callback" });
  const declare = (fn: Method) => mark(fn, { kind: "callback", structs: first });
  return typeof second === "function" ? declare(second as Method) : declare;
}
