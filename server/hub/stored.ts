/** What was stored by another run of the app, maybe with another definition. */
import { fail } from "../../src/errors.ts";
import type { Definition } from "../../src/state/definition.ts";
import { refusalOf } from "../../src/state/struct.ts";
import type { StoredState } from "../backends/backend.ts";
import type { Authority } from "./authority.ts";

/** As the definition of today has it. */
export function migrated(definition: Definition, stored: StoredState): StoredState;
export function migrated(definition: Definition, stored: StoredState | undefined): StoredState | undefined;
export function migrated(definition: Definition, stored: StoredState | undefined): StoredState | undefined {
  if (!stored || stored.schema === definition.version || !definition.migrate) return stored;
  return {
    ...stored,
    value: definition.migrate(stored.value, stored.schema) as StoredState["value"],
    schema: definition.version,
    // They made a state of the older shape.
    log: [],
  };
}

/** A stored state that its struct refuses stops its store, and is never overwritten. Throws E_STATE_INVALID, E_VALIDATION. */
export function checkState(
  { definition, name, tree, boxed }: Authority,
  stored: StoredState | undefined,
): void {
  const refusal = definition.struct && refusalOf(definition.struct, boxed ? tree.root.value : tree.root);
  if (refusal) fail(stored ? "E_STATE_INVALID" : "E_VALIDATION", { store: name, ...refusal });
}
