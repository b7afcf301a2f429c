/**
 * A snapshot as development builds give it: writing to it throws and names `writable`, where the frozen object
 * itself would only give the engine's own TypeError. The same node gives the same view, so `===` means what it
 * means in production.
 */
import { VioletError } from "../errors.ts";

const views = new WeakMap<object, object>();
const nodes = new WeakMap<object, object>();

function refuse(_: object, key?: unknown): never {
  const path = typeof key === "string" ? [key] : [];
  const hint =
    "this is a snapshot. writable(row) gives the handle that follows it, and records what is written";
  throw new VioletError("E_READ_ONLY", { path, hint });
}

const traps: ProxyHandler<object> = {
  get: (target, key) => readOnly(Reflect.get(target, key)),
  getOwnPropertyDescriptor(target, key) {
    const found = Reflect.getOwnPropertyDescriptor(target, key);
    return found && { ...found, value: readOnly(found.value) };
  },
  set: refuse,
  deleteProperty: refuse,
  defineProperty: refuse,
  setPrototypeOf: refuse,
  preventExtensions: () => false,
};

const isNode = (value: unknown): value is object => typeof value === "object" && value !== null;

export function readOnly<T>(node: T): T {
  if (!isNode(node) || nodes.has(node)) return node;
  const known = views.get(node);
  if (known) return known as T;
  // The node itself is frozen, and a proxy must show a frozen target's own values; consoles show this copy.
  const view = new Proxy(Array.isArray(node) ? [...node] : { ...node }, traps);
  views.set(node, view);
  nodes.set(view, node);
  return view as T;
}

/** The node that a view shows; anything else is itself. */
export const unwrap = <T>(value: T): T =>
  isNode(value) ? ((nodes.get(value) as T | undefined) ?? value) : value;
