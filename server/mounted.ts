/** Whether the site uses the app's middleware, without which no page of it comes alive. */
import type { IncomingMessage } from "node:http";
import type { Middleware } from "./options.ts";

/** Express keeps what is used in layers; of a router within, the handle has its own. */
interface Router {
  readonly stack?: readonly { readonly handle: object }[];
}

/** A site of Express, or a part of one; the older one names its router otherwise. */
interface Site {
  readonly router?: Router;
  readonly _router?: Router;
  readonly parent?: Site;
}

/** False only where the request came through Express, and nothing there is the middleware. */
export function mayBeMounted(request: IncomingMessage, middleware: Middleware): boolean {
  const { app } = request as { app?: Site };
  for (let site = app; site; site = site.parent)
    if (uses(site.router ?? site._router ?? {}, middleware)) return true;
  return !app;
}

const uses = ({ stack = [] }: Router, middleware: Middleware): boolean =>
  stack.some(({ handle }) => handle === middleware || uses(handle, middleware));
