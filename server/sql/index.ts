/** `violet-live/sql`: rows of a database in the state of live components. */
export type { ColumnType } from "./columns.ts";
export { type Database, type DatabaseOptions, database, type NewRow, type Where } from "./database.ts";
export type { Migrations } from "./migrations.ts";
export { type Model, type ModelOptions, model, type RowState } from "./model.ts";
export { type PersistentOptions, persistent, save } from "./persistent.ts";
export type { AnyTables } from "./table.ts";
export { createTable, watchTable } from "./tables.ts";
