import type { JsonObject } from "../../src/state/json.ts";
import { Tree } from "../../src/state/tree.ts";
import type { Entry } from "./backend.ts";

/** The state that these entries made of a former one. */
export function replay(former: JsonObject, entries: readonly Entry[]): JsonObject {
  const tree = new Tree(former);
  for (const { ops } of entries) for (const op of ops) tree.apply(op);
  return tree.snapshot();
}
