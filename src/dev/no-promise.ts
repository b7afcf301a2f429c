/** What has to be done when it returns: what an action or a transaction writes later would be a direct write of its own. */
import { fail } from "../errors.ts";
import { handleOf } from "../state/self.ts";
import { findReference } from "../state/store.ts";

const hint = "Await before it is called, and give it what has come.";

function refuse(name: string, got: string): never {
  return fail("E_OPTION", { name, expected: "a synchronous function", got, hint });
}

/** Throws E_OPTION for a function that is asynchronous as it is written, and for a generator, which would never run. */
export function checkSynchronous(name: string, run: unknown): void {
  const kind = Object.prototype.toString.call(run);
  if (/^\[object (Async|Generator)/.test(kind)) refuse(name, kind.slice("[object ".length, -1));
}

/**
 * Throws E_OPTION where a function has given a promise. What becomes of that is told to nobody, and what it writes then
 * is a direct write: nothing can stop it.
 */
export function checkNoPromise(name: string, given: unknown): void {
  // A `then` of a handle would be a key of the state, and asking for it a read; a store may not be loaded.
  if (typeof given !== "object" || given === null || findReference(given) || handleOf(given)) return;
  if (typeof (given as Partial<PromiseLike<unknown>>).then !== "function") return;
  // Others may run only when they are waited for.
  if (given instanceof Promise) given.catch(() => {});
  refuse(name, "a promise");
}
