/** What an element shows of its instance, as HTML: rendered as the server does it, with the state that the page has now. */
import { ServerResponse } from "node:http";
import type { ReactiveElement, TemplateResult } from "lit";
import type { App } from "../server/app.ts";
import type { InstanceName } from "../server/hub/hub.ts";
import type { Initial } from "../server/live/instances.ts";
import { fillBody } from "../server/render/fill.ts";
import { RenderStore } from "../server/render/render-store.ts";
import { renderToHtml, templateOf } from "../server/render/renderer.ts";
import { type OnError, Rendering } from "../server/render/rendering.ts";
import { Visit } from "../server/render/visit.ts";
import { currentScope, runIn, type Scope } from "../server/scope.ts";
import { whileNamed } from "../src/calls/callable.ts";
import { fail } from "../src/errors.ts";
import type { StoreCore } from "../src/state/core.ts";
import type { Client } from "../src/state/definition.ts";
import { type JsonObject, plain } from "../src/state/json.ts";
import { type Mounted, type Mounting, parseInstance } from "../src/state/live.ts";
import type { LiveReplica } from "../src/state/live-replica.ts";
import type { TestClient } from "./client.ts";
import { done } from "./done.ts";

/** The class of an element, or a template. */
export type Shown = (new () => HTMLElement) | TemplateResult;

/** An instance that a page has. */
export interface OfPage {
  readonly client: TestClient;
  /** What its element is made with. */
  readonly component: object;
  readonly instance: LiveReplica;
  readonly params: JsonObject;
}

/** What is in the HTML for browsers alone: Lit's markers, and what a form's submit is bound to. */
const MARKS = /<!--\/?lit-[^>]*-->| data-violet-submit="[^"]*"/g;
/** Components inside may have to wait for their state, and those inside of these again. */
const MAX_PASSES = 3;

export class ElementHtml {
  readonly #own: OfPage;
  readonly #name: InstanceName;
  readonly #template: unknown;
  readonly #visit: Visit;

  private constructor(shown: Shown, own: OfPage, visit: Visit) {
    this.#own = own;
    this.#name = parseInstance(own.instance.name) as InstanceName;
    this.#template = typeof shown === "function" ? templateOf(tagOf(shown)) : shown;
    this.#visit = visit;
  }

  /** Resolves when what it shows besides its instance is in the page: stores, and components inside. */
  static async of(shown: Shown, own: OfPage): Promise<ElementHtml> {
    const { client } = own;
    const app = client.site.app as App;
    const request = client.request();
    const session = await app.door.session(request, new ServerResponse(request));
    const html = new ElementHtml(shown, own, new PageVisit([app, request, session], own));
    for (let pass = 1; pass < MAX_PASSES; pass++) {
      const { wanted } = html.#rendered("again").rendering;
      if (!wanted.size) break;
      await Promise.all(Array.from(wanted.values(), (bring) => bring()));
    }
    const stores = Array.from(client.runtime.stores(), (store) => store.loaded());
    await done(client.site, "the stores that it shows are loaded", Promise.allSettled(stores));
    return html;
  }

  render(): string {
    return this.#rendered("throw").html.replace(MARKS, "");
  }

  #rendered(onError: OnError) {
    const { client, component } = this.#own;
    const rendering = new Rendering(this.#visit, onError);
    let isGiven = false;
    const mount = (mounting: Mounting): Mounted => {
      if (isGiven) return rendering.mount(mounting);
      isGiven = true;
      return this.#give(mounting.host, rendering);
    };
    const render = () =>
      runIn({ ...(currentScope() as Scope), resolve: lookAt(client), mount }, () =>
        fillBody(renderToHtml(this.#template, rendering), rendering),
      );
    const html = client.run(() => whileNamed(component, this.#name.component, render));
    if (!isGiven) fail("E_OPTION", { name: "element", expected: "a live element, or a template with one" });
    return { html, rendering };
  }

  /** Whatever it calls its component: it has this instance of it, and what that was given. */
  #give(host: HTMLElement, rendering: Rendering): Mounted {
    const { instance, params } = this.#own;
    const { elementProperties } = host.constructor as typeof ReactiveElement;
    for (const [name, value] of Object.entries(params))
      if (elementProperties.has(name)) Reflect.set(host, name, value);
      else if (value !== false && typeof value !== "object")
        host.setAttribute(name.toLowerCase(), value === true ? "" : String(value));
    const { about, error, isBusy, isEnded } = instance;
    return {
      ...rendering.mount({ host, ...this.#name, params, changed() {} }),
      about,
      error,
      isBusy,
      isEnded,
    };
  }
}

/** As a page that shows the instance is rendered for its client. */
class PageVisit extends Visit {
  override readonly client: Client;
  readonly #own: OfPage;

  constructor(of: ConstructorParameters<typeof Visit>, own: OfPage) {
    super(...of);
    this.client = own.client.self;
    this.#own = own;
  }

  override initial(name: InstanceName, given: JsonObject): Initial | Promise<void> {
    const { instance, params } = this.#own;
    if (`@${name.component}/${name.key}` !== instance.name) return super.initial(name, given);
    return { value: plain(instance.snapshot(), instance.name) as JsonObject, placed: [], params };
  }
}

/** The page's stores as they are now: to be read only, and in snapshots. */
function lookAt({ runtime }: TestClient): Scope["resolve"] {
  const looks = new Map<StoreCore, RenderStore>();
  return (definition, key) => {
    const store = runtime.resolve(definition, key);
    const { boxed } = store;
    const look = looks.get(store) ?? new RenderStore(definition, key, { boxed, value: store.snapshot() });
    looks.set(store, look);
    return look;
  };
}

function tagOf(element: new () => HTMLElement): string {
  const tag = customElements.getName(element);
  const hint = "Its class has no tag: customElements.define().";
  return tag ? `<${tag}></${tag}>` : fail("E_OPTION", { name: "element", hint });
}
