/** What happened in a search. What never happened was not tested. */
export const newCounters = () => ({
  schedules: 0,
  severalStores: 0,
  writes: 0,
  thrown: 0,
  overflows: 0,
  serverWrites: 0,
  delivered: 0,
  late: 0,
  duplicates: 0,
  vanished: 0,
  cuts: 0,
  cutsForBrowser: 0,
  cutsForServer: 0,
  cutsBehind: 0,
  naps: 0,
  crashes: 0,
  crashesBeforeCommit: 0,
  crashesAfterCommit: 0,
  wipes: 0,
  rollbacks: 0,
  forgotten: 0,
  unavailable: 0,
  loadsFailed: 0,
  transforms: 0,
  resumes: 0,
  snapshots: 0,
  E_RESYNC: 0,
  E_SEQ: 0,
  E_INTERNAL: 0,
  E_FORBIDDEN: 0,
  E_VALIDATION: 0,
  E_STORE_FULL: 0,
  E_GONE: 0,
  E_UNDECIDED: 0,
  E_CLIENT_EXPIRED: 0,
  E_FORGOTTEN: 0,
});
export type Counters = ReturnType<typeof newCounters>;

export function addCounters(to: Counters, more: Counters): void {
  for (const what of Object.keys(more) as (keyof Counters)[]) to[what] += more[what];
}

export const neverCounted = (counters: Counters): string[] =>
  Object.entries(counters).flatMap(([what, count]) => (count ? [] : what));
