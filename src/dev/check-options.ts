/** The check of options, for those whom no compiler tells. It runs on the server and in development builds. */
import { fail } from "../errors.ts";
import { typeName } from "../state/json.ts";
import type { AnyStruct } from "../state/struct.ts";

/** Whether a value will do, and what is expected where it will not. */
export type Check = readonly [check: (value: unknown) => boolean, expected: string];

export const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
export const isList = (of: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(of);
export const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isFunction = (value: unknown): boolean => typeof value === "function";
export const isStruct = (value: unknown): boolean =>
  isFunction((value as Partial<AnyStruct> | null | undefined)?.validator);

export const aFunction: Check = [isFunction, "a function"];
export const aFlag: Check = [(value) => typeof value === "boolean", "true or false"];
export const aStruct: Check = [isStruct, "a struct"];

/** The keys that a struct of an object names: there may be others. */
export const namedIn = ({ type, schema }: AnyStruct): readonly string[] | undefined =>
  /^(object|type)$/.test(type) && schema ? Object.keys(schema) : undefined;

/** The keys of a state, a struct's that names them all; undefined where it does not say. What is no object has `value`. */
export function keysOf(struct: AnyStruct): readonly string[] | undefined {
  const { type } = struct;
  // A state that may be null stands under `value` while it is.
  if (type === "object" && !struct.is(null)) return namedIn(struct);
  return /^(array|tuple|string|number|integer|boolean|enums|literal)$/.test(type) ? ["value"] : undefined;
}

/** An option that is `undefined` counts as not given. */
export const given = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;

/** Throws E_OPTION: with the type of what was got, never the value. */
export const refuseOption = (name: string, expected: string, got: unknown): never =>
  fail("E_OPTION", { name, expected, got: typeName(got) });

/** Throws E_OPTION for options that are no object, and for one that is unknown, of the wrong kind, or missing. */
export function verify(
  options: unknown,
  by: Readonly<Record<string, Check>>,
  prefix = "",
  required: readonly string[] = [],
): void {
  if (!isObject(options)) return refuseOption(ownName(prefix), "an object", options);
  const missing = Object.fromEntries(required.map((name) => [name, undefined]));
  for (const [name, value] of Object.entries({ ...missing, ...given(options) })) {
    if (!Object.hasOwn(by, name)) fail("E_OPTION", { name: prefix + name, hint: "There is no such option." });
    must(prefix + name, value, by[name] as Check);
  }
}

/** Throws E_OPTION for what is not as its check says: an option, or an argument. */
export function must(name: string, value: unknown, [check, expected]: Check): void {
  if (!check(value)) refuseOption(name, expected, value);
}

const DECLARED = "a function, and before it a list of structs where it takes arguments";

/** Throws E_OPTION where arguments are declared by something else than a list of structs, or nothing takes them. */
export function checkDeclared(name: string, structs: unknown, run: unknown): void {
  if (!isList(isStruct)(structs)) refuseOption(name, DECLARED, structs);
  if (!isFunction(run)) refuseOption(name, DECLARED, run);
}

/** Throws E_OPTION for an object of a class: what that has is seen here, and not by who copies the options. */
export function mustBePlain(options: object, name: string): void {
  const kind: unknown = Object.getPrototypeOf(options);
  if (kind !== Object.prototype && kind !== null)
    refuseOption(name, "a plain object, whose properties are its own", options);
}

/** What holds the options: `chat: access` where they are `chat: access.read`. */
export const ownName = (prefix: string): string => prefix.replace(/[.:] ?$/, "") || "options";
