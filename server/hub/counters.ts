import type { ErrorCode } from "../../src/errors.ts";
import { closeCodes } from "../../src/wire/close-codes.ts";

/** `lost`: the connection ended without a close code of ours. */
type CloseName = keyof typeof closeCodes | "lost";

/** What happened since the start of an app. Plain numbers: to look at, and to export as metrics. */
export interface Counters {
  connections: number;
  /** Subscriptions answered with what was missed alone. */
  resumes: number;
  /** Subscriptions answered with the whole state. */
  snapshots: number;
  /** Subscriptions of pages that knew another epoch: the store's history broke. */
  epochs: number;
  /** Subscriptions of pages that were subscribed: they missed something. */
  gaps: number;
  /** Batches that came again, and were not applied again. */
  duplicates: number;
  /** Patches that were left out for a page that reads too slowly. */
  drops: number;
  /** Times that a connection was not read from, because too many of its messages waited. */
  pauses: number;
  /** The most bytes that ever waited for one socket. */
  queuedBytes: number;
  /** Errors that were sent, by their code. */
  readonly errors: { [Code in ErrorCode]?: number };
  /** Connections that ended, by the name of the close code. */
  readonly closes: { [Name in CloseName]?: number };
}

export type Counted = "resumes" | "snapshots" | "epochs" | "gaps" | "duplicates" | "drops" | "pauses";

export const newCounters = (): Counters => ({
  connections: 0,
  resumes: 0,
  snapshots: 0,
  epochs: 0,
  gaps: 0,
  duplicates: 0,
  drops: 0,
  pauses: 0,
  queuedBytes: 0,
  errors: {},
  closes: {},
});

const names = new Map<number, CloseName>(
  Object.entries(closeCodes).map(([name, code]) => [code, name as CloseName]),
);

export function countClose({ closes }: Counters, code: number): void {
  const name = names.get(code) ?? "lost";
  closes[name] = (closes[name] ?? 0) + 1;
}

export function countError({ errors }: Counters, code: ErrorCode): void {
  errors[code] = (errors[code] ?? 0) + 1;
}
