/**
 * Element styles as files: one per class, named by its hash. Under `default-src 'self'` a `<style>` in the page is
 * blocked; a stylesheet of the app's own origin is not.
 */
import { createHash } from "node:crypto";
import type { CSSResult, LitElement } from "lit";

type StyledClass = { readonly elementStyles?: readonly CSSResult[] };

export class Styles {
  readonly #hrefs = new WeakMap<object, string | undefined>();
  readonly #texts = new Map<string, string>();

  /** The URL of a class's stylesheet; undefined where the class has no styles. */
  hrefOf(elementClass: typeof LitElement): string | undefined {
    const known = this.#hrefs.get(elementClass);
    if (known !== undefined || this.#hrefs.has(elementClass)) return known;
    const href = this.#publish(elementClass);
    this.#hrefs.set(elementClass, href);
    return href;
  }

  #publish(elementClass: object): string | undefined {
    const text = ((elementClass as StyledClass).elementStyles ?? []).map(({ cssText }) => cssText).join("\n");
    if (text.trim() === "") return undefined;
    const hash = createHash("sha256").update(text).digest("base64url").slice(0, 16);
    this.#texts.set(hash, text);
    return `/_violet/css/${hash}.css`;
  }

  /** The stylesheet of this hash. A page may be older than this process: then all known classes are looked at. */
  find(hash: string): string | undefined {
    if (!this.#texts.has(hash)) for (const elementClass of definedClasses()) this.hrefOf(elementClass);
    return this.#texts.get(hash);
  }
}

/** The classes in Lit's registry of the server. Its list is internal (the version of Lit is pinned, a test holds it). */
function* definedClasses(): Iterable<typeof LitElement> {
  const registry = customElements as unknown as { __definitions?: Map<string, { ctor: typeof LitElement }> };
  for (const { ctor } of registry.__definitions?.values() ?? []) yield ctor;
}
