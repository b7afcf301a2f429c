/** What was expected where a production browser says the place alone. */
import { typeName } from "../state/json.ts";
import type { Op } from "../state/ops.ts";
import { type AnyStruct, type Refusal, refusalOf } from "../state/struct.ts";
import type { Tree } from "../state/tree.ts";
import { isStruct } from "./check-options.ts";

type Misfit = Pick<Refusal, "expected" | "got">;

/** Of a key that a family has no store of. */
export function refusalOfKey(keys: AnyStruct | undefined, key: unknown): Misfit | undefined {
  // The default is no struct of superstruct's.
  if (!isStruct(keys)) return { expected: "1 to 64 letters, digits, _ and -", got: typeName(key) };
  const { expected, got } = refusalOf(keys, key) ?? {};
  return { ...(expected && { expected }), ...(got && { got }) };
}

/** Of an increment that did not apply; undefined for any other op. */
export function refusalOfIncrement(tree: Tree, op: Op): Misfit | undefined {
  if (op[0] !== "increment") return undefined;
  const [, path, by] = op;
  const old: unknown = tree.get(path);
  if (typeof old !== "number") return { expected: "a number", got: typeName(old) };
  return { expected: "a number to add", got: typeName(typeof by === "number" ? old + by : by) };
}
