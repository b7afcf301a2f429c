/** A page: rendered completely, then sent. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { aFlag, type Check, isFunction, isObject, must, verify } from "../../src/dev/check-options.ts";
import { renderable } from "../../src/events/renderable.ts";
import type { App } from "../app.ts";
import { aScriptOrNone } from "../checks.ts";
import { answerClosed } from "../health.ts";
import type { Middleware } from "../options.ts";
import { Answer, anOutcome } from "./answer.ts";
import { closeDocument, openDocument } from "./document.ts";
import { fillBody } from "./fill.ts";
import { pointFormsInBody } from "./forms.ts";
import { renderToHtml } from "./renderer.ts";
import type { Rendering } from "./rendering.ts";

/** A value, or a function of the request that gives it. It may read stores. */
type PerRequest<T, R> = T | ((request: R) => T);

/** What a template gets by default: Node's request with what Express adds to it. */
export interface PageRequest extends IncomingMessage {
  /** What the route's pattern matched: `/room/:name` gives `params.name`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Path and query as the browser asked for them. */
  readonly originalUrl: string;
}

export interface PageOptions<R = PageRequest> {
  readonly title?: PerRequest<string, R>;
  /** Default "en". */
  readonly lang?: PerRequest<string, R>;
  /** A template for `<head>`, after what Violet puts there. */
  readonly head?: PerRequest<object, R>;
  /** Default: what the response has already, 200. */
  readonly status?: PerRequest<number, R>;
  /** The module script of this page, when it is live; false: none. Default: the app's `client`. */
  readonly client?: string | false;
  /** Stores to load before the first pass: rooms, above all. */
  readonly stores?: PerRequest<readonly object[], R>;
  /** Sends the beginning of `<head>` before the body is rendered. An error can then not change the status. */
  readonly flushHead?: boolean;
  /** "mark": an element that throws leaves a marked hole, and the page stands. Default: the page is a 500. */
  readonly onRenderError?: "mark";
}

export type PageTemplate<R> = (request: R) => unknown;

const ofRequest = (check: (value: unknown) => boolean) => (value: unknown) =>
  isFunction(value) || check(value);
const aText: Check = [
  ofRequest((value) => typeof value === "string"),
  "a text, or a function of the request that gives it",
];

const isStatus = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 200 && (value as number) < 600;

const checks: Record<keyof PageOptions, Check> = {
  title: aText,
  lang: aText,
  head: [ofRequest(isObject), "a template, or a function of the request that gives it"],
  status: [ofRequest(isStatus), "a status from 200 to 599, or a function of the request that gives it"],
  client: aScriptOrNone,
  stores: [ofRequest(Array.isArray), "a list of stores, or a function of the request that gives it"],
  flushHead: aFlag,
  onRenderError: anOutcome,
};

/** The handler of a page. Errors that carry a status of their own go to `next`. Throws E_OPTION. */
export function page<R>(app: App, template: PageTemplate<R>, options: PageOptions<R> = {}): Middleware {
  must("page(template)", template, [isFunction, "a function that gives the page: () => html`...`"]);
  verify(options, checks, "page.");
  return (request, response, next) => {
    if (app.isClosed) return answerClosed(response);
    const answer = new Answer(app, request, response, options.onRenderError === "mark");
    const send = options.flushHead ? sendFlushed : sendWhole;
    // Which request a framework hands in, its user knows.
    send(answer, request as R, response, { template, options }).catch((error: unknown) =>
      answer.fail(error, next),
    );
  };
}

interface Page<R> {
  readonly template: PageTemplate<R>;
  readonly options: PageOptions<R>;
}

async function sendWhole<R>(answer: Answer, request: R, response: ServerResponse, page: Page<R>) {
  const { options } = page;
  const visit = await answer.visit();
  await visit.load(get(options.stores, request) ?? []);
  const { rendering, result } = await answer.inPasses(visit, async (rendering) => ({
    status: get(options.status, request),
    head: renderHead(rendering, request, options),
    body: await renderBody(rendering, request, page),
  }));
  answer.start(visit, { isLive: rendering.isLive, status: result.status });
  response.end(result.head + closeDocument(rendering, result.body, options.client));
}

async function sendFlushed<R>(answer: Answer, request: R, response: ServerResponse, page: Page<R>) {
  const { options } = page;
  const visit = await answer.visit();
  const head = await answer.inPasses(visit, async (rendering) => ({
    status: get(options.status, request),
    html: renderHead(rendering, request, options),
  }));
  // Whether the page is live shows later; headers cannot wait for that.
  answer.start(visit, { isLive: true, status: head.result.status });
  response.write(head.result.html);
  await visit.load(get(options.stores, request) ?? []);
  const { rendering, result } = await answer.inPasses(visit, (rendering) =>
    renderBody(rendering, request, page),
  );
  response.end(closeDocument(rendering, result, options.client));
}

function renderHead<R>(rendering: Rendering, request: R, options: PageOptions<R>): string {
  const head = get(options.head, request);
  return openDocument({
    title: textOf(get(options.title, request) ?? ""),
    lang: textOf(get(options.lang, request) ?? "en"),
    head: head ? renderToHtml(head, rendering) : "",
    attributes: rendering.visit.reflected().attributes,
  });
}

/** Either may be taken from a store, whatever its type says. */
const textOf = (value: unknown): string => String(renderable(value));

const renderBody = async <R>(rendering: Rendering, request: R, { template }: Page<R>): Promise<string> =>
  pointFormsInBody(fillBody(renderToHtml(await template(request), rendering), rendering), rendering);

const get = <T, R>(value: PerRequest<T, R> | undefined, request: R): T | undefined =>
  typeof value === "function" ? (value as (request: R) => T)(request) : value;
