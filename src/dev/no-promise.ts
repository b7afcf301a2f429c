/** What has to be done when it returns: what an action or a transaction writes later would be a direct write of its own. */
import { fail } from "../errors.ts";
import { handleOf } from "../state/self.ts";

const hint = "Await before it is called, and give it what has come.";

function refuse(name: string, got: string): never {
  return fail("E_OPTION", { name, expected: "a synchronous function", got, hint });
}

/** Throws E_OPTION for a function that is asynchronous as it is written, and for a generator, which would never run. */
export function checkSynchronous(name: string, run: unknown): void {
  const kind = Object.prototype.toString.call(run);
  if (/^\[object (Async|Generator)/.test(kind)) refuse(name, kind.slice("[object ".length, -1));
}

/** Throws E_OPTION where a function has given a promise. What becomes of that is told to nobody. */
export function checkNoPromise(name: string, given: unknown): void {
  // A handle's `then` would be a key of the state, and asking for it a read.
  if (typeof given !== "object" || given === null || handleOf(given)) return;
  if (typeof (given as Partial<PromiseLike<unknown>>).then !== "function") return;
  Promise.resolve(given).catch(() => {});
  refuse(name, "a promise");
}
