const warned = new WeakSet<object>();

/** Warns of a function that the server calls, and whose result nobody gets. Development only; once for each. */
export function checkNoResult(run: (...args: never) => unknown, given: unknown): void {
  if (given === undefined || given instanceof Promise || warned.has(run)) return;
  warned.add(run);
  console.warn(
    `violet: the client function "${run.name}" returned a value, which nobody gets. Make it return nothing.`,
  );
}
