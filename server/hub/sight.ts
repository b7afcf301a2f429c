import { fail } from "../../src/errors.ts";
import { type Addressed, idOf, locate } from "../../src/state/address.ts";
import { isNode, type Json, type JsonObject } from "../../src/state/json.ts";
import type { NamedOp, Op, Path, Step } from "../../src/state/ops.ts";
import { Tree } from "../../src/state/tree.ts";
import { difference } from "./difference.ts";

/**
 * What one client sees of a store with a view while one raw batch of it is taken. The batch names list elements by id;
 * here is found out where they are in the whole. An op whose place the client does not see has no effect, just as one
 * whose place does not exist: which of the two it is, nobody learns. The batch's own ops are seen by those after them.
 */
export class Sight {
  readonly #name: string;
  readonly #whole: Tree;
  readonly #seen: Tree;

  constructor(store: { readonly name: string; readonly tree: Tree }, seen: JsonObject) {
    this.#name = store.name;
    this.#whole = store.tree;
    this.#seen = new Tree(seen);
  }

  /** What an op of the client is on the whole, to be applied before the next one is asked for. Throws E_FORBIDDEN. */
  find(op: NamedOp): readonly Op[] {
    const meant = meaning(op);
    const shown = locate(meant, this.#seen.root) ?? [];
    const [first] = shown;
    if (!first) return [];
    const ops = locate(this.#withoutUnseen(meant, first[1]), this.#whole.root) ?? [];
    const seen = this.#seen.get(first[1]);
    if (!ops.length || !shown.every((each) => this.#seen.apply(each))) return [];
    for (const [kind, path] of ops) {
      const isKey = typeof path.at(-1) === "string";
      const old = isKey || kind === "set" ? this.#whole.get(path) : undefined;
      // A key that the client does not see is not written over.
      if (old !== undefined && seen === undefined) return [];
      if (kind !== "increment" && (hasMore(old, seen) || (isKey && holdsList(old))))
        fail("E_FORBIDDEN", { store: this.#name, path: op[1], hint: EDIT });
    }
    return ops;
  }

  /** A splice removes what the client sees, and inserts behind what it sees. */
  #withoutUnseen(meant: Addressed, [...way]: Path): Addressed {
    if (meant.op[0] !== "splice") return meant;
    const list = this.#seen.get(way.slice(0, -1)) as readonly Json[];
    const ids = new Set(list.map(idOf));
    const { gap, removed } = meant;
    const isSeen = typeof gap !== "string" || ids.has(gap);
    return { ...meant, removed: removed.filter((id) => ids.has(id)), gap: isSeen ? gap : true };
  }
}

const EDIT = "The store has a view: edit the parts of this, which may have more of them, or use an action.";

/** Whether the client sees a part of this alone. */
const hasMore = (old: Json | undefined, seen: Json | undefined) =>
  isNode(old) && difference({ old: seen as Json }, { old: old as Json }).length > 0;

/** Of a list that is replaced under its key the client never knows whether it saw all. */
const holdsList = (value: Json | undefined): boolean =>
  Array.isArray(value) || (isNode(value) && Object.values(value).some(holdsList));

/** The steps of a path that name elements are those that stand at lists, in whatever state it is looked for. */
function meaning(op: NamedOp): Addressed {
  const [kind, path] = op;
  if (kind === "splice") {
    const [, , ids, ...items] = op;
    // Where nothing shows the place, it is the end.
    const last: Op = ["splice", path.with(-1, Infinity), 0, ...items];
    return { op: last, ids: path, removed: [...new Set(ids)], gap: gapOf(path.at(-1) as Step) } as Addressed;
  }
  const gap = kind === "move" ? gapOf(op[2]) : undefined;
  return { op: op as Op, ids: path as Addressed["ids"], removed: [], gap };
}

const gapOf = (place: Step) => (place === "" ? true : place === 0 ? null : String(place));
