import type { ServerResponse } from "node:http";
import { type ErrorCode, VioletError } from "../../src/errors.ts";
import { KEY_FIELD } from "../../src/state/definition.ts";
import { escapeHtml } from "./escape.ts";

/** An element threw while it was rendered: the error with the elements around it, the innermost first. */
export class RenderError extends Error {
  override readonly name = "RenderError";
  readonly tagNames: readonly string[];

  constructor(tagName: string, cause: unknown, around: readonly string[] = []) {
    const tagNames = [tagName, ...around];
    super(`${pathOf(tagNames)}: ${messageOf(cause)}`, { cause });
    this.tagNames = tagNames;
  }

  /** The same error, seen from the element around. */
  inside(tagName: string): RenderError {
    const [first, ...around] = this.tagNames as readonly [string, ...string[]];
    return new RenderError(first, this.cause, [...around, tagName]);
  }
}

/** The first and last names of a long path say enough: it is of an element that renders itself. */
function pathOf(tagNames: readonly string[]): string {
  const names = tagNames.map((tag) => `<${tag}>`);
  const left = names.length - 2 * SHOWN_NAMES;
  if (left > 0) names.splice(SHOWN_NAMES, left, `${left} more`);
  return names.join(" in ");
}

const SHOWN_NAMES = 4;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const statuses: Partial<Record<ErrorCode, number>> = {
  E_FORBIDDEN: 403,
  E_ORIGIN: 403,
  E_NOT_FOUND: 404,
  E_LIMIT: 429,
  E_UNAVAILABLE: 503,
};

/** What a browser is told of them in production. */
const sentences: Readonly<Record<number, string>> = {
  403: "This is not allowed.",
  404: "Not found.",
  429: "Too many at once. Try again later.",
  503: "The server cannot answer this now. Try again later.",
};

/** The HTTP status that an error of a render is answered with. */
export function statusOf(error: unknown): number {
  const cause = error instanceof RenderError ? error.cause : error;
  if (!(cause instanceof VioletError)) return 500;
  // Keys of rooms are taken from addresses: one that can be no key is a page that is not there.
  if (cause.field === KEY_FIELD) return 404;
  return statuses[cause.code] ?? 500;
}

/**
 * What stands where an element could not be rendered; the message is for developers alone. To a browser it is what
 * another template rendered: where it can render the element, that replaces the hole.
 */
export function hole(error: RenderError, production: boolean): string {
  const [tagName] = error.tagNames;
  const text = production ? "This part of the page could not be shown." : error.message;
  const words = `<p role="alert" part="error">${escapeHtml(text)}</p>`;
  return `<!--lit-part hole--><!--violet-error ${tagName}-->${words}<!--/lit-part-->`;
}

/** An error that says by itself how it is to be answered, as those of http-errors do: the app's own handlers know it. */
export const isHttpError = (error: unknown): boolean =>
  error instanceof Error && ("status" in error || "statusCode" in error);

/** Answers in place of a page that failed, unless it is answered; one whose beginning is sent already ends with the message. */
export function sendError(
  response: ServerResponse,
  error: unknown,
  production: boolean,
  status: number = statusOf(error),
): void {
  if (response.writableEnded) return;
  const text = production ? (sentences[status] ?? "Something failed on the server.") : messageOf(error);
  const body = `<h1>${status}</h1>\n<p role="alert">${escapeHtml(text)}</p>`;
  if (response.headersSent) return void response.end(`</head>\n<body>\n${body}\n</body>\n</html>\n`);
  response.statusCode = status;
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  const head = `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${status}</title></head>`;
  response.end(`${head}\n<body>\n${body}\n</body>\n</html>\n`);
}
