/**
 * What a form says by leaving out. It sends no box that is not ticked, a list of one as that one, and a field that is
 * empty as an empty text: arguments of callbacks that do not fit as they came are taken so.
 */
import { type AnyStruct, refusalOf } from "../../src/state/struct.ts";

/** The arguments, with the fields in them as their structs can take them. */
export const fromFields = (structs: readonly AnyStruct[], args: readonly unknown[]): unknown[] =>
  Array.from({ length: Math.max(structs.length, args.length) }, (_, index) => {
    const struct = structs[index];
    return struct ? fromField(struct, args[index]) : args[index];
  });

function fromField(struct: AnyStruct, given: unknown): unknown {
  if (struct.type === "object" && isRecord(struct.schema) && isRecord(given)) {
    const own = Object.entries(struct.schema).map(([name, its]) => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      return [name, fromField(its as AnyStruct, value)] as const;
    });
    const all = Object.entries({ ...given, ...Object.fromEntries(own) });
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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
