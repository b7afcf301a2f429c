/**
 * What a form says by leaving out. It sends no box that is not ticked, a list of one as that one, and a field that is
 * empty as an empty text: arguments of callbacks that do not fit as they came are taken so. What does not fit even then is
 * told of all fields at once.
 */
import { VioletError } from "../../src/errors.ts";
import { type AnyStruct, type Refusal, refusalOf } from "../../src/state/struct.ts";
import { takeArguments } from "../../src/state/validation.ts";
import { sentenceOf } from "./failure.ts";

/**
 * Arguments as their callback takes them, and fields by their structs. Throws E_VALIDATION, with all fields that do not fit:
 * of an argument that is a form's fields by their names, else by the argument's number.
 */
export function takeFields(
  structs: readonly AnyStruct[],
  args: readonly unknown[],
  where: string,
): unknown[] {
  const given = fromFields(structs, args);
  try {
    return takeArguments(structs, given, where);
  } catch (error) {
    throw error instanceof VioletError && error.code === "E_VALIDATION"
      ? refused(error, structs, given)
      : error;
  }
}

function refused(error: VioletError, structs: readonly AnyStruct[], args: readonly unknown[]): VioletError {
  const refusals = structs.flatMap((struct, index) => refusalsOf(struct, args[index], `${index}`));
  const [first] = refusals[0] ?? [];
  // A rule of the whole form is of no field; what no struct speaks of is told by the first error alone.
  const [index, ...inside] = (error.field as string).split(".");
  const isForm = structs[Number(index)]?.type === "object";
  const field = first ?? (isForm ? inside.join(".") || undefined : error.field);
  const { message, cause } = error;
  return new VioletError(
    "E_VALIDATION",
    {},
    { message, cause, field, ...(first && { fields: Object.fromEntries(refusals) }) },
  );
}

function refusalsOf(struct: AnyStruct, given: unknown, at: string): (readonly [string, string])[] {
  const told = (refusal: Refusal | undefined, steps: readonly string[]) =>
    refusal ? [[[...steps, ...refusal.path].join("."), sentenceOf(refusal)] as const] : [];
  const fields = fieldsOf(struct, given);
  if (!fields) return told(refusalOf(struct, given, true), [at]);
  return fields.flatMap(([name, its, value]) => told(refusalOf(its, value, true), [name]));
}

const fromFields = (structs: readonly AnyStruct[], args: readonly unknown[]): unknown[] =>
  Array.from({ length: Math.max(structs.length, args.length) }, (_, index) => {
    const struct = structs[index];
    return struct ? fromField(struct, args[index]) : args[index];
  });

function fromField(struct: AnyStruct, given: unknown): unknown {
  const fields = fieldsOf(struct, given);
  if (fields) {
    const own = fields.map(([name, its, value]) => [name, fromField(its, value)] as const);
    const all = Object.entries({ ...(given as object), ...Object.fromEntries(own) });
    return Object.fromEntries(all.filter(([, value]) => value !== undefined));
  }
  if (!refusalOf(struct, given, true)) return given;
  // JSON has no other way to leave out an argument before others.
  const value = given ?? undefined;
  const isEmpty = value === undefined || value === "";
  if (struct.type === "array" && !Array.isArray(value)) return isEmpty ? [] : [value];
  if (struct.type === "boolean" && value === undefined) return false;
  return isEmpty && !refusalOf(struct, undefined, true) ? undefined : value;
}

/** The fields of a form, where that is what the argument is to be: each with its struct. */
function fieldsOf(
  { type, schema }: AnyStruct,
  given: unknown,
): (readonly [name: string, struct: AnyStruct, value: unknown])[] | undefined {
  if (type !== "object" || !isRecord(schema) || !isRecord(given)) return undefined;
  return Object.entries(schema as Record<string, AnyStruct>).map(([name, struct]) => [
    name,
    struct,
    Object.hasOwn(given, name) ? given[name] : undefined,
  ]);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
