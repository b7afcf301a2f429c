/** What development builds know of errors: where in the page they arose, and where in the server. */

/** An element by its tag, and what of its template or its component. */
export interface Place {
  readonly element?: string | undefined;
  readonly binding?: string | undefined;
}

const places = new WeakMap<object, Place>();

export const placeOf = (failed: unknown): Place => places.get(Object(failed)) ?? {};

/** Who is the nearest knows first, and those around it add what it did not say. */
export function blame(failed: unknown, place: Place): void {
  places.set(Object(failed), { ...place, ...placeOf(failed) });
}

/** Runs a handler; what it throws, now or later, arose there. */
export function blaming(place: Place, run: () => unknown): void {
  const failed = (error: unknown): never => {
    blame(error, place);
    throw error;
  };
  try {
    const given = run();
    if (given instanceof Promise) given.catch(failed);
  } catch (error) {
    failed(error);
  }
}

let heard: (error: Error) => void = () => {};

/** The page shows errors of the server from now on. */
export function hearServer(hear: (error: Error) => void): void {
  heard = hear;
}

/** The server's own code failed: consoles show its stack as the cause of what the page was told. */
export function serverFailed(error: Error, stack: string): void {
  const [message] = stack.split("\n", 1);
  error.cause = Object.assign(new Error(message), { name: "ServerError", stack });
  heard(error);
}
