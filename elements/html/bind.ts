/** What binds plain HTML is loaded where a provider's tag has some: when it comes into the page, or later. */
import type { StoreCore } from "../../src/state/core.ts";
import type { Definition } from "../../src/state/definition.ts";

const BINDING = /^(@|data-(text|show|class|attr|model|each|on)(-|$))/;

/** What a provider's tag provides. */
export interface Provided {
  find(): StoreCore | undefined;
  /** Makes do with a store that nobody has defined: `untyped` defines it. */
  assume(untyped: (name: string) => Definition): void;
}

/** What was begun for a tag that is in the page. */
export interface Bound {
  stop(): void;
}

/** Binds the plain HTML inside `host` until it is stopped. */
export function bindHtml(host: Element, provided: Provided): Bound {
  let bound: Bound | undefined;
  let isStopped = false;
  const load = async () => {
    observer.disconnect();
    const { Walker } = await import("./walker.ts");
    if (!isStopped) bound = new Walker(host, provided);
  };
  const observer = new MutationObserver((records) => records.some(bringsBindings) && void load());
  observer.observe(host, { childList: true, subtree: true });
  if (hasBindings(host)) void load();
  return {
    stop() {
      isStopped = true;
      observer.disconnect();
      bound?.stop();
    },
  };
}

// A form's fields stand before its own methods.
const isBound = (element: Element) =>
  Element.prototype.getAttributeNames.call(element).some((name) => BINDING.test(name));

/** Whether plain HTML inside it binds something. */
export const hasBindings = (host: Element): boolean =>
  Array.from<Element>(Element.prototype.querySelectorAll.call(host, "*")).some(isBound);

const bringsBindings = ({ addedNodes }: MutationRecord) =>
  [...addedNodes].some((node) => node instanceof Element && (isBound(node) || hasBindings(node)));
