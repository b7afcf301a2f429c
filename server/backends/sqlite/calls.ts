/** What a file's thread is asked, and what it answers. Values and ops are JSON: texts cost least to hand over. */
import type { Entry, RefusedWrite, Revocation, WriterRecord } from "../backend.ts";

export interface EntryRow extends Omit<Entry, "ops"> {
  readonly ops: string;
  /** How many ops. */
  readonly count: number;
  readonly refusal?: RefusedWrite | undefined;
}

export interface CommitRow {
  readonly kind: "commit";
  readonly store: string;
  readonly epoch: string;
  readonly version: number;
  readonly schema: number;
  readonly until: number | undefined;
  readonly entries: readonly EntryRow[];
  readonly forgotten: readonly string[];
  /** The whole state after the entries, where this commit is a checkpoint. */
  readonly value: string | undefined;
}

export type Write =
  | CommitRow
  | { readonly kind: "extend"; readonly stores: readonly string[]; readonly until: number }
  | { readonly kind: "delete"; readonly stores: readonly string[] }
  | ({ readonly kind: "revoke" } & Revocation);

/** What a write of a stored group came to. */
export type Outcome = "stored" | "conflict";

export interface LoadedState {
  readonly epoch: string;
  readonly version: number;
  readonly schema: number;
  /** The state at the version `checkpoint`. */
  readonly value: string;
  readonly checkpoint: number;
  readonly writers: readonly (readonly [writer: string, record: WriterRecord])[];
  /** The newest ones; the last is the one that made `version`. */
  readonly entries: readonly EntryRow[];
}

/** Each is given what time it is, in milliseconds since 1970. */
export interface Calls {
  load(argument: { readonly store: string; readonly now: number }): LoadedState | undefined;
  /** All of them, or none where it throws; those that do not fit what is stored are left out. */
  write(argument: { readonly writes: readonly Write[]; readonly now: number }): readonly Outcome[];
  revoked(argument: { readonly now: number }): readonly Revocation[];
  /** Throws where nothing can be written. */
  check(): void;
  /** Removes some of what is over; whether there may be more. */
  sweep(argument: { readonly now: number }): boolean;
  close(): void;
}

/** What the thread tells of an error. */
export interface FileFault {
  readonly code: "E_OPTION" | "E_UNAVAILABLE";
  readonly message: string;
}

/** What a thread is started with. */
export interface FileOptions {
  readonly path: string;
  readonly maxBytes: number | undefined;
}
