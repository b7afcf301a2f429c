/** What was stored by another run of the app, maybe with another definition. */
import { fail } from "../../src/errors.ts";
import { type Definition, wireName } from "../../src/state/definition.ts";
import { isNode, type JsonObject, plain } from "../../src/state/json.ts";
import { refusalOf } from "../../src/state/struct.ts";
import type { StoredState } from "../backends/backend.ts";
import type { Authority } from "./authority.ts";

/** As the definition of today has it. Throws E_STATE_INVALID, also for what a later version stored: nobody knows what that is. */
export function migrated(definition: Definition, key: string | undefined, stored: StoredState): StoredState {
  const { version, migrate } = definition;
  const { schema, value } = stored;
  const store = wireName(definition, key);
  if (schema > version)
    fail("E_STATE_INVALID", { store, expected: `version ${version} or older`, got: `version ${schema}` });
  if (schema === version || !migrate) return stored;
  const initial = definition.initial(key);
  const isBoxed = !isNode(initial) || Array.isArray(initial);
  try {
    const made = plain(migrate(isBoxed && "value" in value ? value.value : value, schema), store);
    // Older entries made a state of the older shape.
    return { ...stored, value: (isBoxed ? { value: made } : made) as JsonObject, schema: version, log: [] };
  } catch (cause) {
    return fail("E_STATE_INVALID", { store }, { cause });
  }
}

/** A stored state that its struct refuses stops its store, and is never overwritten. Throws E_STATE_INVALID, E_VALIDATION. */
export function checkState(
  { definition, name, tree, boxed }: Authority,
  stored: StoredState | undefined,
): void {
  const refusal = definition.struct && refusalOf(definition.struct, boxed ? tree.root.value : tree.root);
  if (refusal) fail(stored ? "E_STATE_INVALID" : "E_VALIDATION", { store: name, ...refusal });
}
