/**
 * One pass of one page: what it read, what it lacked, which elements it held. Nothing here outlives the request,
 * so nothing of one person can stand in another's page.
 */
import type { LitElement } from "lit";
import { fail, VioletError } from "../../src/errors.ts";
import { type Definition, wireName } from "../../src/state/definition.ts";
import { type JsonObject, plain } from "../../src/state/json.ts";
import type { Authority } from "../hub/authority.ts";
import type { StoreName } from "../hub/stores.ts";
import { RenderError } from "./error.ts";
import type { RenderedStore } from "./payload.ts";
import { RenderStore } from "./render-store.ts";
import type { Visit } from "./visit.ts";

/** What becomes of an element that throws: the page fails, or the element is a hole; "again": a next pass follows. */
export type OnError = "throw" | "mark" | "again";

/** An element whose shadow root is open. */
interface Host {
  readonly tagName: string;
}

export class Rendering {
  readonly visit: Visit;
  readonly onError: OnError;
  /** How deep Lit is in the page's elements. */
  info: { readonly customElementHostStack: readonly (Host | undefined)[] } = { customElementHostStack: [] };
  /** Custom elements in the page. */
  elements = 0;
  /** Stylesheets of these elements. */
  readonly styles = new Set<string>();
  /** Properties that the page's own template gave to elements. */
  readonly props: JsonObject[] = [];
  readonly errors: RenderError[] = [];
  /** What was read and is not there yet. */
  readonly wanted = new Map<string, StoreName>();
  /** The shared stores that were read. */
  readonly authorities = new Set<Authority>();
  /** The tag that applies the stylesheet of a class; "" for a class without. */
  readonly #links = new Map<typeof LitElement, string>();
  readonly #stores = new Map<string, RenderStore>();
  readonly #rendered: Record<string, RenderedStore> = {};
  readonly #local: Record<string, JsonObject> = {};

  constructor(visit: Visit, onError: OnError) {
    this.visit = visit;
    this.onError = onError;
  }

  /** A page without elements and without state needs no script. */
  get isLive(): boolean {
    return this.elements > 0 || this.#stores.size > 0;
  }

  get stores(): Readonly<Record<string, RenderedStore>> {
    return this.#rendered;
  }

  get local(): Readonly<Record<string, JsonObject>> {
    return this.#local;
  }

  /** Where handles point while this pass runs. */
  readonly resolve = (definition: Definition, key: string | undefined): RenderStore => {
    const name = wireName(definition, key);
    const known = this.#stores.get(name);
    if (known) return known;
    const store =
      definition.scope === "local" ? this.#openLocal(definition) : this.#openShared(definition, key, name);
    this.#stores.set(name, store);
    return store;
  };

  #openLocal(definition: Definition): RenderStore {
    const look = this.visit.local(definition);
    this.#local[definition.name] = look.value;
    return new RenderStore(definition, undefined, look);
  }

  #openShared(definition: Definition, key: string | undefined, name: string): RenderStore {
    const authority = this.visit.find(definition, key);
    if (!authority) {
      this.wanted.set(name, { definition, key });
      return fail("E_NOT_LOADED", { store: name });
    }
    const look = authority.look(this.visit.client);
    this.authorities.add(authority);
    this.#rendered[name] = look;
    return new RenderStore(definition, key, { boxed: authority.boxed, value: look.value });
  }

  /** The tag that applies the stylesheet of a class, for its shadow roots. */
  linkOf(elementClass: typeof LitElement): string {
    const known = this.#links.get(elementClass);
    if (known !== undefined) return known;
    const link = this.#apply(this.visit.app.styles.hrefOf(elementClass));
    this.#links.set(elementClass, link);
    return link;
  }

  #apply(href: string | undefined): string {
    if (href === undefined) return "";
    this.styles.add(href);
    return `<link rel="stylesheet" href="${href}">`;
  }

  /** An element threw. Gives what stands in its place, or throws on. */
  failed(tagName: string, cause: unknown): RenderError {
    const error = cause instanceof RenderError ? cause.inside(tagName) : new RenderError(tagName, cause);
    if (this.#isInsideItself(error)) throw error;
    if (this.onError === "throw" || (this.onError === "again" && !this.#willBeLoaded(error))) throw error;
    this.errors.push(error);
    return error;
  }

  /** An element that renders itself is one hole: were each inner one a hole of its own, two in each would never end. */
  #isInsideItself({ cause, tagNames }: RenderError): boolean {
    if (!isRecursion(cause)) return false;
    const hosts = this.info.customElementHostStack;
    return hosts.slice(0, -1).some((host) => host?.tagName === tagNames[0]);
  }

  /** In the next pass, what this element lacked is there. */
  #willBeLoaded({ cause }: RenderError): boolean {
    return cause instanceof VioletError && cause.code === "E_NOT_LOADED" && this.wanted.size > 0;
  }

  /** Keeps the properties of an element for the browser; gives their number. */
  keepProps(tagName: string, props: Readonly<Record<string, unknown>>): number {
    const given = Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));
    return this.props.push(plain(given, `<${tagName}>`) as JsonObject) - 1;
  }
}

/** With much around each element inside itself, the stack ends before E_RECURSION does it. */
const isRecursion = (cause: unknown): boolean =>
  cause instanceof VioletError
    ? cause.code === "E_RECURSION"
    : cause instanceof RangeError && cause.message.includes("call stack");
