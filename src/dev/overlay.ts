/** Shows errors over the page they arose in. Development builds load it with the first one. */

export interface Report {
  /** The error's code, or its name. */
  readonly title: string;
  readonly message: string;
  /** The binding and the element; empty where nobody knows. */
  readonly place: string;
  readonly stacks: readonly (readonly [where: string, stack: string])[];
}

/** So many are shown; who makes more sees how many there are. */
const MAX_SHOWN = 20;

// Adopted, and in a root of its own: a strict policy allows it, and the page's own styles do not reach it.
const styles = `
  dialog { box-sizing: border-box; width: min(60rem, 100% - 2rem); max-height: calc(100% - 2rem); padding: 0; overflow: auto;
    border: 0; border-top: 6px solid #7c3aed; border-radius: 6px; background: #1b1624; color: #efeaf7;
    font: 16px/1.5 system-ui, sans-serif; }
  dialog::backdrop { background: rgb(0 0 0 / 60%); }
  header { position: sticky; top: 0; display: flex; gap: 1rem; align-items: center; padding: .75rem 1.25rem; background: #1b1624; }
  header h1 { flex: 1; margin: 0; font-size: 1rem; font-weight: 600; }
  button { padding: .35rem .9rem; border: 1px solid #b9a7de; border-radius: 4px; background: none; color: inherit; font: inherit; cursor: pointer; }
  button:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid #c4b5fd; outline-offset: 2px; }
  section { padding: .5rem 1.25rem 1rem; border-top: 1px solid #3d3350; }
  h2 { margin: .5rem 0 0; color: #fda4af; font-size: 1.1rem; }
  code, pre { font: 13px/1.5 ui-monospace, monospace; }
  .place { margin: 0; color: #c4b5fd; }
  .message { margin: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
  pre { max-height: 16rem; margin: .25rem 0 .75rem; padding: .75rem; overflow: auto; border-radius: 4px; background: #0f0b16; }
  summary { cursor: pointer; color: #b9a7de; }
`;

type Child = Node | string;

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function sectionOf({ title, message, place, stacks }: Report): HTMLElement {
  return element(
    "section",
    {},
    element("h2", {}, title),
    ...(place ? [element("p", { className: "place" }, element("code", {}, place))] : []),
    element("p", { className: "message" }, message),
    ...stacks
      .filter(([, stack]) => stack)
      .map(([where, stack], index) =>
        // What scrolls is reached by the keyboard too.
        element(
          "details",
          { open: index === 0 },
          element("summary", {}, where),
          element("pre", { tabIndex: 0 }, stack),
        ),
      ),
  );
}

/** A field that gets the focus back takes what is typed only where nothing else is selected. */
const deselect = () => getSelection()?.removeAllRanges();

/** What is on the screen. */
class Overlay {
  readonly #host = element("div", {});
  readonly #title = element("h1", { id: "title" });
  readonly #sections = element("div", { id: "errors" });
  readonly #dialog: HTMLDialogElement;
  #count = 0;

  constructor(closed: () => void) {
    const close = element("button", { type: "button", autofocus: true }, "Close");
    close.addEventListener("click", () => {
      deselect();
      this.#dialog.close();
    });
    this.#dialog = element(
      "dialog",
      { role: "alertdialog" },
      element("header", {}, this.#title, close),
      this.#sections,
    );
    this.#dialog.setAttribute("aria-labelledby", "title");
    this.#dialog.setAttribute("aria-describedby", "errors");
    this.#dialog.addEventListener("cancel", deselect);
    // The browser gives the focus back to where it was.
    this.#dialog.addEventListener("close", () => {
      this.#host.remove();
      closed();
    });
    this.#host.dataset.violetOverlay = "";
    const root = this.#host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    root.append(this.#dialog);
    document.documentElement.append(this.#host);
  }

  add(report: Report): void {
    this.#count++;
    this.#title.textContent = this.#count === 1 ? "An error" : `${this.#count} errors`;
    if (this.#count <= MAX_SHOWN) this.#sections.append(sectionOf(report));
    if (!this.#dialog.open) this.#dialog.showModal();
  }
}

let overlay: Overlay | undefined;

export function showReport(report: Report): void {
  overlay ??= new Overlay(() => {
    overlay = undefined;
  });
  overlay.add(report);
}
