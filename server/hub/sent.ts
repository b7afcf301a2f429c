import { fail } from "../../src/errors.ts";
import type { Definition } from "../../src/state/definition.ts";
import { checkKey } from "../../src/state/json.ts";
import type { NamedOp, Op } from "../../src/state/ops.ts";

/** A raw op as a page sent it: by name where the store has a view. */
export type SentOp = Op | NamedOp;

interface Rules {
  readonly definition: Definition;
  /** The store's name. */
  readonly name: string;
  readonly maxPathSteps: number;
  readonly hasView: boolean;
}

/** Throws where no page may write, whatever stands there: E_BAD_PATH, E_BAD_KEY, E_SERVER_ONLY, E_FORBIDDEN. */
export function checkSent(op: SentOp, { definition, name, maxPathSteps, hasView }: Rules): void {
  const [, path] = op;
  const where = { store: name, path };
  if (path.length > maxPathSteps) fail("E_BAD_PATH", where);
  for (const step of path) checkKey(step, name);
  if (definition.serverOnly.has(String(path[0]))) fail("E_SERVER_ONLY", where);
  // Where there is a view, an index is not the one that is meant; without one, nothing else means a place.
  if (hasView && isByIndex(op)) fail("E_FORBIDDEN", { ...where, hint: BY_ID });
  if (!hasView && hasName(op)) fail("E_BAD_PATH", where);
}

const BY_ID = "The store has a view: give the list's elements an id or a key, or use an action.";

/** Whether an op says by names what a splice removes, or where a move ends. */
const hasName = ([kind, , about]: SentOp) =>
  (kind === "splice" || kind === "move") && typeof about !== "number";

/** Whether an op means an element by its index. The start of a list is the same in every view. */
function isByIndex(op: SentOp): boolean {
  const [kind, path] = op;
  const way = kind === "splice" && path.at(-1) === 0 ? path.slice(0, -1) : path;
  const isMoved = kind === "splice" || (kind === "move" && op[2] !== 0);
  return (isMoved && !hasName(op)) || way.some((step) => typeof step === "number");
}
