import type { PropertyDeclaration } from "lit";
import { rawOf } from "../src/state/self.ts";

/** Given to `requestUpdate` as its options by those who ask because a store's value changed. */
export interface StoreChange extends PropertyDeclaration {
  readonly ofStore: true;
}

/** Why each element is to update: the new values of its stores, or the element itself: for another reason. */
const causes = new WeakMap<object, Set<unknown>>();

/** `old` is what the value came in the place of: it is no cause any more. */
export function addCause(host: object, value: unknown, old?: unknown): void {
  const known = causes.get(host) ?? new Set();
  known.delete(rawOf(old));
  causes.set(host, known.add(rawOf(value)));
}

export const clearCauses = (host: object): boolean => causes.delete(host);

/** Does the element update because this value of a store changed, and for no other reason? */
export function isOnlyCause(host: object | undefined, value: unknown): boolean {
  const known = host && causes.get(host);
  return known?.size === 1 && known.has(rawOf(value));
}
