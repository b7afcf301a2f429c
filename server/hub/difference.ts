import type { Json, JsonObject } from "../../src/state/json.ts";
import type { Op, Path } from "../../src/state/ops.ts";

/**
 * The ops that make `after` of `before`: what a client with a view of its own is sent. Objects are compared key by
 * key; of a list, what stands between its equal start and its equal end is replaced.
 */
export const difference = (before: JsonObject, after: JsonObject): Op[] => between(before, after, []);

function between(before: JsonObject, after: JsonObject, path: Path): Op[] {
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return [
    ...gone.map((key): Op => ["delete", [...path, key]]),
    ...Object.keys(after).flatMap((key) => {
      const old = Object.hasOwn(before, key) ? before[key] : undefined;
      return changed(old, after[key] as Json, [...path, key]);
    }),
  ];
}

function changed(before: Json | undefined, after: Json, path: Path): Op[] {
  if (isSame(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return replaced(before, after, path);
  if (isObject(before) && isObject(after)) return between(before, after, path);
  return [["set", path, after]];
}

function replaced(before: readonly Json[], after: readonly Json[], path: Path): Op[] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && isSame(before[start], after[start])) start++;
  let end = 0;
  while (end < most - start && isSame(before.at(-1 - end), after.at(-1 - end))) end++;
  const removed = before.length - start - end;
  const added = after.slice(start, after.length - end);
  if (removed === 1 && added.length === 1) return changed(before[start], added[0] as Json, [...path, start]);
  return [
    added.length ? ["splice", [...path, start], removed, added] : ["splice", [...path, start], removed],
  ];
}

const isSame = (a: Json | undefined, b: Json | undefined) =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
