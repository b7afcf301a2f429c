/** `violet-live/testing/browser`: server-rendered parts of pages, for tests that run in browsers. */
import type { ReactiveElement } from "lit";
import { fail } from "../src/errors.ts";
import type { PagePayload } from "../src/runtime.ts";
import { FIXTURES } from "./fixture-path.ts";

/** A part of a page, as the server rendered it and the browser took it over. */
export interface HydratedPart {
  /** Where it stands in the page. */
  readonly place: HTMLElement;
  /** What the server sent: the whole document. */
  readonly html: string;
  /** What hydration changed in nodes and texts, in shadow roots as well. Nothing, where both sides agree. */
  readonly changes: readonly MutationRecord[];
  /** Takes it out of the page. */
  remove(): void;
}

/**
 * Shows a part that `fixtures(parts)` of `violet-live/testing` renders, in the page of the test; resolves when all of
 * its elements, which the test has to import, have updated. The page's state comes with the first part of a test file:
 * use no store before it. Runs in browsers, in @web/test-runner. Rejects with E_OPTION where there is no such part.
 *
 *     const { place, changes } = await hydrated("chat");
 *     assert.deepEqual(changes, []);
 */
export async function hydrated(name: string): Promise<HydratedPart> {
  const html = await fetchPart(name);
  const page = new DOMParser().parseFromString(html, "text/html");
  openRoots(page);
  const payload = page.querySelector("script#violet");
  if (payload && document.querySelector("script#violet")) payload.remove();
  else if (payload) document.head.append(payload);
  const place = document.createElement("div");
  place.append(...page.body.childNodes);
  const changes: MutationRecord[] = [];
  const observer = new MutationObserver((records) => void changes.push(...records));
  for (const root of rootsIn(place))
    observer.observe(root, { childList: true, characterData: true, subtree: true });
  document.body.append(place);
  giveProps(place, JSON.parse(payload?.textContent ?? "{}"));
  await updated(place);
  // Each element has asked for it: what it mends is mended when this is there.
  await import("../elements/heal.ts");
  changes.push(...observer.takeRecords());
  observer.disconnect();
  return { place, html, changes, remove: () => place.remove() };
}

/** As the first import of the elements does it in a page that was loaded. */
function giveProps(place: HTMLElement, { props = [] }: PagePayload): void {
  for (const element of place.querySelectorAll<HTMLElement>("[data-violet-props]")) {
    Object.assign(element, props[Number(element.dataset.violetProps)]);
    element.removeAttribute("defer-hydration");
  }
}

async function fetchPart(name: string): Promise<string> {
  const response = await fetch(FIXTURES + encodeURIComponent(name));
  const status = response.headers.get("violet-status");
  if (status === "200") return response.text();
  const hint =
    status === "404" || status === null
      ? "There is no such part: add it to fixtures({ ... }) in the test runner's configuration."
      : "It could not be rendered: the test runner's output says why.";
  return fail("E_OPTION", { name: `hydrated("${name}")`, hint });
}

/** What a browser does with declarative shadow roots as it loads a page. `parseHTMLUnsafe` would leave Lit's comments out. */
function openRoots(part: ParentNode): void {
  for (const template of part.querySelectorAll<HTMLTemplateElement>("template[shadowrootmode]")) {
    const delegatesFocus = template.hasAttribute("shadowrootdelegatesfocus");
    const mode = template.getAttribute("shadowrootmode") as ShadowRootMode;
    openRoots(template.content);
    template.parentElement?.attachShadow({ mode, delegatesFocus }).append(template.content);
    template.remove();
  }
}

/** The place and every shadow root in it. */
function rootsIn(place: ParentNode): Node[] {
  const roots: Node[] = [place];
  for (const { shadowRoot } of place.querySelectorAll("*"))
    if (shadowRoot) roots.push(...rootsIn(shadowRoot));
  return roots;
}

/** An element's update may bring others, which update then. */
async function updated(place: ParentNode): Promise<void> {
  for (const element of place.querySelectorAll<ReactiveElement>("*")) {
    await element.updateComplete;
    if (element.shadowRoot) await updated(element.shadowRoot);
  }
}
