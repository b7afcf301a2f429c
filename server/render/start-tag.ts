import type { DefaultTreeAdapterTypes } from "parse5";
import { escapeHtml } from "./escape.ts";

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** An element's start tag as it stands in the HTML, and what its attributes become. */
export class StartTag {
  readonly #html: string;
  readonly #element: DefaultTreeAdapterTypes.Element;
  readonly #changed = new Map<string, string | null>();

  constructor(element: DefaultTreeAdapterTypes.Element, html: string) {
    this.#element = element;
    this.#html = html;
  }

  get(name: string): string | null {
    const changed = this.#changed.get(name);
    return changed === undefined ? this.#given(name) : changed;
  }

  #given(name: string): string | null {
    return this.#element.attrs.find((attribute) => attribute.name === name)?.value ?? null;
  }

  /** null takes it away. */
  set(name: string, value: string | null): void {
    this.#changed.set(name, value);
  }

  /** An attribute that is there or not, whatever its value. */
  mark(name: string, isThere: boolean): void {
    if (isThere !== (this.get(name) !== null)) this.set(name, isThere ? "" : null);
  }

  toggleClass(name: string, isOn: boolean): void {
    const classes = new Set(this.get("class")?.match(/[^\t\n\f\r ]+/g));
    if (classes.has(name) === isOn) return;
    if (isOn) classes.add(name);
    else classes.delete(name);
    this.set("class", [...classes].join(" "));
  }

  /** In the order of the HTML; none where all is as it was. */
  edits(): Edit[] {
    return [...this.#changed]
      .flatMap(([name, value]) => this.#edit(name, value) ?? [])
      .sort((a, b) => a.start - b.start || a.end - b.end);
  }

  #edit(name: string, value: string | null): Edit | undefined {
    const { tagName, sourceCodeLocation: location } = this.#element;
    if (!location || value === this.#given(name)) return undefined;
    const text = value === null ? "" : `${name}="${escapeHtml(value)}"`;
    const { startOffset, endOffset } = location.attrs?.[name] ?? {};
    if (startOffset === undefined || endOffset === undefined) {
      const at = location.startOffset + 1 + tagName.length;
      return { start: at, end: at, text: ` ${text}` };
    }
    // With an attribute goes the space before it.
    const isApart = value === null && /\s/.test(this.#html[startOffset - 1] as string);
    return { start: startOffset - Number(isApart), end: endOffset, text };
  }
}
