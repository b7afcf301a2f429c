type Timers = Map<number, { readonly run: () => void; readonly ms: number }>;

/** Runs `body` with timers that fire when told. */
export async function withTimers(body: (timers: Timers) => Promise<void>): Promise<void> {
  const { setTimeout, clearTimeout } = globalThis;
  const timers: Timers = new Map();
  let last = 0;
  globalThis.setTimeout = ((run: () => void, ms: number) => {
    const id = ++last;
    timers.set(id, { ms, run: () => timers.delete(id) && run() });
    return id;
  }) as typeof setTimeout;
  globalThis.clearTimeout = ((id: number) => void timers.delete(id)) as typeof clearTimeout;
  try {
    await body(timers);
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
}

export const runAll = (timers: Timers): void => {
  for (const { run } of [...timers.values()]) run();
};
