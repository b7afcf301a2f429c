/** What somebody is told of a callback that failed. */
import { type ErrorCode, type FieldMessages, VioletError } from "../../src/errors.ts";
import type { Refusal } from "../../src/state/struct.ts";
import { toldByApps } from "../calls/told.ts";

export interface Failure {
  readonly code: ErrorCode;
  /** The field of the form, or the place in the state: the first one. */
  readonly field: string | undefined;
  /** What is wrong with each, where all are known. */
  readonly fields?: FieldMessages | undefined;
  /** For people. */
  readonly message: string;
}

/** With what Violet itself says of a call. */
const told: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...toldByApps,
  "E_CONFLICT",
  "E_NOT_FOUND",
  "E_RATE",
  "E_STORE_FULL",
  "E_UNDECIDED",
  "E_UNKNOWN_CALLABLE",
]);

export const isTold = (error: unknown): error is VioletError =>
  error instanceof VioletError && told.has(error.code);

/** Of an error of the app's own nobody learns more than that there was one. */
export function failureOf(error: unknown): Failure {
  const { code, field, fields, message, cause } = isTold(error) ? error : new VioletError("E_INTERNAL");
  const refusal = code === "E_VALIDATION" ? (cause as Refusal | undefined) : undefined;
  return {
    code,
    field: field ?? Object.keys(fields ?? {})[0],
    fields,
    message: refusal?.expected ? sentenceOf(refusal) : message.replace(`${code}: `, ""),
  };
}

/** "an integer" is superstruct's own text; "Choose a name." is an app's, and said as it is. */
export function sentenceOf({ expected = "", got }: Refusal): string {
  const text = expected.replaceAll("`", "");
  if (/^\p{Lu}/u.test(text)) return /\p{P}$/u.test(text) ? text : `${text}.`;
  if (text === "nothing here") return "Must be left out.";
  if (got === "undefined") return "Must be given.";
  return `Must be ${text.replace(/\bstring\b/g, "text").replace(/^a text/, "text")}.`;
}
