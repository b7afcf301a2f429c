/** The element whose template is being made: messages name it. Rendering is synchronous, so one variable does. */
let current: string | undefined;

/**
 * Runs `fn` with `tagName` (lower case) as the element that renders: around an element's `update` in the browser,
 * around its `render` on the server. Nested calls restore the outer element. Runs everywhere.
 */
export function hosts<T>(tagName: string, fn: () => T): T {
  const outer = setHost(tagName);
  try {
    return fn();
  } finally {
    setHost(outer);
  }
}

/** The same in two steps: gives the host before, which has to be set again in any case. */
export function setHost(tagName: string | undefined): string | undefined {
  const outer = current;
  current = tagName;
  return outer;
}

/** The tag of the element that renders now; undefined when nobody said. */
export const currentHost = (): string | undefined => current;
