import type { Dialect as KyselyDialect } from "kysely";
import type { DialectName } from "./columns.ts";

/** What an error of a database means. */
export type Fault =
  /** Nothing was done, and it may go well a moment later. */
  | { readonly kind: "busy" }
  /** Whether it was done nobody knows. */
  | { readonly kind: "lost" }
  /** A constraint, or a value that a column does not take. `columns`: as far as the database says which. */
  | { readonly kind: "refused"; readonly why: Refused; readonly columns: readonly string[] };

export type Refused = "taken" | "missing" | "unknown" | "wrong";

/** A row that somebody wrote; without `key`, some of this table; without anything, some of any. */
export interface Written {
  readonly table?: string;
  readonly key?: readonly unknown[];
  readonly version?: number;
}

/** A kind of database. */
export interface Dialect {
  readonly name: DialectName;
  /** Which database, for messages. No credentials. */
  readonly title: string;
  /** So often it is looked for what others wrote, unless something else is asked for. */
  readonly pollMs: number;
  open(): KyselyDialect;
  /** Undefined: the error is in the query, or not the database's. */
  faultOf(error: unknown): Fault | undefined;
  /** Hears at once of what others write, where the database tells that. Gives the function that ends it. */
  listen?(heard: (written: Written) => void): () => Promise<void>;
  /** Gives something else than before where somebody may have written since; where a look costs less than to compare. */
  readonly changes?: string;
}
