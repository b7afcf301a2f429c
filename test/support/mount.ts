/** Puts elements into the page for one test, and takes them out after it. */
import type { LitElement } from "lit";
import { afterEach } from "./suite.ts";

const stages = new Set<HTMLElement>();

/** An empty place in the page. */
export function stage(): HTMLElement {
  const place = document.createElement("div");
  document.body.append(place);
  stages.add(place);
  return place;
}

function clearStages(): void {
  for (const place of stages) place.remove();
  stages.clear();
}

/** Makes an element of a class, which it registers under a name of its own, and shows it. */
export async function mount<T extends LitElement>(
  Class: new () => T,
  place: HTMLElement = stage(),
): Promise<T> {
  const element = new (registered(Class))();
  place.append(element);
  await element.updateComplete;
  return element;
}

let count = 0;

/** The class, registered under a free name. */
export function registered<T extends LitElement>(Class: new () => T): new () => T {
  if (!customElements.getName(Class)) customElements.define(`test-element-${++count}`, Class);
  return Class;
}

/** What the element shows: its shadow root's text, without the white space around lines. */
export const textOf = (element: LitElement): string =>
  (element.renderRoot as ShadowRoot).textContent.replace(/\s+/g, " ").trim();

/** Resolves when writes so far have been told, and the updates that follow from them have run. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

export const clearAfterEach = (): void => afterEach(clearStages);

/** The error that nobody catches next: elements throw it in an update of theirs. */
export const nextFailure = (): Promise<{ code?: string; message: string }> =>
  new Promise((resolve) => {
    const catchIt = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      resolve(event.reason);
    };
    addEventListener("unhandledrejection", catchIt, { once: true });
  });
