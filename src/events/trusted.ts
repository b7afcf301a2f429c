import type { DirectiveResult } from "lit/directive.js";
import { type UnsafeHTMLDirective, unsafeHTML } from "lit/directives/unsafe-html.js";

/**
 * The one way for text of the state to become HTML: `html\`<p>${trusted(post.html)}</p>\``. Everything else that is
 * rendered is text. What it is given runs with the page's rights, so it must have been made or sanitized by code
 * that you trust, never be what a browser sent. Takes a string, and throws a TypeError for anything else. Its
 * place is a child position. Runs everywhere.
 */
export function trusted(html: string): DirectiveResult<typeof UnsafeHTMLDirective> {
  if (typeof html !== "string") throw new TypeError(`trusted() takes a string of HTML, not ${typeof html}.`);
  return unsafeHTML(html);
}
