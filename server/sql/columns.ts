/** The columns of a table, as the struct of its rows says them, and their values on both sides. */
import { isDeepStrictEqual } from "node:util";
import { fail } from "../../src/errors.ts";
import { isNode, type Json } from "../../src/state/json.ts";
import type { AnyStruct } from "../../src/state/struct.ts";

/** How a column is stored: "json" is text in SQLite and `jsonb` in PostgreSQL. */
export type ColumnType = "integer" | "number" | "boolean" | "text" | "json";

/** Which database it is: they store a part of the types in their own ways. */
export type DialectName = "sqlite" | "postgres";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly struct: AnyStruct;
  /** It may be NULL: null in a row where its struct takes that, else left out. */
  readonly isNullable: boolean;
  readonly nullIs: null | undefined;
}

const OF_STRUCTS: Readonly<Record<string, ColumnType>> = {
  integer: "integer",
  number: "number",
  boolean: "boolean",
  string: "text",
  ...Object.fromEntries(
    ["any", "array", "dynamic", "lazy", "object", "record", "tuple", "type", "union", "unknown"].map(
      (type) => [type, "json"] as const,
    ),
  ),
};

/** Throws E_OPTION for a struct that does not say how its column is stored. */
export function columnOf(name: string, struct: AnyStruct, given: ColumnType | undefined): Column {
  const type =
    given ??
    typeOf(struct) ??
    fail("E_OPTION", {
      name: `model: columns.${name}`,
      expected: "a type",
      hint: `"${struct.type}" does not say one: integer, number, boolean, text or json.`,
    });
  const nullIs = struct.is(null) ? null : undefined;
  return { name, type, struct, isNullable: struct.is(nullIs), nullIs };
}

/** Of a choice the type that all its values have. */
function typeOf({ type, schema }: AnyStruct): ColumnType | undefined {
  if (type !== "enums" && type !== "literal") return OF_STRUCTS[type];
  const values: unknown[] = isNode(schema) ? Object.values(schema) : [schema];
  const fits = (is: (value: unknown) => boolean) => values.every(is);
  if (fits((value) => typeof value === "string")) return "text";
  if (fits((value) => typeof value === "boolean")) return "boolean";
  return fits(Number.isInteger) ? "integer" : "number";
}

/** A value as the database takes it. Throws E_VALIDATION for a whole number that could not be read again. */
export function encoded({ name, type }: Column, value: Json | undefined, dialect: DialectName): unknown {
  if (value === undefined || value === null) return null;
  if (type === "integer" && !Number.isSafeInteger(value)) refuseInteger(name);
  if (type === "json") return JSON.stringify(value);
  return type === "boolean" && dialect === "sqlite" ? Number(value) : value;
}

function refuseInteger(name: string): never {
  const refusal = { path: [name], expected: "a whole number of up to 15 digits" };
  return fail("E_VALIDATION", refusal, { field: name, cause: refusal });
}

/** A value as rows have it. What does not fit is left as it is: the struct says so. */
export function decoded({ type, nullIs }: Column, value: unknown, dialect: DialectName): unknown {
  if (value === null || value === undefined) return nullIs;
  if (value instanceof Date) return value.toISOString();
  if (type === "boolean" && (value === 0 || value === 1)) return value === 1;
  // Numbers may be longer than PostgreSQL's client, or SQLite's thread, takes them to be.
  const number = typeof value === "string" || typeof value === "bigint" ? Number(value) : undefined;
  if (type === "number" && number !== undefined) return number;
  if (type === "integer" && Number.isSafeInteger(number)) return number;
  if (type === "json" && dialect === "sqlite" && typeof value === "string") return parsed(value);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether two values of a column are the same, whatever the order of their keys. */
export const isSame = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, b);
