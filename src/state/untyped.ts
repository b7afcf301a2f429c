/**
 * Stores that no module of the page defines: plain HTML names them, and the server tells what they are. Nothing is
 * checked or predicted here; the names of their actions come with the subscription.
 */
import type { ActionDefinition, Definition } from "./definition.ts";
import type { AnyStruct } from "./struct.ts";

/** A message's call has at most so many arguments. */
const MAX_ARGUMENTS = 32;

/** Superstruct's `any()`: a plain page need not load superstruct for it. */
const anything = {
  type: "any",
  schema: null,
  coercer: (value: unknown) => value,
  validator: () => [],
  refiner: () => [],
  entries: () => [],
} as unknown as AnyStruct;

const action: ActionDefinition = { structs: Array.from({ length: MAX_ARGUMENTS }, () => anything), run() {} };

/**
 * A shared store by its wire name, `room/42` too. It is not entered under that name: a module that comes late still
 * defines its own.
 */
export function untyped(name: string): Definition {
  const actions = new Map<string, ActionDefinition>();
  return {
    name,
    scope: "shared",
    keys: undefined,
    struct: undefined,
    initial: () => ({}),
    serverOnly: new Set(),
    actions,
    access: undefined,
    optimistic: false,
    version: 1,
    migrate: undefined,
    persist: false,
    reflect: [],
    named(names) {
      for (const name of names) actions.set(name, action);
    },
  };
}
