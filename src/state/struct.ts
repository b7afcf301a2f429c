/** Superstruct, behind one module: nothing else in Violet imports it. Only types: what runs is the app's own copy. */
import type { Struct } from "superstruct";
import { CHECKED } from "#dev";
import { fail, VioletError } from "../errors.ts";
import { typeName } from "./json.ts";
import type { Path, Step } from "./ops.ts";

// A struct's schema type parameter is invariant in practice: this is the one `any` that is needed to speak of
// "some struct" (docs/decisions/any.md).
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyStruct<T = any> = Struct<T, any>;
export type { Infer } from "superstruct";
/** What the wire's table is written in. */
export {
  any,
  array,
  define,
  dynamic,
  literal,
  min,
  number,
  object,
  optional,
  record,
  size,
  string,
  tuple,
  union,
} from "superstruct";
export type { Struct };

/**
 * What a struct refuses: where, what it wanted, and the type (never the value) of what it got. Production browsers
 * know the place alone.
 */
export interface Refusal {
  readonly path: readonly Step[];
  readonly expected?: string;
  readonly got?: string;
}

/** A way through a value: one for all of it, pushed to and popped from. */
interface Walk {
  /** Whose value it is, for messages. */
  readonly store: string;
  /** Where it is now, as superstruct tells its validators: the keys, and the values they lead through. */
  readonly path: Step[];
  readonly branch: unknown[];
  /** As far as this leads, only what stands on it is visited, where the struct says by key what that is; then all. */
  readonly way?: Path;
  readonly coerces?: boolean;
  /** What ended the walk; for those who look for it. */
  refusal?: Refusal;
}

type Fields = Record<Step, unknown>;
type Entry = readonly [Step, unknown, AnyStruct | undefined];

/**
 * A value as its struct takes it: runs the struct as superstruct's own run does, but in chosen parts, and before its
 * coercions Violet's own: text, as forms send it, for a number or a boolean. Without a struct nothing may stand there.
 * Throws E_VALIDATION for the first thing that does not fit.
 */
export function taken(struct: AnyStruct | undefined, given: unknown, walk: Walk): unknown {
  if (!CHECKED) return take(struct, given, walk);
  try {
    return take(struct, given, walk);
  } catch (error) {
    if (!(error instanceof VioletError)) refuseUnprintable(walk);
    throw error;
  }
}

function take(struct: AnyStruct | undefined, given: unknown, walk: Walk): unknown {
  if (!struct) return refuse(walk, { type: "never", message: "", value: given });
  const { path, branch, coerces } = walk;
  let value = coerces ? struct.coercer(fromText(struct.type, given), walk) : given;
  for (const failure of struct.validator(value, walk)) refuse(walk, failure);
  for (const [key, inner, its] of partsOf(struct, value as Fields, walk)) {
    path.push(key);
    branch.push(inner);
    const made = take(its as AnyStruct | undefined, inner, walk);
    path.pop();
    branch.pop();
    if (made === inner) continue;
    if (value === given) value = Array.isArray(given) ? [...given] : { ...(given as Fields) };
    (value as Fields)[key] = made;
  }
  for (const failure of struct.refiner(value, walk)) refuse(walk, failure);
  return value;
}

/** Superstruct prints what it refuses, and that throws for a value like `{ "toString": 1 }`. */
function refuseUnprintable(walk: Walk): void {
  const value = walk.branch.at(-1);
  try {
    JSON.stringify(value, (_, part: unknown) => String(part) && part);
  } catch {
    refuse(walk, { type: "", message: "", value });
  }
}

/**
 * What stands in a value; as far as the way leads, what stands at its next key, where that alone tells its struct: not in
 * a union, a record, a tuple...
 */
function partsOf(struct: AnyStruct, value: Fields, walk: Walk): Iterable<Entry> {
  const { type, schema } = struct;
  const key = walk.way?.[walk.path.length];
  const isObject = type === "object";
  // Null, where that may stand in place of an object, has no parts.
  if (!schema || value == null || !(isObject || (key !== undefined && /^(array|type)$/.test(type))))
    return struct.entries(value, walk) as Iterable<Entry>;
  // As superstruct does it, at half the cost.
  if (key === undefined) {
    const parts = Object.keys(schema).map((each): Entry => [each, value[each], schema[each]]);
    for (const each of Object.keys(value))
      if (!Object.hasOwn(schema, each)) parts.push([each, value[each], undefined]);
    return parts;
  }
  const exists = Object.hasOwn(value, key);
  const its = type === "array" ? schema : Object.hasOwn(schema, key) ? schema[key] : undefined;
  const isChecked = exists ? its || type !== "type" : its && type !== "array";
  return isChecked ? [[key, exists ? value[key] : undefined, its]] : [];
}

/** Superstruct's own messages end with the received value, which is not repeated to anybody. */
function refuse(
  walk: Walk,
  { type, message, value }: { type: string; message: string; value: unknown },
): never {
  const { store, path } = walk;
  if (CHECKED) {
    const expected = message.replace(/,? but received.*/s, "").replace(/^Expected /, "");
    walk.refusal = { path, expected: type === "never" ? "nothing here" : expected, got: typeName(value) };
  }
  return fail(
    "E_VALIDATION",
    { store, path, ...walk.refusal },
    { field: path.join("."), cause: walk.refusal },
  );
}

/** The first thing that does not fit; undefined: all does, when it is coerced if that is asked for. */
export function refusalOf(
  struct: AnyStruct | undefined,
  value: unknown,
  coerces = false,
): Refusal | undefined {
  const walk: Walk = { store: "", path: [], branch: [value], coerces };
  try {
    taken(struct, value, walk);
  } catch (error) {
    if (!walk.refusal) throw error;
  }
  return walk.refusal;
}

const booleans = ["false", "off", "true", "on"];

function fromText(type: string, text: unknown): unknown {
  if (typeof text !== "string") return text;
  if (type === "boolean") return booleans.includes(text) ? booleans.indexOf(text) > 1 : text;
  const isNumber = (type === "number" || type === "integer") && text.trim() && Number.isFinite(Number(text));
  return isNumber ? Number(text) : text;
}
