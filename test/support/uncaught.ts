/** What becomes an uncaught error is caught here, in Node and in browsers, and fails no test. */

const inNode = typeof process === "object" && process.versions?.node !== undefined;

/** Runs `fn`, and gives the first error that nobody caught. */
export async function uncaughtOf(fn: () => unknown): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const release = inNode ? catchInNode(resolve) : catchInBrowser(resolve);
  try {
    await fn();
    return await promise;
  } finally {
    release();
  }
}

function catchInNode(resolve: (error: unknown) => void): () => void {
  process.setUncaughtExceptionCaptureCallback(resolve);
  return () => process.setUncaughtExceptionCaptureCallback(null);
}

/** In the place of mocha's own handler. */
function catchInBrowser(resolve: (error: unknown) => void): () => void {
  const mochas = globalThis.onerror;
  globalThis.onerror = (_, __, ___, ____, error) => {
    resolve(error);
    return true;
  };
  return () => {
    globalThis.onerror = mochas;
  };
}
