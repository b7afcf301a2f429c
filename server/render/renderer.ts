/** Lit SSR, behind one module: nothing else in Violet imports it. */
import {
  ElementRenderer,
  LitElementRenderer,
  type RenderInfo,
  renderThunked,
  html as serverHtml,
} from "@lit-labs/ssr";
import type { ElementRendererConstructor } from "@lit-labs/ssr/lib/element-renderer.js";
import type { ThunkedRenderResult } from "@lit-labs/ssr/lib/render-result.js";
import { renderValue } from "@lit-labs/ssr/lib/render-value.js";
import { LitElement, type TemplateResult } from "lit";
// Pages may hold them, whether or not the app's own modules import them here.
import { mounts, NOT_PARAMS } from "../../elements/mounted-element.ts";
import "../../elements/tags.ts";
import { fail } from "../../src/errors.ts";
import { setHost } from "../../src/events/host.ts";
import { findPromises, renderable } from "../../src/events/renderable.ts";
import { hole, type RenderError } from "./error.ts";
import { escapeHtml } from "./escape.ts";
import type { Rendering } from "./rendering.ts";
import { takePending } from "./submits.ts";
import { reportIn } from "./unawaited.ts";

/** Renders a template to HTML. Throws a RenderError, or what the template itself throws. */
export function renderToHtml(value: unknown, rendering: Rendering): string {
  const info: RenderInfo = {
    elementRenderers: [rendererOf(rendering)],
    customElementInstanceStack: [],
    customElementHostStack: [],
    eventTargetStack: [],
    slotStack: [],
    deferHydration: false,
  };
  rendering.info = info;
  reportIn(value);
  // Not as a stream: what throws in one cannot be answered any more (and ends the process).
  return collect(renderThunked(renderable(value), info));
}

/** Lit's `collectResultSync`, without iterators: a page is made of many small pieces. None of ours is a promise. */
function collect(result: ThunkedRenderResult): string {
  let html = "";
  for (let index = 0; index < result.length; index++) {
    let piece: unknown = result[index];
    while (typeof piece === "function") piece = piece();
    html += takePending();
    if (typeof piece === "string") html += piece;
    else if (piece !== undefined) html += collect(piece as ThunkedRenderResult);
  }
  return html;
}

/** HTML as a template without expressions, sent as it stands but for the custom elements in it. It must be trusted. */
export const templateOf = (text: string): TemplateResult =>
  serverHtml(Object.assign([text], { raw: [text] }));

/** Lit makes a renderer for each element by calling this with `new`: the right one for the element's class. */
function rendererOf(rendering: Rendering): ElementRendererConstructor {
  function choose(tagName: string): ElementRenderer {
    rendering.elements++;
    if (!LitElementRenderer.matchesClass(customElements.get(tagName) as typeof HTMLElement))
      return new PlainPart(tagName);
    try {
      return new LitPart(tagName, rendering);
    } catch (error) {
      return new HolePart(tagName, rendering.failed(tagName, error), rendering);
    }
  }
  return Object.assign(choose, { matchesClass: () => true }) as unknown as ElementRendererConstructor;
}

/**
 * A Lit element. Its styles are files, its errors name it and end at it, its whole shadow root is rendered in one
 * go, and properties that the page's own template gave it travel to the browser.
 */
class LitPart extends LitElementRenderer {
  readonly #rendering: Rendering;
  /** It is a live component's. Asked once: the symbol is looked for along the whole chain of classes. */
  readonly #mounts: boolean;
  #props: Record<string, unknown> | undefined;
  /** What stands in place of the content, after an exception. */
  #hole: string | undefined;

  constructor(tagName: string, rendering: Rendering) {
    super(tagName);
    this.#rendering = rendering;
    this.#mounts = mounts in this.element;
    // Events from inside (requests for a context) come out through the shadow root only.
    if (!this.element.shadowRoot) this.element.attachShadow(this.shadowRootOptions);
  }

