/** Finds what a call in an attribute names: outwards from its element, through shadow roots to their hosts. */
import type { Method } from "./callback.ts";
import { markOf } from "./marks.ts";

type Find = (name: string) => Method | undefined;

const finders = new WeakMap<Node, Find>();

/** Offers functions to the calls in an element's attributes and inside it: `find` gives a marked one, or undefined. */
export const provideCalls = (node: Node, find: Find): void => void finders.set(node, find);

/** The element's parent; a shadow root's is its host. */
export const outerOf = (node: Node): Node | null =>
  // A form's fields stand before its own properties.
  node instanceof ShadowRoot ? node.host : Reflect.get(Node.prototype, "parentNode", node);

interface Found {
  readonly handler: Method;
  /** Where it was found: its `this`. */
  readonly self: Node;
}

/**
 * The nearest function of that name that an element provides, or that is an element's own. Only a mark makes it one: what
 * an element inherits from the platform has none, so it is as if it were not there.
 */
export function findMarked(start: Node, name: string): Found | undefined {
  for (let self: Node | null = start; self; self = outerOf(self)) {
    const handler = [finders.get(self)?.(name), Reflect.get(self, name)].find(markOf);
    if (handler) return { handler, self };
  }
}
