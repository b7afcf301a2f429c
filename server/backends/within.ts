/** What is promised, or after so many milliseconds the error that `late` makes. */
export function within<T>(
  ms: number,
  promise: Promise<T>,
  late = () => new Error(`no answer within ${Math.ceil(ms)} ms`),
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
