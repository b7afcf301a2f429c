/** `server`: what server code says to whatever app runs it. */
import { checkRules } from "../src/dev/check-rules.ts";
import { fail } from "../src/errors.ts";
import type { AccessRules, Client, Definition } from "../src/state/definition.ts";
import { typeName } from "../src/state/json.ts";
import { findReference } from "../src/state/store.ts";
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

  /**
   * Who may read and write a shared store, or the stores of a family, and what each client sees of it. Rules go before
   * those of the same name in the definition's `access`; given again for the same store they take the place of those that
   * were given before, all of them. Throws E_OPTION for what is neither a shared store nor a family, for one store of a
   * family, and for a rule that is unknown or no function.
   */
  access<S extends object>(store: StoreOf<S> | Family<S, unknown, PropertyKey>, rules: AccessRules<S>): void {
    const definition = ruledDefinition(store);
    checkRules(rules, `server.access(${definition.name}): `);
    setAccess(definition, rules as AccessRules);
  },

  /** The same store, with the keys writable that browsers only read. */
  store: <T extends object>(store: T): Writable<T> => store as Writable<T>,

  /** The clients whose link stands. Throws E_NO_SCOPE outside the scope of an app. */
  connections: (): readonly Client[] => currentApp("server.connections()").hub.clients(),
};

/** Of the store or family that has rules: one that is taken for another would be open to everybody. */
function ruledDefinition(store: object): Definition {
  const refuse = (expected: string, got: string): never =>
    fail("E_OPTION", { name: "server.access(store)", expected, got });
  const { definition, key } = findReference(store) ?? refuse("a store or a family", typeName(store));
  if (definition.scope !== "shared")
    refuse("a shared store or a family", `the local store "${definition.name}"`);
  if (key !== undefined)
    refuse("the family: rules are those of all its stores", `one store of "${definition.name}"`);
  return definition;
}

/** A store's type for the server: its state as the struct says, without `readonly`, beside its actions. */
export type Writable<T> =
  T extends StoreOf<infer S, unknown, infer K> ? Omit<T, keyof S & K> & Pick<S, keyof S & K> : T;
