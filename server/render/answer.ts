import type { IncomingMessage, ServerResponse } from "node:http";
import type { Check } from "../../src/dev/check-options.ts";
import { fail } from "../../src/errors.ts";
import type { App } from "../app.ts";
import { mayBeMounted } from "../mounted.ts";
import { pathOf } from "../url.ts";
import { isHttpError, messageOf, sendError, statusOf } from "./error.ts";
import { inPasses, type Rendered } from "./passes.ts";
import type { Rendering } from "./rendering.ts";
import { Visit } from "./visit.ts";

/** Of the option `onRenderError`. */
export const anOutcome: Check = [(value) => value === "mark", '"mark", or nothing: the page is a 500'];

const NOT_MOUNTED =
  "The site seems not to use the app's middleware, without which no page comes alive: site.use(app.middleware). " +
  "Where a function of yours calls it, they do; put that before the pages, and this is not said.";

/** One request that is answered with a rendered page. */
export class Answer {
  readonly #app: App;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  /** An element that throws leaves a hole. */
  readonly #mark: boolean;

  constructor(app: App, request: IncomingMessage, response: ServerResponse, mark: boolean) {
    this.#app = app;
    this.#request = request;
    this.#response = response;
    this.#mark = mark;
  }

  async visit(): Promise<Visit> {
    if (!this.#app.door.origins.allowsHost(this.#request)) fail("E_ORIGIN");
    await this.#app.ready;
    return new Visit(this.#app, this.#request, await this.#app.door.session(this.#request, this.#response));
  }

  async inPasses<T>(visit: Visit, make: (rendering: Rendering) => Promise<T>): Promise<Rendered<T>> {
    const rendered = await inPasses(visit, this.#mark, make);
    for (const error of rendered.rendering.errors) this.#report(error, "has a hole");
    return rendered;
  }

  /** Status and headers. What only this browser may see is kept by no cache. */
  start(
    visit: Visit,
    { isLive, status }: { readonly isLive: boolean; readonly status?: number | undefined },
  ): void {
    const response = this.#response;
    if (isLive) this.#checkMounted();
    if (isLive) this.#app.keep(visit.session, this.#request, response);
    if (isLive || visit.session.user || visit.reflected().fromCookie)
      response.setHeader("Cache-Control", "private, no-store");
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.statusCode = status ?? response.statusCode;
  }

  /** Once is enough: what a site uses it has when its first page is asked for. */
  #checkMounted() {
    const app = this.#app;
    if (!app.isMountSettled && !mayBeMounted(this.#request, app.middleware)) app.warnOnce(NOT_MOUNTED);
    app.isMountSettled = true;
  }

  /** An error with a status of its own is the app's to answer. */
  fail(error: unknown, next: (error?: unknown) => void): void {
    if (isHttpError(error) && !this.#response.headersSent) next(error);
    else {
      this.#report(error, "could not be rendered");
      sendError(this.#response, error, this.#app.settings.production);
    }
  }

  /** What a client may not have is no error of the app's: anybody could fill its log. */
  #report(error: unknown, outcome: string): void {
    const what = `${this.#request.method} ${pathOf(this.#request)} ${outcome}`;
    const status = statusOf(error);
    if (status >= 500) this.#app.report(error, what);
    else this.#app.settings.logger.info({ status, reason: messageOf(error) }, what);
  }
}
