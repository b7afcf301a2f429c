/**
 * Promises in templates (`until(promise, "loading")`), and those of an `async render()` or `async willUpdate()`: a page is
 * rendered in one go, and nobody waits for them. One that rejects is reported: unhandled it would end the process.
 */
import { currentHost } from "../../src/events/host.ts";
import { setUnawaited } from "../../src/events/renderable.ts";
import { currentScope } from "../scope.ts";

const heard = new WeakSet<Promise<unknown>>();

export function reportRejection(promise: Promise<unknown>): void {
  const app = heard.has(promise) ? undefined : currentScope()?.app;
  const host = currentHost();
  const what = `a promise in ${host ? `<${host}>` : "a page"} was rejected; nothing waits for it in a render`;
  if (!app) return;
  heard.add(promise);
  promise.catch((error: unknown) => app.report(error, what));
}

setUnawaited(reportRejection);