  /** A step of the element's life threw: it has none any more. */
  #fail(error: unknown): void {
    const failure = this.#rendering.failed(this.tagName, error);
    this.#hole = hole(failure, this.#rendering.visit.app.settings.production);
  }

  override setProperty(name: string, value: unknown): void {
    if (this.#hole !== undefined) return;
    // In the page's own template, not in another element's: nobody gives the property again in the browser.
    if (this.#rendering.info.customElementHostStack.length === 0) (this.#props ??= {})[name] = value;
    try {
      super.setProperty(name, value);
    } catch (error) {
      this.#fail(error);
    }
  }

  override setAttribute(name: string, value: string): void {
    if (this.#hole !== undefined) return;
    const attribute = name.toLowerCase();
    try {
      this.element.setAttribute(attribute, value);
      // Lit does not look at the old value.
      this.attributeChangedCallback(attribute, null, value);
    } catch (error) {
      this.#fail(error);
    }
  }

  override connectedCallback(): void {
    if (this.#hole !== undefined || this.#isBound) return;
    const outer = setHost(this.tagName);
    try {
      // It says on its host which instance it has.
      if (this.#mounts) (this.element as unknown as { [mounts](): void })[mounts]();
      this.#reportUpdate();
      super.connectedCallback();
    } catch (error) {
      this.#fail(error);
    } finally {
      setHost(outer);
    }
  }

  /** Lit drops what `willUpdate` gives. */
  #reportUpdate() {
    const element = this.element as unknown as { willUpdate: (changed: unknown) => unknown };
    const { willUpdate } = element;
    if (willUpdate === inherited) return;
    element.willUpdate = (changed) => findPromises(willUpdate.call(element, changed));
  }

  override renderAttributes(): string[] {
    const attributes = super.renderAttributes() as string[];
    if (this.#props) attributes.push(` data-violet-props="${this.#keepProps(this.#props)}" defer-hydration`);
    return attributes;
  }

  #keepProps(props: Readonly<Record<string, unknown>>): string {
    try {
      return String(this.#rendering.keepProps(this.tagName, props));
    } catch (error) {
      this.#fail(error);
      return "";
    }
  }

  /** A live element whose key or params are bound: they are filled when all is rendered, so the browser mounts it. */
  get #isBound(): boolean {
    if (!this.#mounts) return false;
    return Array.from(this.element.attributes as Iterable<Attr>).some((attribute) => {
      const [, name] = /^data-attr-(.+)/.exec(attribute.name) ?? [];
      return name === "key" || (name !== undefined && !NOT_PARAMS.test(name));
    });
  }

  override renderShadow(info: RenderInfo): string[] | undefined {
    if (this.#hole !== undefined) return [this.#hole];
    if (this.#isBound) return withoutShadow(info);
    const depth = depthOf(info);
    const outer = setHost(this.tagName);
    try {
      if (depth.hosts > MAX_DEPTH) fail("E_RECURSION", { name: this.tagName, got: String(MAX_DEPTH) });
      const link = this.#rendering.linkOf(this.element.constructor as typeof LitElement);
      return [link + collect(this.#content(info))];
    } catch (error) {
      returnTo(depth, info);
      this.#fail(error);
      return [this.#hole ?? ""];
    } finally {
      setHost(outer);
    }
  }

  #content(info: RenderInfo) {
    const value = (this.element as unknown as { render(): unknown }).render();
    reportIn(value);
    return renderValue(renderable(value), info);
  }
}

/** What an element does before an update that has no such step of its own. */
const { willUpdate: inherited } = LitElement.prototype as unknown as Record<"willUpdate", unknown>;

/** Custom elements inside one another. Browsers flatten what is nested deeper than 512 tags. */
const MAX_DEPTH = 200;

/** How much is open in a rendering. */
const depthOf = (info: RenderInfo) => ({
  instances: info.customElementInstanceStack.length,
  hosts: info.customElementHostStack.length,
  targets: info.eventTargetStack.length,
  slots: info.slotStack.length,
});

/** After an exception: what was opened since is open no more. */
function returnTo({ instances, hosts, targets, slots }: ReturnType<typeof depthOf>, info: RenderInfo): void {
  info.customElementInstanceStack.length = instances;
  info.customElementHostStack.length = hosts;
  info.eventTargetStack.length = targets;
  info.slotStack.length = slots;
}

/** An element whose constructor threw. */
class HolePart extends ElementRenderer {
  readonly #hole: string;

  constructor(tagName: string, error: RenderError, { visit }: Rendering) {
    super(tagName);
    this.#hole = hole(error, visit.app.settings.production);
  }

  override renderShadow(): string[] {
    return [this.#hole];
  }
}

/** A custom element of another base class: its tag and attributes, as they stand in the template. */
class PlainPart extends ElementRenderer {
  readonly #attributes = new Map<string, string>();

  override setAttribute(name: string, value: string): void {
    this.#attributes.set(name.toLowerCase(), value);
  }

  override renderAttributes(): string[] {
    return Array.from(this.#attributes, ([name, value]) =>
      value === "" ? ` ${name}` : ` ${name}="${escapeHtml(value)}"`,
    );
  }

  override renderShadow(info: RenderInfo): undefined {
    return withoutShadow(info);
  }
}

/** Lit takes the host off this stack for elements with a shadow root only; all that follows would count as inside. */
function withoutShadow(info: RenderInfo): undefined {
  info.customElementHostStack.pop();
}
