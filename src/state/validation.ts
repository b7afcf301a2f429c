import { type Json, plain } from "./json.ts";
import type { Op, Path, Step } from "./ops.ts";
import { carry } from "./positions.ts";
import { type AnyStruct, taken } from "./struct.ts";
import type { Tree } from "./tree.ts";

interface CheckedStore {
  readonly name: string;
  readonly tree: Tree;
  readonly boxed: boolean;
  readonly definition: { readonly struct: AnyStruct | undefined };
}

/**
 * Throws E_VALIDATION for the first thing that these ops have put into a store and that does not fit as it is now.
 * They are checked where their batch ends: only there the state has to fit, so an action may push one too many and
 * then shift. The check costs what was touched and the way to it, not the size of the state: of the values above
 * only their own rules are asked (the length of a list), not what else is in them.
 *
 * Where there are several ops, a place follows the element it is in; where there are very many, the touched keys of the
 * state are checked whole. Without a struct everything fits. A boxed store's tree is `{ value }`, and the struct is the
 * value's.
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
  (args.length < structs.length ? structs : args).map((_, index) =>
    taken(structs[index], args[index], { store: where, path: [index], branch: [args[index]], coerces: true }),
  );

/** The same for the wire. Throws E_NOT_JSON, too. */
export const sentArguments = (
  structs: readonly AnyStruct[],
  args: readonly unknown[],
  where: string,
): Json[] => plainArguments(takeArguments(structs, args, where), where);

/** Arguments as plain JSON; missing ones at the end are left out. Throws E_NOT_JSON. */
export const plainArguments = (args: readonly unknown[], where: string): Json[] =>
  args.slice(0, args.findLastIndex((value) => value !== undefined) + 1).map((value) => plain(value, where));

/** Of several ops: to follow more places than this would cost more than to check their keys of the state whole. */
const maxPlaces = 256;

/** What the ops touched, each place where the ops after it have left its element. */
function waysTo(ops: readonly Op[]): readonly Path[] {
  let places: readonly Path[] = [];
  for (const op of ops) {
    const carried = places.map((path) => carry(path, op)).filter((path) => path !== undefined);
    if (carried.length > maxPlaces)
      return [...new Set(ops.map(([, [key]]) => key as Step))].map((key) => [key]);
    places = [...carried, ...touched(op)];
  }
  return places;
}

/** Where an op has put something; for the list's own rules alone, an index where nothing stands. */
function touched(op: Op): Path[] {
  const path = op[1];
  if (op[0] !== "splice" && op[0] !== "move") return [path];
  if (op[0] === "move" || !op[3]?.length) return [path.with(-1, -1)];
  return op[3].map((_, index) => path.with(-1, (path.at(-1) as number) + index));
}
