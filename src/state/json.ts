import { CHECKED } from "#dev";
import { fail } from "../errors.ts";
import { MAX_KEY_LETTERS } from "../wire/protocol.ts";
import type { Step } from "./ops.ts";

/** What state is made of. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** An object or a list, to be read only. */
export type Node = Readonly<Record<Step, Json>>;

export const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

/** State nests at most so deep; this is also what ends a cycle. */
const maxDepth = 32;

/** They name parts of JavaScript's own objects. */
export const unsafeKeys: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
  "then",
  "toJSON",
]);

/** Whether a key may stand in state: it is none of these, and short enough to travel. */
export const isSafeKey = (key: Step): boolean =>
  !unsafeKeys.has(key as string) && !((key as string).length > MAX_KEY_LETTERS);

/** Throws E_BAD_KEY for a step of a path that is not a safe key. */
export function checkKey(key: Step, where: string, path: readonly Step[] = [key]): void {
  if (!isSafeKey(key)) fail("E_BAD_KEY", { store: where, path });
}

/** The type of any value in a word, for messages: never the value itself. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object") return typeof value;
  const name = Array.isArray(value) ? "array" : Object.getPrototypeOf(value)?.constructor?.name;
  return name === undefined || name === "Object" ? "object" : name;
}

/**
 * Copies a value into plain JSON and checks it in the same walk, so that nobody outside holds a part of the
 * state. `where` (a store's name) and `path` say in messages where the value was going to stand; the path counts
 * towards the depth. Handles may be given: they are only read. Runs everywhere.
 *
 * Throws E_NOT_JSON (undefined, functions, NaN, Date, Map, cycles, sparse arrays...), E_UPLOAD for a file, and E_BAD_KEY.
 */
export function plain(value: unknown, where: string, path: Step[] = []): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  // Adding 0 turns -0 into 0.
  if (Number.isFinite(value)) return (value as number) + 0;
  if (!isNode(value) || path.length >= maxDepth || !isPlain(value)) return refuse(value, where, path);
  const isList = Array.isArray(value);
  const copied: Record<Step, Json> = isList ? ([] as never) : {};
  // By index: a hole reads as undefined and is refused.
  for (const key of isList ? value.keys() : Object.keys(value)) {
    path.push(key);
    checkKey(key, where, path);
    copied[key] = plain(value[key], where, path);
    path.pop();
  }
  return copied as Json;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return Array.isArray(value) || !prototype || prototype === Object.prototype;
}

function refuse(value: unknown, where: string, path: readonly Step[]): never {
  if (value instanceof Blob) fail("E_UPLOAD", { store: where, path }, { field: path.join(".") });
  if (!CHECKED) return fail("E_NOT_JSON", { store: where, path });
  const expected = path.length < maxDepth ? "plain JSON" : `at most ${maxDepth} levels, without cycles`;
  return fail("E_NOT_JSON", { store: where, path, expected, got: typeName(value) });
}

/** The sum of two numbers; undefined where that is no number to keep. */
export function sum(a: unknown, b: unknown): number | undefined {
  // Nothing else is added, not even to see what comes out: an object from a page may throw.
  const total = [a, b].every(Number.isFinite) && (a as number) + (b as number);
  return Number.isFinite(total) ? (total as number) : undefined;
}
