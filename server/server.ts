/** `server`: what server code says to whatever app runs it. */
import type { AccessRules, Client } from "../src/state/definition.ts";
import { definitionOf } from "../src/state/store.ts";
import type { Family, StoreOf } from "../src/state/types.ts";
import { setAccess } from "./access.ts";
import { realtime, rpc } from "./calls/functions.ts";
import { processEvents } from "./events.ts";
import { currentApp } from "./scope.ts";

export const server = {
  /**
   * Runs `handler` when the event happens to any app of this process, in that app's scope. Gives the function that
   * removes it.
   */
  on: processEvents.on,

  /** The same as `app.emit`, `app.broadcast` and `app.broadcastTo` of the scope's app. Throw E_NO_SCOPE outside any. */
  emit: (event: string, data?: unknown): Promise<void> => currentApp("server.emit()").emit(event, data),
  broadcast: (event: string, data?: unknown): void => currentApp("server.broadcast()").broadcast(event, data),
  broadcastTo: (to: string | readonly string[], event: string, data?: unknown): void =>
    currentApp("server.broadcastTo()").broadcastTo(to, event, data),

  rpc,
  realtime,

  /** Who may read and write a store, or the stores of a family, and what each client sees of it. */
  access<S extends object>(store: StoreOf<S> | Family<S>, rules: AccessRules<S>): void {
    setAccess(definitionOf(store), rules as AccessRules);
  },

  /** The same store, with the keys writable that browsers only read. */
  store: <T extends object>(store: T): Writable<T> => store as Writable<T>,

  /** The clients whose link stands. Throws E_NO_SCOPE outside the scope of an app. */
  connections: (): readonly Client[] => currentApp("server.connections()").hub.clients(),
};

/** A store's type for the server: its state as the struct says, without `readonly`, beside its actions. */
export type Writable<T> =
  T extends StoreOf<infer S, unknown, infer K> ? Omit<T, keyof S & K> & Pick<S, keyof S & K> : T;
