import type { Op, Path, Step } from "./ops.ts";
import { type AnyStruct, taken } from "./struct.ts";
import type { Tree } from "./tree.ts";

interface CheckedStore {
  readonly name: string;
  readonly tree: Tree;
  readonly boxed: boolean;
  readonly definition: { readonly struct: AnyStruct | undefined };
}

let placesOf: typeof import("./places.ts").placesOf | undefined;

/** Where it cannot be loaded, checks of several writes at once are slower. */
export async function loadPlaces(): Promise<void> {
  try {
    ({ placesOf } = await import("./places.ts"));
  } catch {}
}

/**
 * Throws E_VALIDATION for the first thing that these ops have put into a store and that does not fit as it is now.
 * They are checked where their batch ends: only there the state has to fit, so an action may push one too many and
 * then shift. The check costs what was touched and the way to it, not the size of the state: of the values above
 * only their own rules are asked (the length of a list), not what else is in them.
 *
 * Where there are several ops, a place follows the element it is in; until the code for that is loaded, the touched
 * keys of the state are checked whole. Without a struct everything fits. A boxed store's tree is `{ value }`, and the
 * struct is the value's.
 */
export function validate(
  { name, boxed, tree, definition: { struct } }: CheckedStore,
  ops: readonly Op[],
): void {
  for (const way of struct ? waysTo(ops) : []) {
    const [key = ""] = way;
    const value = boxed ? tree.root[key] : tree.root;
    taken(boxed && key !== "value" ? undefined : struct, value, {
      store: name,
      path: boxed ? [key] : [],
      branch: [value],
      way,
    });
  }
}

/**
 * Arguments as their structs take them: coerced (text from forms becomes the number or boolean that is asked for),
 * checked, filled up with `undefined`. Throws E_VALIDATION; `where` is the function's name.
 */
export const takeArguments = (
  structs: readonly AnyStruct[],
  args: readonly unknown[],
  where: string,
): unknown[] =>
  Array.from({ length: Math.max(structs.length, args.length) }, (_, index) =>
    taken(structs[index], args[index], { store: where, path: [index], branch: [args[index]], coerces: true }),
  );

function waysTo(ops: readonly Op[]): readonly Path[] {
  if (ops.length < 2) return ops.flatMap(touched);
  if (!placesOf) void loadPlaces();
  return placesOf?.(ops, touched) ?? [...new Set(ops.map(([, [key]]) => key as Step))].map((key) => [key]);
}

/** Where an op has put something; for the list's own rules alone, an index where nothing stands. */
function touched(op: Op): Path[] {
  const path = op[1];
  if (op[0] !== "splice" && op[0] !== "move") return [path];
  if (op[0] === "move" || !op[3]?.length) return [path.with(-1, -1)];
  return op[3].map((_, index) => path.with(-1, (path.at(-1) as number) + index));
}
