import type { FieldMessages } from "../../src/errors.ts";
import type { Json, JsonObject } from "../../src/state/json.ts";
import type { Op } from "../../src/state/ops.ts";

/** Why a batch was refused. Its writer has to be able to learn it again: the number stays taken. */
export interface RefusedWrite {
  readonly code: string;
  readonly field?: string | undefined;
  readonly fields?: FieldMessages | undefined;
  readonly message: string;
}

/** One batch, as it is committed. A refused one, or one that changed nothing, has no ops and makes no version. */
export interface Entry {
  readonly ops: readonly Op[];
  /** Who wrote it and under which number; undefined: the server's own code. */
  readonly writer?: string | undefined;
  readonly n?: number | undefined;
  readonly refusal?: RefusedWrite | undefined;
  /** When it was taken, in milliseconds since 1970. */
  readonly at: number;
}

/** The last number taken from a writer, and when; with `refusal` that batch was refused. */
export interface WriterRecord {
  readonly n: number;
  readonly at: number;
  readonly refusal?: RefusedWrite | undefined;
}

export interface StoredState {
  readonly epoch: string;
  readonly version: number;
  readonly value: JsonObject;
  /** The definition's `version` that the value was written with. */
  readonly schema: number;
  readonly writers: ReadonlyMap<string, WriterRecord>;
  /**
   * The newest of the entries that made its versions, the oldest of them first: what pages that were away can still be
   * sent. As many as the backend has.
   */
  readonly log: readonly Entry[];
}

export interface Commit {
  readonly store: string;
  readonly epoch: string;
  /** The version that the entries follow; another one in storage is a conflict. */
  readonly version: number;
  readonly schema: number;
  readonly entries: readonly Entry[];
  /** Writers whose records have had their time: they go first, then come the entries. */
  readonly forgotten: readonly string[];
  /** The state ends at this time, in milliseconds since 1970, or when `extend` says. Undefined: never. */
  readonly until?: number | undefined;
  /**
   * The whole state after the entries. It is to be called before anything is waited for: later it is another one.
   * A backend that stores ops calls it at checkpoints only.
   */
  value(): Json;
}

/** What an acknowledgement survives: nothing; the end of this process; a loss of power too. */
export type Durability = "volatile" | "process" | "power";

/** A session that was ended by the app. Its cookies are refused until the last of them is no longer valid. */
export interface Revocation {
  readonly session: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly until: number;
}

/**
 * Where states live. All calls are asynchronous, and reject with E_UNAVAILABLE where storage does not answer in time,
 * or has no room. The value and the dedupe records are committed together: that is what makes an effect happen exactly once.
 * Calls for one store are made one after another, those for different stores at the same time.
 */
export interface Backend {
  /** What the log calls it: `memory`, `sqlite data/states.db`. No credentials. */
  readonly name: string;
  readonly durability: Durability;
  /** The state of a store, or undefined when nothing was ever written to it, or its time is over. */
  load(store: string): Promise<StoredState | undefined>;
  /**
   * Stores all of it, or nothing: with E_RESYNC where another epoch or version is stored than it says. After E_UNAVAILABLE
   * it may be stored all the same; the next commit then finds another version. A state without entries begins.
   */
  commit(commit: Commit): Promise<void>;
  /** States that have an end go on until then, in milliseconds since 1970; those that are over are not brought back. */
  extend(stores: readonly string[], until: number): Promise<void>;
  /** These states are over. */
  delete(stores: readonly string[]): Promise<void>;
  revoke(revocation: Revocation): Promise<void>;
  /** All revocations whose time is not over. */
  revoked(): Promise<readonly Revocation[]>;
  /**
   * Calls `changed` after another process has committed to the store, once for many commits where they come at once, until
   * the function that it gives back is called; with nothing where there is another state, or none, in place of the one that
   * was known. A backend of one process has none.
   */
  watch?(
    store: string,
    changed: (stored: { epoch: string; version: number } | undefined) => void,
  ): () => void;
  /** Resolves while it takes commits. */
  check(): Promise<void>;
  close(): Promise<void>;
}
