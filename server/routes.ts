/** What is served below `/_violet/`, whatever the app's own framework. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { App } from "./app.ts";
import { type Asset, sendFile, sendText } from "./assets.ts";
import { answerCall } from "./calls/rpc.ts";
import { answerForm } from "./forms/form.ts";
import { answerClosed, answerHealth, answerReady } from "./health.ts";
import type { Middleware } from "./options.ts";
import { earlyHash, earlyScript } from "./render/early.ts";
import { pathOf } from "./url.ts";

type Route = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Asked for by its hash it never changes. */
const early = ({ url = "" }: IncomingMessage): Asset => ({
  text: earlyScript,
  type: "text/javascript",
  immutable: url.endsWith(`?${earlyHash}`),
});

const PREFIX = "/_violet/";
const CALLS = "rpc/";

/** The app's middleware. Requests for other paths go to `next`. */
export function routes(app: App): Middleware {
  const table = new Map<string, Route>([
    ["form", (request, response) => answerForm(app, request, response)],
    ["session", (request, response) => answerSession(app, request, response)],
    ["socket", (request, response) => refuseSocket(app, request, response)],
    ["early.js", (request, response) => sendText(request, response, early(request))],
    ["runtime.js", (request, response) => sendFile(request, response, "violet.js")],
    ["violet.js.map", (request, response) => sendFile(request, response, "violet.js.map")],
  ]);
  // These are asked by address, and until the very end.
  const probes = new Map<string, Route>([
    ["health", (_, response) => answerHealth(response, app.state)],
    ["ready", (_, response) => answerReady(response, app)],
  ]);
  const find = (name: string): Route | undefined =>
    table.get(name) ?? callRoute(app, name) ?? styleRoute(app, name);
  return (request, response, next) => {
    app.isMountSettled = true;
    const path = pathOf(request);
    if (!path.startsWith(PREFIX)) return next();
    const name = path.slice(PREFIX.length);
    const probe = probes.get(name);
    if (probe) return void probe(request, response);
    if (app.isClosed) return answerClosed(response);
    if (!app.door.origins.allowsHost(request)) return refuse(response, 403);
    const route = find(name);
    if (!route) return refuse(response, 404);
    // Where the session middleware has answered, nobody else does.
    (async () => route(request, response))().catch((error: unknown) => response.headersSent || next(error));
  };
}

function refuse(response: ServerResponse, status: number, text = String(status)): void {
  response.writeHead(status, { "Cache-Control": "no-store", "Content-Type": "text/plain" });
  response.end(text);
}

const NO_SOCKET =
  "This is for WebSockets. Where a page asks, a proxy on the way has to pass the Upgrade header on.";
const NO_CONNECTION =
  'Sockets do not reach the app: a proxy on the way passes "Upgrade: websocket" on, and leaves out "Connection: upgrade". ' +
  "Let it set both headers (docs/guide/deploying.md).";
const UNKNOWN_SERVER =
  "Sockets do not reach the app: let app.listen(site, port) start the server, or give it to app.attach(server).";

/** No upgrade comes here: the server does not know of sockets, a proxy took that away, or somebody looks. */
function refuseSocket(app: App, { headers }: IncomingMessage, response: ServerResponse): void {
  const isAsked = headers.upgrade?.toLowerCase() === "websocket";
  // Without it Node takes the request for a plain one, whoever the server is.
  const isWhole = /\bupgrade\b/i.test(headers.connection ?? "");
  const cure = !isAsked ? NO_SOCKET : isWhole ? UNKNOWN_SERVER : NO_CONNECTION;
  if (isAsked) app.warnOnce(cure);
  response.setHeader("Upgrade", "websocket");
  refuse(response, 426, cure);
}

function callRoute(app: App, name: string): Route | undefined {
  if (!name.startsWith(CALLS)) return undefined;
  return (request, response) => {
    const headers = sharing(app, request);
    if (request.method === "OPTIONS") response.writeHead(204, { ...headers, ...PREFLIGHT }).end();
    else return answerCall(app, { request, response, headers, name: name.slice(CALLS.length) });
  };
}

function styleRoute(app: App, name: string): Route | undefined {
  const [, hash] = /^css\/([\w-]{16})\.css$/.exec(name) ?? [];
  const text = hash && app.styles.find(hash);
  return text
    ? (request, response) => sendText(request, response, { text, type: "text/css", immutable: true })
    : undefined;
}

/**
 * Credentials for a page that was made elsewhere, or whose own were refused. A page says who it was in the header
 * `violet-client`, and stays that client where it can prove it.
 */
async function answerSession(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { door } = app;
  if (!METHODS.includes(request.method ?? "")) return refuse(response.setHeader("Allow", METHODS), 405);
  if (!isAllowed(app, request)) return refuse(response, 403);
  response.setHeaders(new Map(Object.entries(sharing(app, request))));
  if (request.method === "OPTIONS") return void response.writeHead(204, PREFLIGHT).end();
  const waitMs = await door.waitMs(request);
  if (waitMs) return refuse(response.setHeader("Retry-After", Math.ceil(waitMs / 1000)), 429);
  const session = await door.session(request, response);
  const token = request.headers["violet-client"];
  app.keep(session, request, response);
  response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(door.renew(typeof token === "string" ? token : undefined, session)));
}

const METHODS = ["GET", "POST", "OPTIONS"];

/** Browsers ask before they send another origin a header of its own. */
const PREFLIGHT = {
  "Access-Control-Allow-Headers": "content-type, violet-client, violet-csrf",
  "Access-Control-Allow-Methods": "GET, POST",
  "Access-Control-Max-Age": 600,
};

/** Pages of other listed origins may read the answer; all others only get an opaque one. */
function sharing({ door }: App, { headers: { origin } }: IncomingMessage): Record<string, string> {
  return origin === undefined || !door.origins.isListed(origin)
    ? { Vary: "Origin" }
    : {
        Vary: "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
      };
}

/** Browsers say where a request comes from, except for a plain read of the same origin. */
function isAllowed({ door }: App, request: IncomingMessage): boolean {
  const { origin, "sec-fetch-site": site } = request.headers;
  if (origin !== undefined || request.method !== "GET") return door.origins.allows(request);
  return site === undefined || site === "same-origin" || site === "none";
}
