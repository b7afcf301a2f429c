import type { TestSite } from "./site.ts";

/** The promise; by a test clock, time passes until it is settled. Rejects with E_TIMEOUT, too. */
export async function done<T>(site: TestSite<object>, what: string, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  await site.until(what, () => isSettled);
  return promise;
}
