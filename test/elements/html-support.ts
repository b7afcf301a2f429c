/** Plain HTML in a provider's tag, for a test. */
import { settle, stage } from "../support/mount.ts";
import { assert } from "../support/suite.ts";

const providers = "violet-shared, violet-local";

/** Shows HTML, or takes what a place shows, and waits until it is bound; gives its provider. */
export async function bound(html: string | HTMLElement): Promise<HTMLElement> {
  const place = typeof html === "string" ? stage() : html;
  if (typeof html === "string") place.innerHTML = html;
  await import("../../elements/html/walker.ts");
  await settle();
  return place.querySelector(providers) as HTMLElement;
}

/** Resolves when `read` gives what is expected; else it fails with what it gave at last. */
export async function shows<T>(read: () => T, expected: T): Promise<void> {
  for (let tries = 0; tries < 200 && JSON.stringify(read()) !== JSON.stringify(expected); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(read(), expected);
}

/** The HTML in an element; the order of attributes says nothing. */
export function contentOf(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  sort(copy);
  return copy.innerHTML;
}

function sort(parent: ParentNode): void {
  for (const each of parent.querySelectorAll("*")) {
    const attributes = Array.from(each.attributes, ({ name, value }) => [name, value] as const).sort(
      ([a], [b]) => (a < b ? -1 : 1),
    );
    for (const [name] of attributes) each.removeAttribute(name);
    for (const [name, value] of attributes) each.setAttribute(name, value);
    if (each instanceof HTMLTemplateElement) sort(each.content);
  }
}
