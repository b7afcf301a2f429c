import { DEV } from "#dev";
import { isNode, isSafeKey, type Json, type JsonObject, type Node, sum } from "./json.ts";
import type { Op, OpOf, Path, Step } from "./ops.ts";

/** Inside the tree, lists and objects are written to. */
type List = Json[];
type Fields = { [key: Step]: Json };

/** `#own` holds its nodes: it is started afresh when it has grown to this, and then nodes are copied once more. */
const maxOwn = 10_000;

/** More values than this are not handed to a function as its arguments: they would not fit the stack. */
const maxArguments = 10_000;

/** So many ops of a followed list are kept: to go through more costs more than to compare the lists. */
const maxFollowed = 256;

/** The ops that made a list what it is since somebody began to follow it. Only the present list of a key has them. */
const followed = new WeakMap<object, Op[]>();

/** The tokens of objects and lists, of all trees: a server may have very many. */
const origins = new WeakMap<object, object>();

/**
 * The ops of a list that stands under a key of a state, with room for those to come. The list that comes after it has
 * the same array, until there are too many.
 */
export function follow(list: object): readonly Op[] {
  const ops = followed.get(list) ?? [];
  followed.set(list, ops);
  return ops;
}

/**
 * JSON that is written in place until somebody looked, and copied along the path from then on. Who took a
 * snapshot has something that never changes and shares with the next one all that is the same; a row of writes
 * that nobody looks at costs no copy.
 *
 * `#own` are the nodes made since somebody looked: only these are written in place. If a node is own, so are
 * those above it. The values that ops bring along are never own, for an op that waits to be sent or undone holds
 * them too: the first write inside copies them.
 */
export class Tree {
  /** Raised by each change. */
  changes = 0;
  #root: Fields;
  #own: Set<unknown> | undefined;

  /** `root` is the tree's own from now on. */
  constructor(root: JsonObject) {
    this.#root = root as Fields;
  }

  /** The state as it is now: to look at, not to keep (`snapshot` is for that). */
  get root(): JsonObject {
    return this.#root as JsonObject;
  }

  /** The whole, read-only from now on: a new identity exactly when something in it changed. */
  snapshot(): JsonObject {
    this.#own = undefined;
    if (DEV) freeze(this.root);
    return this.root;
  }

  replace(root: JsonObject): void {
    this.#root = root as Fields;
    this.#own = undefined;
    this.changes++;
  }

  /** What stands at a path; undefined: nothing. Own properties only, lists by number. */
  get(path: Path): Json | undefined {
    let node: Json | undefined = this.root;
    for (const step of path) {
      if (!isNode(node) || Array.isArray(node) !== (typeof step === "number")) return undefined;
      node = Object.hasOwn(node, step) ? node[step] : undefined;
    }
    return node;
  }

  /** A token that an object or list keeps when it is copied; a fresh object, so that it keeps no version alive. */
  originOf(node: object): object {
    let origin = origins.get(node);
    if (!origin) {
      origin = {};
      origins.set(node, origin);
    }
    return origin;
  }

  /** Whether `originOf` gave this token to the node, or to the one it was copied from. Makes no token. */
  hasOrigin(node: object, origin: object): boolean {
    return origins.get(node) === origin;
  }

