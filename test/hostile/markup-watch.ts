/** In the page, from its beginning on: what runs is told, and what could run is looked for. */
declare global {
  var pwned: (what?: unknown) => void;
  var reports: string[];
  var sweep: () => string[];
  var shownRound: () => number;
}

export function watch(): void {
  globalThis.reports = [];
  for (const name of ["alert", "confirm", "prompt", "print"] as const)
    Object.defineProperty(globalThis, name, { value: () => pwned(name) });
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
    if (effectiveDirective.startsWith("script"))
      reports.push(`${effectiveDirective} ${blockedURI} ${sample}`);
  });

  const elements = (root: Document | ShadowRoot): Element[] =>
    [...root.querySelectorAll("*")].flatMap((element) => [
      element,
      ...(element.shadowRoot ? elements(element.shadowRoot) : []),
    ]);

  const known =
    /^(html|head|body|meta|title|link|h1|script|style|p|hostile-\w+|output|section|h2|input|textarea|a|svg|text|animate|img|video|form|button|span|iframe|object|embed|violet-status)$/;
  const urls = /^(xlink:)?(href|src|srcset|action|formaction|data|poster|ping|from|to|values)$/;
  const runsCode = (url: string) =>
    /^(javascript:|vbscript:|data:text)/i.test(url.replace(/[^!-\uffff]/g, ""));

  const faults = (element: Element): string[] => {
    const { localName } = element;
    const isInside = element.getRootNode() instanceof ShadowRoot;
    const found =
      known.test(localName) && !(isInside && /^(script|style|meta)$/.test(localName)) ? [] : [localName];
    if (localName.startsWith("hostile-")) return found;
    for (const { name, value } of element.attributes)
      if (
        /^on|^srcdoc$/.test(name) ||
        (urls.test(name) && (name === "values" ? value.split(";") : [value]).some(runsCode))
      )
        found.push(`${localName} ${name}=${value}`);
    return found;
  };

  const leadsToCode = (target: EventTarget | null | undefined) =>
    target instanceof Element &&
    ["href", "xlink:href", "action", "formaction"].some((name) => runsCode(target.getAttribute(name) ?? ""));
  /** Code runs, and nothing else leads away from the page. */
  const stay = (event: Event) => {
    const targets = [...event.composedPath(), (event as SubmitEvent).submitter];
    if (!targets.some(leadsToCode)) event.preventDefault();
  };

  globalThis.shownRound = () => {
    const shown = elements(document).find((element) => element.hasAttribute("data-round"));
    return Number(shown?.getAttribute("data-round"));
  };

  globalThis.sweep = () => {
    const all = elements(document);
    for (const element of all) {
      if (/^(a|form)$/.test(element.localName))
        for (const type of ["click", "submit"]) element.addEventListener(type, stay);
      if (element.localName === "a")
        element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, composed: true }));
      if (element instanceof HTMLFormElement) {
        element.requestSubmit();
        for (const button of element.querySelectorAll("button")) element.requestSubmit(button);
      }
    }
    for (const button of all.filter(({ className }) => className === "say").slice(0, 8))
      (button as HTMLElement).click();
    return all.flatMap(faults);
  };
}
