/** What development builds check of references by id. */

const ATTRIBUTES = [
  "for",
  "aria-labelledby",
  "aria-describedby",
  "aria-controls",
  "aria-owns",
  "aria-activedescendant",
];

const warned = new Set<string>();

/** The root around, or one inside, that has the id: it cannot be reached from here. */
function isElsewhere(id: string, root: ShadowRoot): boolean {
  const selector = `#${CSS.escape(id)}`;
  const around = root.host.getRootNode() as Document | ShadowRoot;
  return [around, ...Array.from(root.querySelectorAll("*"), ({ shadowRoot }) => shadowRoot)].some((other) =>
    other?.querySelector(selector),
  );
}

/** Warns of a label or an ARIA attribute that names an id of another shadow root: it does nothing. */
export function checkReferences(root: ShadowRoot): void {
  const { localName } = root.host;
  for (const element of root.querySelectorAll(ATTRIBUTES.map((name) => `[${name}]`).join()))
    for (const name of ATTRIBUTES)
      for (const id of element.getAttribute(name)?.split(/\s+/) ?? []) {
        const what = `<${localName}>: ${name}="${id}"`;
        if (!id || warned.has(what) || root.querySelector(`#${CSS.escape(id)}`) || !isElsewhere(id, root))
          continue;
        warned.add(what);
        console.warn(
          `violet: ${what} names an element of another shadow root. Ids do not cross them: put both into one, or use aria-label.`,
        );
      }
}
