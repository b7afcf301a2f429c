/** What pages note by themselves: given to `addInitScript`, or to `evaluate`, these run in the browser. */

declare global {
  /** Changes of the DOM since the first paint, in words. */
  var changes: string[];
  /** Set when the first paint is seen, and everything is watched. */
  var isWatched: boolean;
  /** What an element said, one after another. */
  var said: { readonly text: string; readonly at: number }[];
}

/** Notes every change from the first paint on, in the page and all its shadow roots but <violet-status>'s. */
export function watchChanges(): void {
  globalThis.changes = [];
  globalThis.isWatched = false;

  const name = ({ nodeName, textContent }: Node) => `${nodeName} ${textContent}`.replace(/\s+/g, " ").trim();
  const describe = (sign: string, nodes: NodeList) =>
    // Lit's markers and white space are invisible.
    Array.from(nodes)
      .filter(({ nodeType, textContent }) => nodeType === 1 || (nodeType === 3 && textContent?.trim()))
      .map((node) => `${sign} ${name(node)}`);
  const observer = new MutationObserver((records) => {
    for (const { type, target, addedNodes, removedNodes } of records)
      if (type === "characterData") changes.push(`text ${target.textContent}`);
      else changes.push(...describe("-", removedNodes), ...describe("+", addedNodes));
  });

  const watch = (root: Document | ShadowRoot) => {
    observer.observe(root, { childList: true, characterData: true, subtree: true });
    for (const element of root.querySelectorAll(":not(violet-status)"))
      if (element.shadowRoot) watch(element.shadowRoot);
  };
  const start = () => {
    // Until then it is the parser that changes the page.
    if (document.readyState === "loading")
      return document.addEventListener("readystatechange", start, { once: true });
    watch(document);
    isWatched = true;
  };
  new PerformanceObserver((_, paint) => {
    paint.disconnect();
    start();
  }).observe({ type: "paint", buffered: true });
}

/** Notes what an element shows, each time that it changes: of the innermost element that the selector finds. */
export function watchText([host, selector]: readonly [host: string, selector: string]): void {
  const root = document.querySelector(host)?.shadowRoot as ShadowRoot;
  const read = () =>
    Array.from(root.querySelectorAll(selector), ({ textContent }) => textContent.trim())
      .join(" ")
      .trim();
  globalThis.said = [{ text: read(), at: Date.now() }];
  new MutationObserver(() => {
    const text = read();
    if (text !== said.at(-1)?.text) said.push({ text, at: Date.now() });
  }).observe(root, { childList: true, characterData: true, subtree: true });
}
