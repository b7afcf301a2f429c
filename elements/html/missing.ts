/**
 * What development builds say of paths in plain HTML that lead nowhere: misspelt, they would show nothing, in silence. Of
 * what may come later nothing is said: a state whose struct does not name its keys may get any.
 */
import type { Row } from "../../src/events/row.ts";
import type { StoreCore } from "../../src/state/core.ts";
import { isNode } from "../../src/state/json.ts";
import type { AnyStruct } from "../../src/state/struct.ts";
import { type Binding, bindingsOf } from "./bindings.ts";
import type { Block } from "./block.ts";

/** A state around a binding. */
export interface State {
  readonly value: object;
  readonly struct: AnyStruct | undefined;
}

type Structs = Readonly<Record<string, AnyStruct>>;

/** Those around, the nearest first; undefined: of that one nothing can be said. Each is taken when it is looked into. */
type States = Iterable<State | undefined>;

const warned = new Set<string>();

/** Warns of a binding, once for each path of a tag. */
export function checkPath(tag: string, binding: Binding, row: Row | undefined, states: States): void {
  const { steps } = binding.path;
  const name = "name" in binding ? `-${binding.name}` : "";
  const where = `data-${binding.kind}${name}="${steps.join(".")}" on <${tag}>`;
  const names = warned.has(where) ? undefined : namesInstead(steps, row, states);
  if (!names) return;
  warned.add(where);
  const cure = row ? " A key that only some rows have needs a value in all (null)." : "";
  console.warn(`violet: ${where} leads nowhere. There are: ${names.join(", ")}.${cure}`);
}

/** What there is where a path leads nowhere; undefined: it leads somewhere, or may do so later. */
function namesInstead(
  [first, ...rest]: readonly [string, ...string[]],
  row: Row | undefined,
  states: States,
): string[] | undefined {
  const names = row ? ["$index", "$value"] : [];
  for (let at = row; at; at = at.outer)
    if (isNode(at.value) && !Array.isArray(at.value)) names.push(...Object.keys(at.value));
  if (names.includes(first)) return undefined;
  for (const state of states) {
    if (!state) return undefined;
    const { value, struct } = state;
    const keys = keysOf(struct);
    if (keys && Object.hasOwn(keys, first)) return namesInside(keys[first] as AnyStruct, rest, first);
    if (Object.hasOwn(value, first)) return undefined;
    names.push(...Object.keys({ ...keys, ...value }));
  }
  return names;
}

function namesInside(
  struct: AnyStruct,
  [step, ...rest]: readonly string[],
  around: string,
): string[] | undefined {
  const keys = keysOf(struct);
  if (step === undefined || !keys) return undefined;
  if (Object.hasOwn(keys, step)) return namesInside(keys[step] as AnyStruct, rest, `${around}.${step}`);
  return Object.keys(keys).map((key) => `${around}.${key}`);
}

const keysOf = (struct: AnyStruct | undefined): Structs | undefined =>
  struct?.type === "object" ? (struct.schema as Structs | undefined) : undefined;

/** What can be said of a store's state; undefined: it may have other keys than those that are there. */
export function stateOf(store: StoreCore, struct = store.definition.struct): State | undefined {
  const { boxed, definition } = store;
  const value = store.snapshot();
  // A local one that begins empty gets its keys from `set()` and `toggle()`.
  const isClosed = boxed || keysOf(struct) || (definition.scope === "local" && Object.keys(value).length);
  return isClosed ? { value, struct: boxed ? undefined : struct } : undefined;
}

const checked = new WeakSet<Element>();

/** Warns of what is bound in a provider's HTML, once all stores around are there. */
export function checkPaths(
  host: Element,
  blocks: WeakMap<Element, Block>,
  stores: readonly (StoreCore | undefined)[],
): void {
  const states = stores.map((store) => (store?.isLoaded ? stateOf(store) : undefined));
  for (const element of Element.prototype.querySelectorAll.call(host, "*")) {
    const block = blocks.get(element);
    if (!block || checked.has(element)) continue;
    checked.add(element);
    // Of a form its fields would be asked.
    const attributes = Reflect.get(Element.prototype, "attributes", element) as NamedNodeMap;
    for (const binding of bindingsOf(element.localName, attributes))
      checkPath(element.localName, binding, block.row, states);
  }
}
