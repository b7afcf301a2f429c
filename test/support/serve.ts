/** An Express site around one app, on a free port of this process. */
import type { Server } from "node:http";
import express, { type Express } from "express";
import { type VioletApp, type VioletOptions, violet } from "../../server/index.ts";

export const secret = "a secret that tests alone know";

export interface Served {
  readonly app: VioletApp;
  readonly server: Server;
  /** Without a slash at the end. */
  readonly url: string;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Page>;
  readonly close: () => Promise<void>;
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** What the page brings for the browser; undefined where it is not live. */
  readonly payload: Payload | undefined;
}

interface Payload {
  readonly client: string;
  readonly csrf: string;
  readonly self: { readonly id: string; readonly user?: object };
  readonly stores: Record<string, { epoch: string; version: number; value: Record<string, unknown> }>;
  readonly local: Record<string, Record<string, unknown>>;
  readonly props?: readonly object[];
}

/** Keeps what is logged, so that tests can look at it and the output stays quiet. */
export class MemoryLogger {
  readonly errors: { err: Error; message: string }[] = [];
  readonly notes: string[] = [];
  info = (_: object, message: string): void => void this.notes.push(message);
  warn = (_: object, message: string): void => void this.notes.push(message);
  error = (facts: object, message: string): void =>
    void this.errors.push({ ...(facts as { err: Error }), message });
}

/** Serves what `routes` adds; the app's middleware is there already. */
export async function serve<U extends object = object>(
  routes: (site: Express, app: VioletApp) => void,
  options: VioletOptions<U> = {},
): Promise<Served> {
  const app = violet<U>({ secret, logger: new MemoryLogger(), ...options });
  const site = express();
  site.use(app.middleware);
  routes(site, app);
  const server = await app.listen(site, 0, "127.0.0.1");
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return { app, server, url, get: (path, headers) => getPage(url + path, headers), close: () => app.close() };
}

export async function getPage(url: string, headers: Record<string, string> = {}): Promise<Page> {
  const response = await fetch(url, { headers, redirect: "manual" });
  const html = await response.text();
  return { status: response.status, headers: response.headers, html, payload: payloadIn(html) };
}

export function payloadIn(html: string): Payload | undefined {
  const [, json] = /<script type="application\/json" id="violet">(.*?)<\/script>/s.exec(html) ?? [];
  return json === undefined ? undefined : JSON.parse(json);
}

/** The cookies that a response sets, as a browser sends them back. */
export const cookiesOf = (headers: Headers): string =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0])
    .join("; ");

/** The text that a page shows: without Lit's markers. */
export const withoutMarkers = (html: string): string => html.replace(/<!--\/?lit-[^>]*-->/g, "");
