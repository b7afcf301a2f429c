/** The browser's page and its one runtime. */
import { CHECKED } from "#dev";
import { fail } from "./errors.ts";
import { type PagePayload, Runtime } from "./runtime.ts";
import { setResolver, setStores } from "./state/resolver.ts";
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
  setResolver((definition, key) => getRuntime().resolve(definition, key));
  setStores(() => getRuntime().stores());
}

/** The page's runtime. Throws E_NO_BROWSER on the server. */
export function getRuntime(): Runtime {
  return (page ??= startPage());
}

function startPage(): Runtime {
  if (CHECKED && typeof document === "undefined") fail("E_NO_BROWSER", { name: "getRuntime()" });
  const { origin } = location;
  const runtime = new Runtime({ origin, payload: payload(), renew, page: window, isAway });
  followPage(runtime);
  void hydrated(runtime);
  return runtime;
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
