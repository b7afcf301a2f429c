import type { ErrorCode } from "../../src/errors.ts";

/** What the app's code may throw for who called it: the code, the field and the message are passed on. Any other error is its own. */
export const toldByApps: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "E_FORBIDDEN",
  "E_UNAVAILABLE",
  "E_VALIDATION",
]);
