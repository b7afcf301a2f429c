import type { App } from "../../server/app.ts";
import type { PagePayload } from "../../src/runtime.ts";
import type { TransportEvents, Wire } from "../../src/socket/transports/websocket.ts";

/** A page's end of a connection that can also break. */
export interface PageWire extends Wire {
  /** As if the cable were cut: the server learns that the page is gone, and no goodbye of it. */
  cut(): void;
}

/** One attempt to connect. Nothing comes of it before the function has returned. */
export type Connect = (events: TransportEvents) => PageWire;

/** Lower case names, as Node has them. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** What a browser is given where its page asks who it is. */
export interface Welcome {
  readonly payload: PagePayload;
  /** What the browser sends from now on: `name=value`; undefined: as before. */
  readonly cookie: string | undefined;
}

/** The way to an app: its door is the real one, whatever is between. */
export interface TestServer {
  readonly origin: string;
  /** Serves this app from now on, under the same origin as the one before. */
  open(app: App): Promise<void>;
  /** The credentials of the browser with these headers. Rejects with E_ORIGIN, E_NETWORK. */
  welcome(headers: RequestHeaders): Promise<Welcome>;
  connect(headers: RequestHeaders, events: TransportEvents): PageWire;
  /** Takes nothing any more. Its app is closed by whoever made it. */
  close(): Promise<void>;
}

/** The cookies that were set, as a browser sends them back. */
export const cookiesIn = (set: readonly string[]): string | undefined =>
  set.length ? set.map((cookie) => cookie.split(";", 1)[0]).join("; ") : undefined;
