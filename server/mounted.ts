/** Whether the site uses the app's middleware, without which no page of it comes alive. */
import type { IncomingMessage } from "node:http";
import type { Middleware } from "./options.ts";

/** Express keeps what is used in layers; of a router within, the handle has its own. */
interface Router {
  readonly stack?: readonly { readonly handle: object }[];
}

/** A site of Express, or a part of one. Express 4 has `_router`; there `router` throws. */
interface Site {
  readonly _router?: Router;
  readonly router?: Router;
  readonly parent?: Site;
}

/**
 * False only where the request came through Express, and nothing around is the middleware itself: one that a function of
 * the site's calls, or a part of the site beside this one has, is not seen.
 */
export function mayBeMounted(request: IncomingMessage, middleware: Middleware): boolean {
  const { app } = request as { app?: Site };
  try {
    for (let site = app; site; site = site.parent)
      if (uses(site._router ?? site.router ?? {}, middleware)) return true;
  } catch {
    // What another framework has there may be anything, and no page fails for a warning.
    return true;
  }
  return !app;
}

const uses = ({ stack = [] }: Router, middleware: Middleware): boolean =>
  stack.some(({ handle }) => handle === middleware || uses(handle, middleware));
