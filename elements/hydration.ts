/**
 * Adopting what the server rendered (docs/hydration.md). Lit does the adopting. This installs it whatever the order
 * of the imports, and makes good what Lit leaves open; what of that can wait (`heal.ts`) is loaded afterwards.
 */
import "@lit-labs/ssr-client/lit-element-hydrate-support.js";
import { isServer, LitElement, nothing, type PropertyValues } from "lit";
import { type ChildPart, PartType } from "lit/directive.js";
import { getCommittedValue, setCommittedValue } from "lit/directive-helpers.js";
import { payload } from "../src/page.ts";
import { partsOf } from "./parts.ts";
import { early } from "./replay.ts";

/** Where Lit keeps a root's part: its name is part of Lit's contract with its own packages. */
type Root = ShadowRoot & { _$litPart$?: ChildPart };
type Lifecycle = Pick<LitElement, keyof LitElement> & { update(changed: PropertyValues): void };

const page = globalThis as typeof globalThis & {
  litElementHydrateSupport?: (lit: { LitElement: typeof LitElement }) => void;
};

/** To be called once, before live elements are defined. Does nothing on the server. */
export function installHydration(): void {
  if (isServer) return;
  // Lit asks for its hydration when it is evaluated. A Lit that was there before gets it here.
  if (!Object.hasOwn(LitElement, "observedAttributes")) page.litElementHydrateSupport?.({ LitElement });
  adoptInFirstUpdates(LitElement.prototype as unknown as Lifecycle);
  for (const element of document.querySelectorAll<HTMLElement>("[data-violet-props]"))
    void giveProps(element);
}

/** Properties that the page's template gave to root elements travel in the payload; the elements wait for them. */
async function giveProps(element: HTMLElement) {
  await customElements.whenDefined(element.localName);
  Object.assign(element, payload().props?.[Number(element.dataset.violetProps)]);
  element.removeAttribute("defer-hydration");
}

function adoptInFirstUpdates(prototype: Lifecycle) {
  const { update } = prototype;
  prototype.update = function (changed) {
    const start = this.hasUpdated ? undefined : startOf(this.renderRoot);
    const run = () => update.call(this, changed);
    if (start) adopt(this, start, run);
    else run();
  };
}

/** Where the server's rendering begins, in a shadow root that has one: before it stand the links to the styles. */
const startOf = (root: Node): ChildNode | undefined =>
  root instanceof ShadowRoot
    ? [...root.childNodes].find((node) => node instanceof Comment && node.data.startsWith("lit-part"))
    : undefined;

function adopt(element: Lifecycle, start: ChildNode, update: () => void) {
  const root = element.renderRoot as Root;
  const { renderOptions } = element;
  if (renderOptions.renderBefore) {
    // Upgraded before Lit had its hydration, it would render beside what the server rendered.
    root.replaceChildren();
    delete renderOptions.renderBefore;
    return update();
  }
  const error = hydrate(root, start, update);
  // The early script asks for `hasUpdated`, which is set when this returns.
  queueMicrotask(() => early()?.());
  // Without this chunk it is as in a page of plain Lit.
  import("./heal.ts").then(
    ({ heal }) => heal(element, root._$litPart$ as ChildPart, partsOf, error),
    () => {},
  );
}

/** Gives what went wrong. */
function hydrate(root: Root, start: ChildNode, update: () => void): unknown {
  const rendered = [...root.childNodes];
  try {
    update();
    markEmpty(root._$litPart$ as ChildPart);
  } catch (error) {
    // Lit gave up halfway: render afresh. Where it is the rendering that throws, it throws again and the old stays.
    delete root._$litPart$;
    update();
    for (const node of rendered.slice(rendered.indexOf(start))) node.remove();
    return error;
  }
}

/** Where nothing is shown yet, Lit would take the end marker for the text that it may rewrite. */
function markEmpty(part: ChildPart) {
  const value = getCommittedValue(part) ?? "";
  if (value === "" && part.type === PartType.CHILD) setCommittedValue(part, nothing);
  for (const inner of partsOf(value) ?? []) markEmpty(inner as ChildPart);
}
