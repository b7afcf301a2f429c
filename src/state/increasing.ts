/** The ranks of a longest increasing subsequence: in a new order of a list, those that need not move. */
export function increasing(order: readonly number[]): ReadonlySet<number> {
  /** For each length the rank of the smallest value that ends a run of that length. */
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  order.forEach((value, rank) => {
    const length = ends.findLastIndex((end) => (order[end] as number) < value) + 1;
    before[rank] = ends[length - 1];
    ends[length] = rank;
  });
  const run = new Set<number>();
  for (let rank = ends.at(-1); rank !== undefined; rank = before[rank]) run.add(rank);
  return run;
}
