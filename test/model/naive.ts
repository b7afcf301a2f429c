/** What an op means, in the simplest words: the model's own opinion, next to that of the engine's Tree. */
import type { Json, JsonObject } from "../../src/state/json.ts";
import type { Op } from "../../src/state/ops.ts";

export const applyNaively = (state: Json, op: Op): Json => change(state, op, 0);

function change(node: Json, op: Op, depth: number): Json {
  const [, path] = op;
  const step = path[depth] as never;
  if (depth < path.length - 1) {
    const inner = change((node as JsonObject)[step] as Json, op, depth + 1);
    return Array.isArray(node) ? node.with(step, inner) : { ...(node as JsonObject), [step]: inner };
  }
  return Array.isArray(node) ? changeList(node, op, step) : changeObject(node as JsonObject, op, step);
}

function changeList(list: readonly Json[], op: Op, at: number): Json {
  if (op[0] === "set") return list.with(at, op[2]);
  if (op[0] === "increment") return list.with(at, (list[at] as number) + op[2]);
  if (op[0] === "splice") return list.toSpliced(at, op[2], ...(op[3] ?? []));
  if (op[0] === "move") return list.toSpliced(at, 1).toSpliced(op[2], 0, list[at] as Json);
  throw new Error("a list has no keys to delete");
}

function changeObject(object: JsonObject, op: Op, key: string): Json {
  if (op[0] === "set") return { ...object, [key]: op[2] };
  if (op[0] === "increment") return { ...object, [key]: (object[key] as number) + op[2] };
  if (op[0] === "delete") {
    const { [key]: _, ...others } = object;
    return others;
  }
  throw new Error("an object has no places");
}

/**
 * Lists that were found to be the same. Neither side changes its nodes once they were seen, and both share them. What
 * is no list is small: to compare it costs less than to remember it.
 */
const known = new WeakMap<object, object>();

/** Whether two values say the same, whatever the order of their keys. `a` is a snapshot. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  return Array.isArray(a) ? isSameList(a, b) : isSameObject(a, b);
}

function isSameList(a: readonly unknown[], b: object): boolean {
  if (!Array.isArray(b) || a.length !== b.length) return false;
  if (known.get(a) === b) return true;
  for (let index = 0; index < a.length; index++) if (!isSame(a[index], b[index])) return false;
  known.set(a, b);
  return true;
}

function isSameObject(a: object, b: object): boolean {
  if (Array.isArray(b)) return false;
  let more = 0;
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !isSame(a[key as never], b[key as never])) return false;
    more++;
  }
  for (const _ in b) more--;
  return more === 0;
}
