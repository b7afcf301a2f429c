/**
 * Promises in templates (`until(promise, "loading")`), and those of an `async render()` or `async willUpdate()`: a page is
 * rendered in one go, and nobody waits for them. One that rejects is reported: unhandled it would end the process. Not
 * seen are those that another directive makes, and those in an iterable that is no list.
 */
import type { TemplateResult } from "lit";
import { isTemplateResult } from "lit/directive-helpers.js";
import { currentHost } from "../../src/events/host.ts";
import { isKnown } from "../../src/events/html.ts";
import { findPromises, setUnawaited } from "../../src/events/renderable.ts";
import { currentScope } from "../scope.ts";

const heard = new WeakSet<Promise<unknown>>();

function reportRejection(promise: Promise<unknown>): void {
  const app = heard.has(promise) ? undefined : currentScope()?.app;
  const host = currentHost();
  const what = `a promise in ${host ? `<${host}>` : "a page"} was rejected; nothing waits for it in a render`;
  if (!app) return;
  heard.add(promise);
  promise.catch((error: unknown) => app.report(error, what));
}

setUnawaited(reportRejection);

/** Finds them in what an element renders: Violet's own templates have told of theirs, those of Lit's `html` have not. */
export function reportIn(value: unknown): void {
  if (Array.isArray(value)) value.forEach(reportIn);
  else if (!isTemplateResult(value)) findPromises(value);
  // What is no template and looks like one has no text yet: it may be JSON of the state.
  else if (Array.isArray(value.values) && !isKnown(value as TemplateResult)) value.values.forEach(reportIn);
}
