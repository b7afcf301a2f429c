import { CHECKED, DEV, explain } from "#dev";
import { blame } from "../dev/failures.ts";
import type { Details } from "../dev/texts.ts";
import type { ErrorCode } from "../errors.ts";

type MisuseCode = Extract<
  ErrorCode,
  "E_ARGUMENTS" | "E_BINDING" | "E_CALL" | "E_MODIFIER" | "E_NAME" | "E_SINK" | "E_UNMARKED"
>;

/** Where in a template: `@click on <button> in <chat-room>`; what nobody knows is left out. */
export const place = (attribute: string, tag: string | undefined, host: string | undefined): string =>
  attribute + (tag ? ` on <${tag}>` : "") + (host ? ` in <${host}>` : "");

/**
 * A mistake in a template: a TypeError, as the platform throws for a wrong kind of argument, with a stable `code`.
 * Its message begins with the place, so that it is found in the source. Production browsers are told no more.
 */
export function misuse(code: MisuseCode, store: string, about?: Details | false): never {
  const message = explain(code, { store, ...about });
  const error = new TypeError(CHECKED ? message.replace(`${code}: `, "") : message);
  if (DEV) blame(error, { binding: store });
  throw Object.assign(error, { code });
}
