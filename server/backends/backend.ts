import type { Json, JsonObject } from "../../src/state/json.ts";
import type { Op } from "../../src/state/ops.ts";

/** Why a batch was refused. Its writer has to be able to learn it again: the number stays taken. */
export interface RefusedWrite {
  readonly code: string;
  readonly field?: string | undefined;
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
  /**
   * The whole state after the entries. It is to be called before anything is waited for: later it is another one.
   * A backend that stores ops calls it at checkpoints only.
   */
  value(): Json;
}

/**
 * Where states live. All calls are asynchronous. The value and the dedupe records are committed together: that
 * is what makes an effect happen exactly once.
 */
export interface Backend {
  /** What an acknowledgement survives: "volatile" nothing, "process" the end of this process. */
  readonly durability: "volatile" | "process";
  /** The state of a store, or undefined when nothing was ever written to it. */
  load(store: string): Promise<StoredState | undefined>;
  /** Rejects with E_UNAVAILABLE where storage does not answer; then nothing of it is stored. */
  commit(commit: Commit): Promise<void>;
  close(): Promise<void>;
}
