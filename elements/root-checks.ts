/** What development builds check of an element's root, once it has rendered. */
import type { LitElement } from "lit";
import { checkReferences } from "./references.ts";

const warned = new Set<string>();

export function checkRoot({ localName, renderRoot }: Pick<LitElement, "localName" | "renderRoot">): void {
  if (renderRoot instanceof ShadowRoot) return checkReferences(renderRoot);
  if (warned.has(localName)) return;
  warned.add(localName);
  console.warn(
    `violet: <${localName}> renders into its own children. The server renders into a shadow root: ` +
      "what is in it then stays beside what the browser renders. Leave createRenderRoot() as it is.",
  );
}