  /**
   * Applies an op and gives its inverse. Where it does not apply (no such place, the wrong kind of container, an
   * index out of range, an increment of something else than a number) it gives undefined and changes nothing. Its
   * values must be plain; what it holds is never changed, nor what the inverse holds.
   */
  apply(op: Op): Op | undefined {
    if (this.#own && this.#own.size > maxOwn) this.#own = undefined;
    const way = op[1].slice(0, -1);
    const holder = this.get(way);
    const key = op[1][0] as Step;
    const list = this.#root[key] as object;
    let inverse: Op | undefined;
    if (op[0] === "splice" || op[0] === "move") {
      if (!Array.isArray(holder) || !isIndex(op[1].at(-1), holder.length)) return undefined;
      inverse = op[0] === "splice" ? this.#splice(holder, way, op) : this.#move(holder, way, op);
    } else if (isNode(holder)) inverse = this.#write(holder, way, op);
    if (!inverse) return undefined;
    this.changes++;
    const ops = followed.get(list);
    followed.delete(list);
    const next = this.#root[key];
    if (ops && ops.push(op) < maxFollowed && Array.isArray(next)) followed.set(next, ops);
    return inverse;
  }

  #write(holder: Node, way: Path, op: OpOf<"set" | "delete" | "increment">): Op | undefined {
    const [kind, path] = op;
    const key = path.at(-1) as Step;
    const old = Object.hasOwn(holder, key) ? holder[key] : undefined;
    // Of a list only what is there is written, by number.
    const isPlace = Array.isArray(holder)
      ? kind !== "delete" && typeof key === "number" && old !== undefined
      : typeof key === "string" && isSafeKey(key);
    const value = kind === "set" ? op[2] : kind === "increment" ? sum(old, op[2]) : undefined;
    if (!isPlace || (kind === "delete" ? old : value) === undefined) return undefined;
    this.#disown(value);
    const target = this.#writable(way);
    if (value === undefined) delete target[key];
    else target[key] = value;
    return old === undefined ? ["delete", path] : ["set", path, old];
  }

  #splice(list: List, way: Path, [, path, count, items = []]: OpOf<"splice">): Op | undefined {
    const index = path.at(-1) as number;
    if (!isIndex(count, list.length - index)) return undefined;
    for (const item of items) this.#disown(item);
    const isShort = items.length <= maxArguments;
    let removed: List;
    if (isShort && this.#own?.has(list))
      // V8 shifts a long list by moving its start; splice moves all the rest.
      removed =
        index + items.length || count !== 1 ? list.splice(index, count, ...items) : [list.shift() as Json];
    else {
      removed = list.slice(index, index + count);
      // Copying and splicing in one step: a copy that grows afterwards would be copied twice.
      const spliced = isShort
        ? list.toSpliced(index, count, ...items)
        : list.slice(0, index).concat(items, list.slice(index + count));
      this.#writable(way.slice(0, -1))[way.at(-1) as Step] = this.#adopt(spliced, list);
    }
    return removed.length ? ["splice", path, items.length, removed] : ["splice", path, items.length];
  }

  #move(list: List, way: Path, [, path, to]: OpOf<"move">): Op | undefined {
    const from = path.at(-1) as number;
    if (from === list.length || !isIndex(to, list.length - 1)) return undefined;
    const target = this.#writable(way) as unknown as List;
    target.splice(to, 0, ...target.splice(from, 1));
    return ["move", path.with(-1, to), from];
  }

  /** The container that a path leads to, and all above it, made the tree's own. */
  #writable(way: Path): Fields {
    let node = this.#owned(this.#root);
    this.#root = node;
    for (const step of way) {
      const child = this.#owned(node[step] as Fields);
      node[step] = child;
      node = child;
    }
    return node;
  }

  #owned(node: Fields): Fields {
    if (this.#own?.has(node)) return node;
    return this.#adopt((Array.isArray(node) ? [...node] : { ...node }) as Fields, node);
  }

  #adopt<T extends Json>(copy: T, original: object): T {
    (this.#own ??= new Set()).add(copy);
    const origin = origins.get(original);
    if (origin) origins.set(copy as object, origin);
    return copy;
  }

  /** A value that was written in place, removed and is now put back is also held by the op that puts it back. */
  #disown(value: unknown): void {
    if (this.#own?.has(value)) this.#own = undefined;
  }
}

/** Whole and from 0 to `max`. */
const isIndex = (value: unknown, max: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;

/** What is frozen already is frozen all the way down. */
function freeze(node: Json): void {
  if (!isNode(node) || Object.isFrozen(node)) return;
  Object.freeze(node);
  for (const inner of Object.values(node)) freeze(inner);
}
