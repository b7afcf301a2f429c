/** The types of functions that the other end calls. */
import type { Marked } from "../events/marks.ts";

export interface CallOptions {
  /** Gives the call up; the promise rejects with the signal's reason, and the server's `context.signal` aborts. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Names this call, so that it can be repeated: the function runs once, and each repetition gets what it gave. With an
   * id a call is repeated by itself where its answer was lost.
   */
  readonly id?: string | undefined;
}

/** A function of the server that is called over HTTP and answers. */
export interface Rpc<A extends readonly unknown[], R> extends Marked {
  (...args: A): Promise<R>;
  with(options: CallOptions): (...args: A) => Promise<R>;
}

/** A function of the server that is called over the socket; nobody waits for it, and it gives nothing back. */
export interface Realtime<A extends readonly unknown[]> extends Marked {
  (...args: A): undefined;
}
