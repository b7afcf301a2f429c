/** The early script's part of the page (`captureEarly`). */
interface Early {
  /** Replays what was done where nothing waits any more. */
  (): void;
  /** Elements of plain HTML for which nothing waits. */
  readonly bound: WeakSet<Element>;
}

/** Undefined where that script is not, or is over: an element's id may give the name a meaning. */
export function early(): Early | undefined {
  const { violetEarly } = globalThis as { violetEarly?: Early };
  return violetEarly instanceof Function ? violetEarly : undefined;
}

/** These elements of plain HTML are bound, or are not going to be: what is done there waits no longer. */
export function release(elements: Iterable<Element>): void {
  const { bound } = early() ?? {};
  for (const element of elements) bound?.add(element);
}
