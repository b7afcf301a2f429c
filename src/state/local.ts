import { VioletError } from "../errors.ts";
import { type ActionContext, actionContext } from "./context.ts";
import { type Call, StoreCore } from "./core.ts";
import type { Client, Definition } from "./definition.ts";
import type { Json, JsonObject } from "./json.ts";
import { definitionFrom, type GivenOptions, type StoreOptions } from "./options.ts";
import type { Page } from "./persist.ts";
import { storeOf } from "./store.ts";
import type { AnyStruct } from "./struct.ts";
import type { Actions, NoActions, Snapshot, State, Store } from "./types.ts";

/** What a local store's `initial` may know of the request whose page it is rendered for. */
export interface LocalRequest {
  /** Path and query, as it was asked for. */
  readonly url: string;
  readonly cookies: Readonly<Record<string, string | undefined>>;
}

export interface LocalOptions<S, X extends Actions, K extends string> extends StoreOptions<S, X> {
  /**
   * Where the state outlives its tab: true is localStorage; "session" is sessionStorage, which outlives a reload;
   * "cookie" is also read where the page is rendered. Default false: nowhere.
   */
  readonly persist?: boolean | "session" | "cookie";
  /** Keys that are shown as `data-KEY` attributes of `<html>`, from before the first paint on. */
  readonly reflect?: readonly K[];
}

type Initial<S> = (request: LocalRequest | undefined) => S;

/** Refuses a reflected key that the state does not have. */
type KeysOf<S, K> = [K] extends [keyof State<S>]
  ? unknown
  : { readonly reflect: readonly (keyof State<S>)[] };

/**
 * Defines a store that lives in the browser's tab: each tab has its own. What it returns *is* the state, with the
 * actions as functions beside it; a state that is no object stands under `value`. On the server it shows
 * `initial(request)` in a page's render, and throws E_NO_SCOPE outside of requests. In a browser `initial` gets
 * undefined, and is asked where the page brings no value. With the struct `state` writes and stored values are
 * checked; without it everything fits.
 *
 *     const ui = local("ui", { initial: () => ({ theme: "light" }), persist: true, reflect: ["theme"] });
 *
 * Throws E_DUPLICATE_NAME and E_OPTION, as `shared` does.
 */
export function local<S, X extends Actions = NoActions, const K extends string = never>(
  name: string,
  options: LocalOptions<S, X, K> &
    KeysOf<S, K> & { readonly initial: Initial<S>; readonly state?: undefined },
): Store<State<S>, X>;
export function local<
  S,
  const I extends Snapshot<S>,
  X extends Actions = NoActions,
  const K extends string = never,
>(
  name: string,
  options: LocalOptions<S, X, K> &
    KeysOf<S, K> & { readonly initial: Initial<I>; readonly state: AnyStruct<S> },
): Store<State<S>, X>;
export function local(name: string, options: GivenOptions): object {
  return storeOf(definitionFrom(name, "local", options));
}

/** What a local store needs of the page that it is in. */
export interface LocalHost {
  readonly client: Client;
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to 1, like Math.random. */
  random(): number;
  /** Where state is persisted and reflected; without it (on the server) it is neither. */
  readonly page?: Page | undefined;
}

/** A store that lives in the tab. `given` is the value that the page was rendered with. */
export class LocalStore extends StoreCore {
  readonly pending = 0;
  isLoaded = true;
  readonly #host: LocalHost;
  readonly #restored: Promise<void> | undefined;

  constructor(definition: Definition, host: LocalHost, given?: JsonObject) {
    super(definition, undefined, definition.initial(), given);
    this.#host = host;
    const { persist, reflect } = definition;
    if (host.page && (persist || reflect.length)) this.#restored = this.#restore(host.page);
  }

  async #restore(page: Page): Promise<void> {
    this.isLoaded = false;
    const first = this.snapshot();
    const report = (error: VioletError) => this.fault(error);
    try {
      const { Persistence } = await import("./persist.ts");
      new Persistence(this, page, report).start(first);
    } catch (cause) {
      report(new VioletError("E_STORAGE", { store: this.name }, { cause }));
    }
    this.isLoaded = true;
    this.notify(undefined);
  }

  /** Resolves when the stored value is there, or is known not to come. */
  async loaded(): Promise<void> {
    await this.#restored;
  }

  async settled(): Promise<void> {}

  protected override commit(): void {}

  protected override originate(
    action: string,
    args: readonly Json[],
  ): { call: Call; context: ActionContext } {
    const { client } = this.#host;
    const call = { action, args, seed: this.#host.random(), at: this.#host.now() };
    return { call, context: actionContext({ client, store: this.name, ...call }) };
  }
}
