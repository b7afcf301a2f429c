import type { IncomingMessage } from "node:http";

/** Path and query as the browser asked for them. A router hands on what is left of them below its own place. */
export const urlOf = (request: IncomingMessage): string =>
  (request as { originalUrl?: string }).originalUrl ?? request.url ?? "/";

export const pathOf = (request: IncomingMessage): string => urlOf(request).split("?", 1)[0] as string;
