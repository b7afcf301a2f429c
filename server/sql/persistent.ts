import { fail, VioletError } from "../../src/errors.ts";
import type { App } from "../app.ts";
import { type Source, source } from "../live/bound.ts";
import { currentApp, currentScope } from "../scope.ts";
import { Binding, bindingOf } from "./binding.ts";
import { RowDatabase, type Where } from "./database.ts";
import type { Model, RowState } from "./model.ts";

export interface PersistentOptions {
  /**
   * When what is written is saved. 0: with the call that wrote it, which is answered when that is committed. Milliseconds:
   * at most so long after the change, which is answered at once. False: by `save(row)` alone. Default 0.
   */
  readonly autosaveMs?: number | false;
}

/**
 * Binds a part of a live component's state to a row: in `initial`, awaited, and put into the state as it is. `where` finds
 * it by its columns, all together. It is loaded once for all who show it, checked by its struct, saved when a callback
 * or a bound field writes it, and shown anew when anybody else does. Rejects with E_NOT_FOUND, E_STATE_INVALID,
 * E_UNAVAILABLE, E_VALIDATION, and E_OPTION (no database, several rows, elsewhere than in `initial`). Runs on the server.
 *
 *     initial: async ({ session }) => ({ profile: await persistent(profiles, { id: session.user.id }), note: "" }),
 */
export async function persistent<R, K extends PropertyKey, H extends PropertyKey>(
  model: Model<R, K, H>,
  where: Where<R>,
  { autosaveMs = 0 }: PersistentOptions = {},
): Promise<RowState<R, K, H>> {
  const app = currentApp("persistent()");
  try {
    if (autosaveMs !== false && !(autosaveMs >= 0))
      fail("E_OPTION", { name: "persistent: autosaveMs", expected: "milliseconds from 0, or false" });
    const database = databaseOf(app);
    if (!currentScope()?.isInitial)
      fail("E_OPTION", {
        name: "persistent()",
        expected: "to be called in the initial of a live component",
        hint: "Elsewhere a row is read by db.find().",
      });
    const { table, rows } = await database.table(model);
    const conditions = table.model.conditions(where);
    const row = await rows.find(table, conditions);
    const bound: Source = { bind: (place) => new Binding(rows, row, place, { conditions, autosaveMs }) };
    return { ...table.model.shown(row.value), [source]: bound } as unknown as RowState<R, K, H>;
  } catch (error) {
    if (isOurs(error)) app.report(error, "a row is not shown");
    throw error;
  }
}

/** Nobody else would hear of it: the page is told the code alone. */
const isOurs = (error: unknown): boolean =>
  error instanceof VioletError && (error.code === "E_STATE_INVALID" || error.code === "E_OPTION");

function databaseOf({ settings: { database } }: App): RowDatabase {
  if (database instanceof RowDatabase) return database;
  return fail("E_OPTION", {
    name: "database",
    expected: 'database("app.db") in violet({ database })',
    got: "none",
  });
}

/**
 * Saves now what was written to a row and is not saved yet: `await save(state.profile)`. Rejects where it cannot be saved;
 * a callback that lets that through is refused, and shows the row as it is. E_CONFLICT, E_NOT_FOUND, E_READ_ONLY,
 * E_STATE_INVALID, E_UNAVAILABLE, E_UNDECIDED, E_VALIDATION; E_OPTION for what is no row in the state of a live component.
 */
export async function save(row: object): Promise<void> {
  const binding = bindingOf(row);
  if (!binding) fail("E_OPTION", { name: "save(row)", expected: "a row in the state of a live component" });
  await binding.save();
}
