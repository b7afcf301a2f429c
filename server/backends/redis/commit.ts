import type { RedisValue } from "ioredis";
import type { Commit, Entry, WriterRecord } from "../backend.ts";

/** An entry that makes a version. */
export interface Row {
  /** JSON, for `count` ops. */
  readonly ops: string;
  readonly count: number;
  /** The whole entry, as JSON. */
  readonly text: string;
}

export interface CommitOptions {
  readonly rows: readonly Row[];
  readonly now: number;
  /** The id of the commit that it follows; "" where that is not known. */
  readonly known: string;
  readonly id: string;
  /** The whole state after it, where it is a checkpoint. */
  readonly value: string | undefined;
}

export const rowsOf = (entries: readonly Entry[]): readonly Row[] =>
  entries.filter(({ ops }) => ops.length).map(rowOf);

function rowOf({ ops, ...by }: Entry): Row {
  const text = JSON.stringify(ops);
  const { writer, n, at } = by;
  return {
    ops: text,
    count: ops.length,
    text: `{"ops":${text},${JSON.stringify({ at, writer, n }).slice(1)}`,
  };
}

/** What the script `commit` takes. */
export function argumentsOf(commit: Commit, options: CommitOptions): readonly RedisValue[] {
  const { epoch, version, schema, until = "", forgotten } = commit;
  const { rows, now, known, id, value = "" } = options;
  const records = recordsOf(commit.entries);
  return [
    ...[now, epoch, version, version + rows.length, schema, known, id, until, value],
    ...[rows.length, records.size, forgotten.length],
    ...rows.map(({ text }) => text),
    ...[...records].flatMap(([writer, record]) => [JSON.stringify(writer), JSON.stringify(record)]),
    ...forgotten.map((writer) => JSON.stringify(writer)),
  ];
}

function recordsOf(entries: readonly Entry[]): ReadonlyMap<string, WriterRecord> {
  const records = new Map<string, WriterRecord>();
  for (const { writer, n, at, refusal } of entries)
    if (writer !== undefined && n !== undefined) records.set(writer, { n, at, ...(refusal && { refusal }) });
  return records;
}
