import { createHash } from "node:crypto";

/** So that processes compare what they show without sending it. */
export const hashOf = (state: object): string =>
  createHash("sha1").update(JSON.stringify(state)).digest("base64");
