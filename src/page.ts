/** The browser's page and its one runtime. */
import { CHECKED, DEV } from "#dev";
import { on } from "./calls/bus.ts";
import { register } from "./calls/callable.ts";
import { latency } from "./dev/latency.ts";
import { setLatency, showErrors, warnOfMistakes } from "./dev/tools.ts";
import { fail } from "./errors.ts";
import { type PagePayload, Runtime, type Status } from "./runtime.ts";
import { webSocket } from "./socket/transports/websocket.ts";
import { setResolver, setStores } from "./state/resolver.ts";
import { VERSION } from "./version.ts";
import { closeCodes } from "./wire/close-codes.ts";

let page: Runtime | undefined;
let given: PagePayload | undefined;

/** What a server-rendered page brings; nothing in any other. An id of the page's own, from its state even, is not it. */
export const payload = (): PagePayload =>
  (given ??= JSON.parse(document.querySelector("script#violet")?.textContent ?? "{}") as PagePayload);

/** Of all copies of this package that a page may load: the first says here that it is the one. */
const taken = Symbol.for("violet-live");

// In a browser, a definition's handle is this page's store. On the server, the scope decides (server/scope).
if (typeof document !== "undefined") {
  // Two copies would be two clients, each with a half of the page's stores.
  if (taken in globalThis) fail("E_DUPLICATE_PACKAGE");
  Object.defineProperty(globalThis, taken, {});
  setResolver((definition, key) => pageRuntime().resolve(definition, key));
  setStores(() => pageRuntime().stores());
  if (DEV) showErrors(() => payload().overlay === true);
}

/** The page's runtime. Throws E_NO_BROWSER on the server. */
export function pageRuntime(): Runtime {
  return (page ??= startPage());
}

/** `window.violet`: the one truth about the page's link, for any script. */
export interface Violet {
  readonly version: string;
  /** The link: idle, connecting, live, offline or stopped. */
  readonly state: Status;
  /** Resolves when hydration is done. */
  readonly ready: Promise<void>;
  readonly on: typeof on;
  /**
   * Runs the handlers of this page and, when the link is live, those of the server that take this event from browsers. It
   * makes no link. Throws E_EVENT for an event of Violet's own, E_NOT_JSON, E_BAD_MESSAGE for a name without or with more
   * than 192 letters, E_TOO_BIG.
   */
  emit(event: string, data?: unknown): void;
  /**
   * Makes each round trip of the socket and of calls so many milliseconds longer, up to 60,000, until `latency(0)` or the
   * tab is closed. In development builds alone. Throws E_OPTION.
   */
  readonly latency?: (ms: number) => void;
}

/** The page's `window.violet`. Throws E_NO_BROWSER on the server. */
export function getRuntime(): Violet {
  pageRuntime();
  return window.violet;
}

declare global {
  interface Window {
    readonly violet: Violet;
  }
}

export interface StartOptions {
  /** Modules of client functions, each by the name of its file: `{ toast: await import("./toast.client.js") }`. */
  readonly modules?: Readonly<Record<string, object>>;
}

/**
 * Starts the page: lets the server call the client functions of these modules, and connects. Runs in browsers; on the
 * server it throws E_NO_BROWSER. Throws E_DUPLICATE_NAME.
 */
export function start({ modules = {} }: StartOptions = {}): void {
  for (const [file, module] of Object.entries(modules)) register(file, module);
  pageRuntime().link.connect();
}

function startPage(): Runtime {
  if (CHECKED && typeof document === "undefined") fail("E_NO_BROWSER", { name: "the page's runtime" });
  const { origin } = location;
  const options = { origin, payload: payload(), renew, page: window, isAway };
  const runtime = new Runtime(DEV ? { ...options, transport: latency.transport(webSocket) } : options);
  offer(runtime);
  if (DEV) warnOfMistakes(runtime.bus.whenReady());
  followPage(runtime);
  void hydrated(runtime);
  return runtime;
}

/** To other scripts, and to style sheets: `html[data-violet="live"]`. */
function offer(runtime: Runtime) {
  const violet: Violet = {
    version: VERSION,
    on,
    ready: runtime.bus.whenReady(),
    emit: (event, data) => runtime.emit(event, data),
    get state() {
      return runtime.status;
    },
  };
  if (DEV) Object.assign(violet, { latency: setLatency });
  Object.defineProperty(window, "violet", { value: Object.freeze(violet) });
  runtime.watch(() => (document.documentElement.dataset.violet = runtime.status));
}

const isAway = () => document.hidden || !navigator.onLine;

/** New credentials for this client, whose old ones the server refused. */
async function renew(client = ""): Promise<PagePayload> {
  const headers = { "violet-client": client };
  const signal = AbortSignal.timeout(10_000);
  const answer = await fetch("/_violet/session", { method: "POST", headers, signal });
  if (!answer.ok) throw new Error(`/_violet/session answered ${answer.status}`);
  return answer.json() as Promise<PagePayload>;
}

/** A page that sleeps or leaves closes its link; one that comes back makes sure of it at once. */
function followPage({ link }: Runtime) {
  addEventListener("pagehide", ({ persisted }) =>
    persisted ? link.drop(closeCodes.parked) : link.close(closeCodes.bye),
  );
  for (const type of ["pageshow", "online", "visibilitychange"])
    addEventListener(type, () => document.hidden || link.check());
}

/** Hydration is done when the page's module scripts have run, and what was stored for local state is there. */
async function hydrated(runtime: Runtime) {
  if (document.readyState !== "complete")
    await new Promise((done) => {
      for (const event of ["DOMContentLoaded", "load"]) addEventListener(event, done);
    });
  for (const store of runtime.stores()) if (store.definition.scope === "local") await store.loaded();
  runtime.bus.ready();
}
