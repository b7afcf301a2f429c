/**
 * One pass of one page: what it read, what it lacked, which elements it held. Nothing here outlives the request,
 * so nothing of one person can stand in another's page.
 */
import type { LitElement } from "lit";
import { fail, VioletError } from "../../src/errors.ts";
import type { StoreCore } from "../../src/state/core.ts";
import { type Definition, wireName } from "../../src/state/definition.ts";
import { type JsonObject, plain } from "../../src/state/json.ts";
import { liveDefinition, type Mounted, type Mounting } from "../../src/state/live.ts";
import type { Authority } from "../hub/authority.ts";
import { mustBeThere } from "../hub/stores.ts";
import type { Placed } from "../live/bound.ts";
import type { Instance } from "../live/instance.ts";
import { RenderError } from "./error.ts";
import { renderedInstance } from "./live.ts";
import type { RenderedStore } from "./payload.ts";
import { RenderStore } from "./render-store.ts";
import type { Visit } from "./visit.ts";

/** What becomes of an element that throws: the page fails, or the element is a hole; "again": a next pass follows. */
export type OnError = "throw" | "mark" | "again";

interface Shown {
  readonly component: string;
  readonly key: string;
  readonly params: JsonObject;
  readonly value: JsonObject;
  readonly placed: readonly Placed[];
  readonly mounted: Mounted;
  /** What forms of the page wrote to. */
  readonly ofForms?: Instance | undefined;
}

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
  /** What was read and is not there yet, and what brings it. */
  readonly wanted = new Map<string, () => Promise<void>>();
  /** The shared stores that were read. */
  readonly authorities = new Set<Authority>();
  /** The tag that applies the stylesheet of a class; "" for a class without. */
  readonly #links = new Map<typeof LitElement, string>();
  readonly #stores = new Map<string, RenderStore>();
  readonly #rendered: Record<string, RenderedStore> = {};
  readonly #local: Record<string, JsonObject> = {};
  /** Of live components, by component and key. */
  readonly #instances = new Map<string, Shown>();
  /** Elements without a key, by component. */
  readonly #counts = new Map<string, number>();

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
    mustBeThere(definition, key);
    const authority = this.visit.find(definition, key);
    if (!authority) {
      this.wanted.set(name, () => this.visit.admit({ definition, key }));
      return fail("E_NOT_LOADED", { store: name });
    }
    const look = authority.look(this.visit.client);
    this.authorities.add(authority);
    this.#rendered[name] = look;
    return new RenderStore(definition, key, { boxed: authority.boxed, value: look.value });
  }

  /** Gives an element its instance: what it is to be, for it is made when the page is. */
  readonly mount = ({ host, component, key = this.#nextKey(component), params }: Mounting): Mounted => {
    const name = `${component}/${key}`;
    if (this.#instances.has(name)) fail("E_DUPLICATE_KEY", { name: key });
    const ofForms = this.visit.ofForms({ component, key }, params);
    if (ofForms instanceof Promise) {
      this.wanted.set(`@${name}`, () => ofForms);
      return fail("E_NOT_LOADED", { store: component });
    }
    const made = ofForms
      ? {
          value: plain(ofForms.snapshot(), name) as JsonObject,
          placed: ofForms.placed,
          params: ofForms.params,
          ofForms,
        }
      : this.visit.initial({ component, key }, params);
    if (made instanceof Promise) {
      this.wanted.set(`@${name}`, () => made);
      fail("E_NOT_LOADED", { store: component });
    }
    const { returned } = this.visit;
    const error =
      returned?.hidden.instance === wireName(liveDefinition(component), key) ? returned.error : undefined;
    const mounted = renderedInstance({ component, key }, made.value, error);
    this.#instances.set(name, { component, key, ...made, mounted });
    host.setAttribute("data-violet-live", component);
    host.setAttribute("data-violet-key", key);
    return mounted;
  };

  /** The state of an instance that an element of the page has. */
  instance(component: string, key: string): StoreCore | undefined {
    return this.#instances.get(`${component}/${key}`)?.mounted.core;
  }

  #nextKey(component: string): string {
    const count = this.#counts.get(component) ?? 0;
    this.#counts.set(component, count + 1);
    return `~${count}`;
  }

  /** What an element of the page was given; undefined where it is not shown. */
  shown(component: string, key: string): Pick<Shown, "params"> | undefined {
    return this.#instances.get(`${component}/${key}`);
  }

  /** The instances that the page shows wait for it from now on. */
  keepInstances(): void {
    const { app, client, session } = this.visit;
    for (const { component, key, params, value, placed, ofForms, mounted } of this.#instances.values()) {
      const owner = { client, session, params };
      const instance = app.instances.rendered({ component, key }, owner, value, { placed, ofForms });
      const { name, epoch, version } = instance;
      const { about: live } = instance.component;
      this.#rendered[name] = { epoch, version, value, live, error: mounted.error };
    }
  }

  /** Plain HTML is bound to this store: the browser is told what its actions are called. */
  tellActions({ name, definition: { actions } }: StoreCore): void {
    const rendered = this.#rendered[name];
    if (rendered && actions.size) this.#rendered[name] = { ...rendered, actions: [...actions.keys()] };
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
