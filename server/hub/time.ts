/** The hub's time, so that tests own it. */
export interface HubTime {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment, by a clock that nobody sets. */
  elapsed(): number;
  /** Calls `fn` when this turn of the event loop is over. */
  soon(fn: () => void): void;
  /** Calls `fn` once, later; gives the function that prevents it. */
  after(ms: number, fn: () => void): () => void;
  /** Calls `fn` again and again; gives the function that ends it. */
  every(ms: number, fn: () => void): () => void;
  /** From 0 to 1. */
  random(): number;
}

export const realTime: HubTime = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  soon: (fn) => setImmediate(fn),
  after(ms, fn) {
    const timer = setTimeout(fn, ms).unref();
    return () => clearTimeout(timer);
  },
  every(ms, fn) {
    const timer = setInterval(fn, ms).unref();
    return () => clearInterval(timer);
  },
  random: () => Math.random(),
};
