/** The options of `shared`, `shared.family` and `local`, and the definition that is made of them. */
import { CHECKED } from "#dev";
import { checkActions, checkDefinition } from "../dev/check-definition.ts";
import { type AccessRules, type ActionDefinition, type Definition, define } from "./definition.ts";
import type { AnyStruct } from "./struct.ts";
import type { ActionMaker, Actions, NoStateKey, State } from "./types.ts";

/** What all stores have in common. */
export interface StoreOptions<S, X extends Actions> {
  /** Synchronous, atomic changes by name: run here at once, and for a shared store then on the server. */
  readonly actions?: (action: ActionMaker<State<S>>) => X & NoStateKey<X, State<S>>;
  /** The version of the state's shape, of which stored values keep a note. Default 1. */
  readonly version?: number;
  /** Turns a value that was stored by an earlier version into one of this version. */
  readonly migrate?: (old: unknown, from: number) => NoInfer<S>;
}

/** What shared stores and families have in common. */
export interface SharedOptions<S, X extends Actions, ServerOnly extends PropertyKey>
  extends StoreOptions<S, X> {
  /** What the state must be; checked at each write, here and on the server. */
  readonly state: AnyStruct<S>;
  /** Keys that browsers read, and that only actions and the server write. */
  readonly serverOnly?: readonly ServerOnly[];
  /** Simple rights; browsers get this code too. Those that need secrets: `server.access`. */
  readonly access?: AccessRules<State<NoInfer<S>>>;
  /** Whether browsers show their own writes before the server has accepted them. Default true. */
  readonly optimistic?: boolean;
}

/** Any of these options, as the engine takes them: what they are for is in their types above. */
export interface GivenOptions {
  readonly key?: AnyStruct | undefined;
  readonly state?: AnyStruct | undefined;
  readonly initial: (about: never) => unknown;
  readonly actions?: ((action: never) => object) | undefined;
  readonly serverOnly?: readonly PropertyKey[];
  readonly access?: AccessRules;
  readonly optimistic?: boolean;
  readonly version?: number;
  readonly migrate?: ((old: unknown, from: number) => unknown) | undefined;
  readonly persist?: Definition["persist"];
  readonly reflect?: readonly string[];
}

/** Enters a definition under its name. `keys` are a family's. Throws E_DUPLICATE_NAME, and E_OPTION. */
export function definitionFrom(
  name: string,
  scope: "shared" | "local",
  given: GivenOptions,
  keys?: AnyStruct,
): Definition {
  if (CHECKED) checkDefinition(keys ? "shared.family" : scope, name, given);
  const made = given.actions?.(makeAction as never);
  if (CHECKED && given.actions) checkActions(name, made, given.state);
  const { state: struct, serverOnly, optimistic = true, version = 1, persist = false, reflect = [] } = given;
  return define({
    ...(given as Omit<GivenOptions, "initial"> & Pick<Definition, "initial">),
    keys,
    name,
    scope,
    struct,
    serverOnly: new Set(serverOnly as string[] | undefined),
    actions: new Map(Object.entries(made ?? {})),
    optimistic,
    version,
    persist,
    reflect,
  } as Definition);
}

type Run = ActionDefinition["run"];

const makeAction = (structs: ActionDefinition["structs"] | Run, run?: Run): ActionDefinition =>
  run ? { structs: structs as ActionDefinition["structs"], run } : { structs: [], run: structs as Run };
