/**
 * Fields that people change before they are bound. What a field holds does not tell: browsers bring back what was typed
 * when the page was there before, and that may be older than the state.
 */

type Page = typeof globalThis & { violetEdits?: WeakSet<EventTarget> };

/**
 * Begins to note which fields are changed. The server sends this function's source text as a part of `/_violet/early.js`,
 * so it refers to nothing outside itself; a page that comes without it begins with this module.
 */
export function noteEdits(): void {
  const page = globalThis as Page;
  // An element's id may give the name a meaning.
  if (page.violetEdits instanceof WeakSet) return;
  const edits = (page.violetEdits = new WeakSet<EventTarget>());
  const note = (event: Event) => void edits.add(event.composedPath()[0] as EventTarget);
  for (const type of ["input", "change"]) addEventListener(type, note, true);
}

/** Whether the field was changed since it was asked for, which is noted no longer. */
export const takeEdit = (field: EventTarget): boolean =>
  (globalThis as Page).violetEdits?.delete(field) ?? false;
