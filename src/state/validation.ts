import type { Op, Path, Step } from "./ops.ts";
import { type AnyStruct, taken } from "./struct.ts";
import type { Tree } from "./tree.ts";

interface CheckedStore {
  readonly name: string;
  readonly tree: Tree;
  readonly boxed: boolean;
}

let placesOf: typeof import("./places.ts").placesOf | undefined;

/** Where it cannot be loaded, checks of several writes at once are slower. */
export async function loadPlaces(): Promise<void> {
  try {
    ({ placesOf } = await import("./places.ts"));
  } catch {}
}

/**
 * What a batch touched, to be checked where it ends: only there the state has to fit, so an action may push one
 * too many and then shift. The check costs what was touched and the way to it, not the size of the state: of the
 * values above only their own rules are asked (the length of a list), not what else is in them.
 *
 * Where a batch has several ops, a place follows the element it is in; until the code for that is loaded, the touched
 * keys of the state are checked whole.
 */
export class Validation {
  readonly #struct: AnyStruct | undefined;
  readonly #store: CheckedStore;
  readonly #ops: Op[] = [];

  /** Without a struct everything fits. A boxed store's tree is `{ value }`, and the struct is the value's. */
  constructor(struct: AnyStruct | undefined, store: CheckedStore) {
    this.#struct = struct;
    this.#store = store;
  }

  /** Remembers an op that was applied. Called for each, in their order. */
  touch(op: Op): void {
    if (this.#struct) this.#ops.push(op);
  }

  /** Throws E_VALIDATION for the first touched thing that does not fit as it is now; forgets what was touched. */
  check(): void {
    const { name, boxed, tree } = this.#store;
    for (const way of waysTo(this.#ops.splice(0))) {
      const [key = ""] = way;
      const struct = boxed && key !== "value" ? undefined : this.#struct;
      const value = boxed ? tree.root[key] : tree.root;
      taken(name, struct, value, { path: boxed ? [key] : [], branch: [value], way });
    }
  }

  /**
   * Arguments as their structs take them: coerced (text from forms becomes the number or boolean that is asked
   * for), checked, filled up with `undefined`. Throws E_VALIDATION; `where` is the function's name.
   */
  static arguments(structs: readonly AnyStruct[], args: readonly unknown[], where: string): unknown[] {
    return Array.from({ length: Math.max(structs.length, args.length) }, (_, index) =>
      taken(where, structs[index], args[index], { path: [index], branch: [args[index]], coerces: true }),
    );
  }
}

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
