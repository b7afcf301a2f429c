import { DEV, explain } from "#dev";
import { serverFailed } from "./dev/failures.ts";
import type { Details, texts } from "./dev/texts.ts";

/** The stable code of an error. Each is explained in docs/guide/errors.md. */
export type ErrorCode = keyof typeof texts;

/** Who is at fault: the app's code, the other peer, the network, or Violet itself. */
export type ErrorOrigin = "app" | "peer" | "network" | "bug";

/**
 * The one class of Violet's errors. `code` is stable; the message says what failed, what was expected and
 * got, and what to do (in production browsers it is the code and the path). Runs everywhere.
 */
export class VioletError extends Error {
  override readonly name = "VioletError";
  readonly code: ErrorCode;
  readonly origin: ErrorOrigin;
  /** The path of the field at fault, for E_VALIDATION: `messages.0.text`. */
  readonly field: string | undefined;
  /** What is wrong with each field of a form, where that is known of all. */
  readonly fields: FieldMessages | undefined;

  constructor(code: ErrorCode, details: Details = {}, context: ErrorContext = {}) {
    super(context.message ?? explain(code, details), context);
    this.code = code;
    this.origin = context.origin ?? "app";
    this.field = context.field;
    this.fields = context.fields;
  }
}

export interface ErrorContext {
  /** In place of the code's own text: the sentence that the server sent. */
  readonly message?: string | undefined;
  readonly origin?: ErrorOrigin;
  readonly cause?: unknown;
  readonly field?: string | undefined;
  readonly fields?: FieldMessages | undefined;
}

/** Sentences for people, by the names of fields. */
export type FieldMessages = Readonly<Record<string, string>>;

/** What the server says of an error. */
export interface ToldError {
  readonly code: string;
  readonly field?: string | undefined;
  readonly fields?: FieldMessages | undefined;
  readonly message?: string | undefined;
  /** Of the server's own code, in development. */
  readonly stack?: string | undefined;
}

/** The error that the server told. */
export function errorOf({ code, field, fields, message, stack }: ToldError, details?: Details): VioletError {
  const error = new VioletError(code as ErrorCode, details, {
    origin: "peer",
    field,
    fields,
    message,
  });
  if (DEV && stack) serverFailed(error, stack);
  return error;
}

/** An error that nobody above could understand becomes an uncaught one: `window.onerror` hears of it. */
export const uncaught = (error: unknown): void =>
  queueMicrotask(() => {
    throw error;
  });

export function fail(code: ErrorCode, details?: Details, context?: ErrorContext): never {
  throw new VioletError(code, details, context);
}
