import { fail } from "../errors.ts";
import { idOf } from "./address.ts";
import type { StoreCore } from "./core.ts";
import { isNode, type Json, type Node } from "./json.ts";
import type { Path, Step } from "./ops.ts";
import { presentStores } from "./resolver.ts";
import { handleOf, rawOf } from "./self.ts";
import { track } from "./tracking.ts";
import type { Mutable } from "./types.ts";

const keysOf = (node: Node) => Object.keys(node).join();

/** Whether a node of the store is what the snapshot's node became; the surest test first. */
const tests: readonly ((node: Node, row: Node, core: StoreCore) => boolean)[] = [
  (node, row) => node === row,
  (node, row, { tree }) => tree.hasOrigin(node, tree.originOf(row)),
  (node, row) => idOf(row) !== undefined && idOf(node) === idOf(row) && keysOf(node) === keysOf(row),
];

/**
 * The handle of what a snapshot's node shows: through it the state is written, and it follows a list's element
 * wherever that moves. Looks through the loaded stores, which takes time in proportion to their state.
 *
 *     html`<button @click=${callback(() => { writable(todo).done = true; })}>Done</button>`
 *
 * Throws E_GONE when the node is no longer in any store, or nobody can tell which one it became.
 */
export function writable<T>(row: T): Mutable<T> {
  const raw = rawOf(row);
  if (handleOf(row) || !isNode(raw)) return row as Mutable<T>;
  for (const isIt of tests) {
    const [only, another] = places(raw, isIt);
    if (only && !another) return only as Mutable<T>;
  }
  return fail("E_GONE", { path: ["row"] });
}

function* places(row: Node, isIt: (typeof tests)[number]): Generator<object> {
  for (const core of presentStores())
    for (const path of paths(core.tree.root, (node) => isIt(node, row, core))) yield at(core, path);
}

function* paths(node: Json, isIt: (node: Node) => boolean, path: Path = []): Generator<Path> {
  if (!isNode(node)) return;
  if (isIt(node)) yield path;
  for (const [key, child] of Object.entries(node))
    yield* paths(child, isIt, [...path, Array.isArray(node) ? Number(key) : key]);
}

const at = (core: StoreCore, path: Path): object =>
  track(undefined, () => path.reduce((handle: object, step: Step) => Reflect.get(handle, step), core.root));
