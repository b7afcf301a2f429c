/** What is read from Redis is checked like what clients send: anybody who can write there may have written it. */
import { fail } from "../../../src/errors.ts";
import { type Json, type JsonObject, plain } from "../../../src/state/json.ts";
import type { Op, Path } from "../../../src/state/ops.ts";
import {
  array,
  define,
  number,
  object,
  optional,
  record,
  refusalOf,
  string,
} from "../../../src/state/struct.ts";
import { Tree } from "../../../src/state/tree.ts";
import type { Entry, StoredState, WriterRecord } from "../backend.ts";

/** As the script `load` gives a state; an entry's fields are one name and one text, the newest entry is the first. */
export type Reply = readonly [
  epoch: string | null,
  version: string | null,
  schema: string | null,
  checkpoint: string | null,
  value: string | null,
  commit: string | null,
  entries: readonly (readonly [id: string, fields: readonly string[]])[],
  records: readonly string[],
];

export interface Loaded {
  readonly state: StoredState;
  /** The id of its last commit. */
  readonly commit: string;
  /** The version at which the whole state was written, as this JSON. */
  readonly checkpoint: number;
  readonly value: string;
  /** What stands in its log and is none of its entries. */
  readonly junk: number;
}

/** What the server writes may go as deep as a state does. */
const MAX_STEPS = 32;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const Count = define<number>("a whole number from 0", isCount);
const isPath = (value: unknown): value is Path =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= MAX_STEPS &&
  value.every((step) => typeof step === "string" || isCount(step));

/** What follows the path of an op. */
const fits = new Map<unknown, (...rest: readonly unknown[]) => boolean>([
  ["set", (...rest) => rest.length === 1],
  ["delete", (...rest) => rest.length === 0],
  ["increment", (by, ...rest) => Number.isFinite(by) && !rest.length],
  ["splice", (count, items = [], ...rest) => isCount(count) && Array.isArray(items) && !rest.length],
  ["move", (to, ...rest) => isCount(to) && !rest.length],
]);
const isOp = (value: unknown) =>
  Array.isArray(value) && isPath(value[1]) && fits.get(value[0])?.(...value.slice(2)) === true;

const StoredEntry = object({
  ops: array(define<Op>("an op", isOp)),
  at: number(),
  writer: optional(string()),
  n: optional(Count),
});
const StoredRefusal = object({
  code: string(),
  field: optional(string()),
  fields: optional(record(string(), string())),
  message: string(),
});
const StoredRecord = object({ n: Count, at: number(), refusal: optional(StoredRefusal) });

/** A reply as the state that it says. Throws E_STATE_INVALID. */
export function checked(store: string, reply: Reply): Loaded {
  try {
    return loadedOf(store, reply);
  } catch (error) {
    const message = `What Redis has of "${store}" is not as Violet writes it: ${(error as Error).message} It is left as it is.`;
    return fail("E_STATE_INVALID", { store }, { message });
  }
}

function loadedOf(store: string, reply: Reply): Loaded {
  const [epoch, , , , value, commit, logged, records] = reply;
  const [version, schema, checkpoint] = reply.slice(1, 4).map(countOf) as [number, number, number];
  must(epoch && value !== null && commit !== null && checkpoint <= version, "It lacks a field.");
  const log = entriesOf(store, version, logged);
  must(log.length >= version - checkpoint, "Its log lacks entries.");
  const later = log.slice(log.length - (version - checkpoint));
  const writers = recordsOf(records);
  const state = { epoch, version, schema, value: stateOf(store, value, later), writers, log };
  return { state, commit, checkpoint, value, junk: logged.length - log.length };
}

function must(fact: unknown, otherwise: string): asserts fact {
  if (!fact) throw new Error(otherwise);
}

/** What is wrong with it is not said: that would quote it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("A text is no JSON.");
  }
}

function countOf(text: unknown): number {
  const count = Number(text || "none");
  must(isCount(count), "A number is none.");
  return count;
}

function stateOf(store: string, text: string, later: readonly Entry[]): JsonObject {
  const value = plain(parsed(text), store);
  must(typeof value === "object" && value && !Array.isArray(value), "Its value is no object.");
  const tree = new Tree(value as JsonObject);
  for (const { ops } of later) for (const op of ops) must(tree.apply(op), "An op does not apply.");
  return tree.snapshot();
}

/** The oldest first. Those of the state have the numbers of their versions; what else is there is left out. */
function entriesOf(store: string, version: number, logged: Reply[6]): readonly Entry[] {
  const texts = new Map(logged.map(([id, fields]) => [id, fields[1]]));
  const entries: Entry[] = [];
  for (let made = version; ; made--) {
    const text = texts.get(`${made}-0`);
    if (text === undefined) return entries.reverse();
    entries.push(entryOf(store, text));
  }
}

function entryOf(store: string, text: string): Entry {
  const entry = parsed(text) as Entry;
  must(!refusalOf(StoredEntry, entry), "An entry is none.");
  return { ...entry, ops: entry.ops.map((op) => clean(op, store)) };
}

/** Values of ops, checked and copied like every value that enters a state. */
function clean(op: Op, store: string): Op {
  const where = [...op[1]];
  if (op[0] === "set") return ["set", op[1], plain(op[2], store, where)];
  if (op[0] === "splice" && op[3])
    return ["splice", op[1], op[2], op[3].map((item) => plain(item, store, where)) as Json[]];
  return op;
}

function recordsOf(fields: readonly string[]): ReadonlyMap<string, WriterRecord> {
  const records = new Map<string, WriterRecord>();
  for (let at = 0; at < fields.length; at += 2) {
    const [writer, record] = [fields[at], fields[at + 1]].map((text) => parsed(text as string));
    must(typeof writer === "string" && !refusalOf(StoredRecord, record), "A writer's record is none.");
    records.set(writer, record as WriterRecord);
  }
  return records;
}
