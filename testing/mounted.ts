/** A live component in a page: the instance that the server holds, and what the page's element has of it. */
import type { App } from "../server/app.ts";
import { nameOf } from "../src/calls/callable.ts";
import { fail, VioletError } from "../src/errors.ts";
import type { JsonObject } from "../src/state/json.ts";
import { type Live, type LiveCallback, type LiveError, parseInstance } from "../src/state/live.ts";
import type { Snapshot } from "../src/state/types.ts";
import type { TestClient } from "./client.ts";
import { done } from "./done.ts";
import { ElementHtml, type Shown } from "./element-html.ts";
import { PageInstance } from "./page-instance.ts";
import type { TestSite } from "./site.ts";

/** What a component is mounted with besides its params. */
export interface MountOptions {
  /** What the element's attribute `key` says. Default: one of its own. */
  readonly key?: string;
  /** What shows it, for `html`: its element's class, or a template; the first live element in that has the instance. */
  readonly element?: Shown;
}

/** Params first, where the component has to be given some. */
export type MountArguments<P, O> =
  Record<never, never> extends P ? [params?: P, options?: O] : [params: P, options?: O];

type ArgumentsOf<F> = F extends LiveCallback<infer A> ? A : [];

/** A component's callbacks, as a page calls them: nothing comes back but state. */
type PageCalls<C> = { readonly [N in keyof C]: (...args: ArgumentsOf<C[N]>) => void };

/** An element's instance of a live component, in the page of a test. */
export class MountedComponent<S, C> implements AsyncDisposable {
  /** The browser whose page it is in: its network, and what the server told it. */
  readonly client: TestClient;
  /** The callbacks, called as an element calls them: nobody waits for the answer. */
  readonly live: PageCalls<C>;
  readonly #instance: PageInstance;
  readonly #html: ElementHtml | undefined;
  /** Ends with the component. */
  readonly #site: TestSite<object> | undefined;

  private constructor(client: TestClient, instance: PageInstance, own: Own) {
    this.client = client;
    this.#instance = instance;
    this.#html = own.html;
    this.#site = own.site;
    const names = Object.keys(instance.about?.callbacks ?? {});
    const call =
      (name: string) =>
      (...args: readonly unknown[]) =>
        this.#send(name, args);
    this.live = Object.fromEntries(names.map((name) => [name, call(name)])) as unknown as PageCalls<C>;
  }

  static async in<S, C, P>(
    client: TestClient,
    component: Live<S, C, P>,
    params: JsonObject,
    { key, element, named = component, site }: MountOptions & InSite,
  ): Promise<MountedComponent<S, C>> {
    const name = nameOf(named);
    // All that is asked of its element is what it is called, where something fails.
    const host = { localName: name } as HTMLElement;
    const mounting = { host, component: name, key, params, changed() {} };
    const instance = client.run(() => new PageInstance(mounting, client.runtime));
    try {
      await done(client.site, `"${instance.name}" is mounted`, instance.loaded());
      const html = element && (await ElementHtml.of(element, { client, component, instance, params }));
      return new MountedComponent(client, instance, { html, site });
    } catch (error) {
      client.runtime.drop(instance);
      // A page learns nothing of what failed on the server.
      const [cause] = client.site.errors.slice(-1);
      throw error instanceof VioletError && error.code === "E_INTERNAL"
        ? Object.assign(error, { cause })
        : error;
    }
  }

  /** The site that its page is of: its time, and the errors that the app logged. */
  get site(): TestSite<object> {
    return this.client.site;
  }

  /** The state, as its page has it now. */
  get state(): Snapshot<S> {
    return this.#instance.snapshot() as Snapshot<S>;
  }

  /** Why the last call came to nothing; undefined after the next one that did not. */
  get error(): LiveError | undefined {
    return this.#instance.error;
  }

  /** Calls are under way. */
  get busy(): boolean {
    return this.#instance.isBusy;
  }

  /**
   * What its element shows now: as the server renders it, without the marks that only browsers need. Throws E_OPTION where
   * no `element` was given, and what the element throws.
   */
  get html(): string {
    const html =
      this.#html ??
      fail("E_OPTION", { name: "element", hint: "html is what the element shows: give mount its class." });
    return html.render();
  }

  #send(callback: string, args: readonly unknown[]) {
    this.client.run(() => this.#instance.send(callback, args));
  }

  /**
   * Calls a callback, as its element does, and resolves when the server has answered: `error` says whether it refused the
   * call. With `debounceMs` one that a later call has replaced is over with its time. Rejects with E_ENDED, E_TIMEOUT, and
   * what a page's call throws: E_NOT_JSON, E_TOO_BIG.
   */
  async trigger<N extends keyof C & string>(callback: N, ...args: ArgumentsOf<C[N]>): Promise<void> {
    const { name, about, isEnded } = this.#instance;
    if (isEnded) fail("E_ENDED", { name }, { message: `"${name}" has ended: nothing is called any more.` });
    this.#send(callback, args);
    const { debounceMs } = about ?? {};
    if (debounceMs) await this.#pass(debounceMs);
    const { lastCall } = this.#instance;
    await this.site.until(`"${callback}" of "${name}" is answered`, () => this.#instance.isOver(lastCall));
  }

  /** Timers of one length end in the order in which they were set: what was set before this has been done by then. */
  #pass(ms: number): Promise<void> {
    const passed = new Promise<void>((resolve) => this.client.runtime.after(ms, resolve));
    return done(this.site, `${ms} ms are over`, passed);
  }

  /** Its element leaves the page; resolves when the instance has ended, and `onUnmount` has run. Rejects with E_TIMEOUT. */
  async unmount(): Promise<void> {
    const { name } = this.#instance;
    this.client.run(() => this.#instance.unmount());
    const isThere = () => {
      const instance = parseInstance(name);
      return instance && (this.site.app as App).instances.find(instance, this.client.self.id);
    };
    await this.site.until(`"${name}" is unmounted`, () => this.#instance.isEnded && !isThere());
  }

  /** It is unmounted; the site that was made for it is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#site ? this.#site.close() : this.unmount());
  }
}

interface InSite {
  /** The component as the site knows it, where that is another one. */
  readonly named?: object;
  /** A site that ends with it. */
  readonly site?: TestSite<object>;
}

interface Own {
  readonly html: ElementHtml | undefined;
  readonly site: TestSite<object> | undefined;
}
