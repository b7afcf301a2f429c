import type { StoreCore } from "../state/core.ts";
import type { Handle } from "../state/handle.ts";
import type { Path } from "../state/ops.ts";
import { isActing } from "../state/resolver.ts";

/**
 * Warns of `game.score += 1` outside an action: a read and a `set`, so of two that happen at once one is lost.
 * Development only; once per store and key. It knows one by the order: within one microtask a number is read, and
 * then another one is written at the same place.
 */
const readNow = new Set<string>();
const warned = new Set<string>();

const placeOf = (core: StoreCore, path: Path) => [core.name, ...path].join(".");

const isAlone = (core: StoreCore, value: unknown): boolean =>
  typeof value !== "number" || core.definition.scope !== "shared" || isActing(core);

export function noteRead(handle: Handle, key: string, value: unknown): void {
  const { core } = handle;
  if (isAlone(core, value)) return;
  if (!readNow.size) queueMicrotask(() => readNow.clear());
  readNow.add(placeOf(core, [...handle.path, key]));
}

export function noteWrite(core: StoreCore, path: Path, value: unknown): void {
  const place = placeOf(core, path);
  if (isAlone(core, value) || !readNow.has(place) || warned.has(place)) return;
  warned.add(place);
  console.warn(
    `"${place}" was read and then set: when two browsers do so at once, the last write wins and the other is ` +
      "lost. increment(node, key, by) adds up, and so does an action that does the same.",
  );
}
