/** Calls a function over HTTP as a page does: with its cookie, its tokens and its origin. */
import { cookiesOf, type Page, type Served } from "./serve.ts";

export interface CallInit {
  readonly args?: unknown;
  readonly id?: string;
  readonly body?: string;
  readonly method?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly signal?: AbortSignal;
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly result?: unknown;
  /** Outside of production. */
  readonly stack?: string;
  readonly code?: string;
  readonly field?: string;
  readonly message?: string;
  readonly retryAfterMs?: number;
}

export class HttpCaller {
  readonly #url: string;
  readonly #page: Page;
  readonly cookie: string;

  private constructor(url: string, page: Page) {
    this.#url = url;
    this.#page = page;
    this.cookie = cookiesOf(page.headers);
  }

  /** Visits a live page of the site. */
  static async visit({ url, get }: Pick<Served, "url" | "get">, path = "/"): Promise<HttpCaller> {
    return new HttpCaller(url, await get(path));
  }

  /** What the page proves itself with. */
  get credentials(): { readonly client?: string; readonly csrf?: string } {
    return this.#page.payload ?? {};
  }

  get id(): string {
    return this.#page.payload?.self.id ?? "";
  }

  async call(name: string, init: CallInit = {}): Promise<CallAnswer> {
    const { args = [], id, body = JSON.stringify({ args, id }), method = "POST", signal } = init;
    const { client = "", csrf = "" } = this.credentials;
    const headers = {
      "content-type": "application/json",
      cookie: this.cookie,
      origin: this.#url,
      "violet-client": client,
      "violet-csrf": csrf,
      ...init.headers,
    };
    const given = Object.entries(headers).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const response = await fetch(`${this.#url}/_violet/rpc/${name}`, {
      method,
      headers: given,
      ...(method !== "GET" && { body }),
      ...(signal && { signal }),
    });
    return { status: response.status, headers: response.headers, ...((await response.json()) as object) };
  }
}
