/**
 * Where a definition's handle points on the server: to the scope in which the code runs. A scope is one app and,
 * where there is one, a request and its client. It is kept in one AsyncLocalStorage, so that renders that
 * interleave never see each other's.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage } from "node:http";
import { setPost } from "../src/calls/client.ts";
import { fail } from "../src/errors.ts";
import type { StoreCore } from "../src/state/core.ts";
import { type Client, wireName } from "../src/state/definition.ts";
import type { Mounted, Mounting } from "../src/state/live.ts";
import { type Loader, type Resolver, setLoader, setResolver, setStores } from "../src/state/resolver.ts";
import type { App } from "./app.ts";

export interface Scope {
  readonly app: App;
  readonly request?: IncomingMessage | undefined;
  readonly client?: Client | undefined;
  /** The session of the client's page. */
  readonly session?: unknown;
  /** In the `initial` of a live component. */
  readonly isInitial?: boolean | undefined;
  /** In a render: its own read-only stores. Elsewhere server code is trusted and gets the real ones. */
  readonly resolve?: Resolver | undefined;
  readonly load?: Loader | undefined;
  readonly mount?: ((mounting: Mounting) => Mounted) | undefined;
  /** With `resolve`: the stores that it has. */
  readonly stores?: (() => Iterable<StoreCore>) | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();
const openApps = new Set<App>();

/** Runs `fn`, and all that it starts, in the scope. */
export const runIn = <T>(scope: Scope, fn: () => T): T => scopes.run(scope, fn);

/** The running scope; outside any, the only open app; undefined where there is none, or more than one. */
export function currentScope(): Scope | undefined {
  const scope = scopes.getStore();
  if (scope || openApps.size !== 1) return scope;
  const [app] = openApps;
  return { app: app as App };
}

/** The app of the running scope. Throws E_NO_SCOPE. */
export const currentApp = (what: string): App =>
  currentScope()?.app ?? fail("E_NO_SCOPE", { name: what, store: what });

export function opened(app: App): void {
  openApps.add(app);
}

export function closed(app: App): void {
  openApps.delete(app);
}

const OF_A_TAB = "a local store is a browser tab's; on the server it exists only while a page is rendered";

setResolver((definition, key) => {
  const name = wireName(definition, key);
  const scope = currentScope() ?? fail("E_NO_SCOPE", { store: name });
  if (scope.resolve) return scope.resolve(definition, key);
  // Local state is one tab's: the server knows it while it renders for that tab alone.
  if (definition.scope === "local") fail("E_NO_SCOPE", { store: name, hint: OF_A_TAB });
  return scope.app.hub.find(definition, key) ?? fail("E_NOT_LOADED", { store: name });
});

setPost((to, name, args) => currentApp(name).hub.post({ type: "call", name, args }, to));

setStores(() => {
  const scope = currentScope();
  return scope?.stores?.() ?? scope?.app.hub.stores() ?? [];
});

setLoader(async (definition, key) => {
  const scope = currentScope() ?? fail("E_NO_SCOPE", { store: wireName(definition, key) });
  if (definition.scope === "local") return;
  if (scope.load) await scope.load(definition, key);
  else await scope.app.hub.open(definition, key);
});
