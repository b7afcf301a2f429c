import { uncaught } from "../errors.ts";

/** What happens in a page: `ready` (hydration is done) comes first; the link's and the stores' events follow. */
export interface BrowserEvents {
  readonly ready: undefined;
  readonly connect: undefined;
  readonly disconnect: { readonly code: number };
  /** A write was refused and rolled back. */
  readonly refused: { readonly store: string; readonly error: Error };
  /** A write was dropped, or nobody knows whether it was taken. */
  readonly loss: { readonly store: string; readonly write: unknown; readonly reason: string };
  /** A bounded queue is full. */
  readonly overflow: { readonly store: string };
}

type Handler = (data: never) => void;

/** Handlers by event. They hold for every runtime of this process; a browser has one. */
const handlers = new Map<string, Set<Handler>>();

/** Events that last, with the runtimes in which they do: handlers that come late still run, once. */
const lasting = new Map<string, Set<Bus>>([
  ["ready", new Set()],
  ["connect", new Set()],
]);

export const client = {
  /**
   * Runs `handler` when the event happens in this page. A handler for `ready` or `connect` that is registered
   * late runs at once, and exactly once. Gives the function that removes it. On the server it does nothing.
   */
  on<E extends keyof BrowserEvents>(event: E, handler: (data: BrowserEvents[E]) => void): () => void {
    const set = handlers.get(event) ?? new Set();
    handlers.set(event, set.add(handler as Handler));
    if (lasting.get(event)?.size) queueMicrotask(handler as () => void);
    return () => set.delete(handler as Handler);
  },
};

/**
 * One runtime's events. Everything waits for `ready`, which is first; what happens later is told when the current
 * task's code has run, for a handler may write.
 */
export class Bus {
  readonly #ready = Promise.withResolvers<void>();

  constructor() {
    this.emit("ready", undefined);
  }

  ready(): void {
    this.#ready.resolve();
  }

  emit<E extends keyof BrowserEvents>(event: E, data: BrowserEvents[E]): void {
    void this.#ready.promise.then(() => {
      lasting.get(event)?.add(this);
      if (event === "disconnect") lasting.get("connect")?.delete(this);
      // A handler that throws is the app's fault, and nobody else's loss.
      for (const handler of handlers.get(event) ?? [])
        try {
          handler(data as never);
        } catch (error) {
          uncaught(error);
        }
    });
  }
}
