/** What `promise` gives; where that takes longer than so many milliseconds, what `late` gives. */
export async function inTime<T>(promise: Promise<T>, ms: number, late: () => T): Promise<T> {
  const { promise: over, resolve } = Promise.withResolvers<typeof OVER>();
  const timer = setTimeout(resolve, ms, OVER);
  try {
    const first = await Promise.race([promise, over]);
    return first === OVER ? late() : first;
  } finally {
    clearTimeout(timer);
  }
}

const OVER = Symbol();
