import { uncaught } from "../errors.ts";

/** What happens in a page: `ready` (hydration is done) comes first; the link's and the stores' events follow. */
export interface BrowserEvents {
  readonly ready: undefined;
  readonly connect: undefined;
  readonly disconnect: { readonly code: number };
  /** A write was refused and rolled back, or a realtime call or an event was not taken. */
  readonly refused: { readonly store?: string; readonly call?: string; readonly error: Error };
  /**
   * A write was dropped, or nobody knows whether it was taken. Without a store: calls and events of the server did not reach
   * this page, which was away for more of them than are kept (`E_MISSED`).
   */
  readonly loss: { readonly store?: string; readonly write?: unknown; readonly reason: string };
  /** A bounded queue is full: of a store's writes, or of calls and events, of which this one is not sent. */
  readonly overflow: { readonly store?: string; readonly call?: string; readonly event?: string };
}

const names: ReadonlySet<string> = new Set<keyof BrowserEvents>([
  "ready",
  "connect",
  "disconnect",
  "refused",
  "loss",
  "overflow",
]);

/** Whether an event is one of Violet's own, which nobody else tells. */
export const isLifeCycle = (event: string): boolean => names.has(event);

type Handler = (data: never) => void;

/** Registrations by event. They hold for every runtime of this process; a browser has one. */
const handlers = new Map<string, Set<Handler>>();

/** Events that last, with the runtimes in which they do: handlers that come late still run, once. */
const lasting = new Map<string, Set<Bus>>([
  ["ready", new Set()],
  ["connect", new Set()],
]);

/**
 * Runs `handler` when the event happens in this page: one of the page's own, or one of yours, that the server sends
 * or `getRuntime().emit` makes. A handler for `ready` or `connect` that is registered late runs at once, and exactly
 * once. Each registration is one of its own: a handler that is registered twice runs twice. Gives the function that ends
 * this one, from which on it does not run. On the server it does nothing.
 */
export function on<E extends keyof BrowserEvents>(
  event: E,
  handler: (data: BrowserEvents[E]) => void,
): () => void;
export function on<T = unknown>(event: string, handler: (data: T) => void): () => void;
export function on(event: string, handler: Handler): () => void {
  const set = handlers.get(event) ?? new Set();
  const registered: Handler = (data) => handler(data);
  handlers.set(event, set.add(registered));
  if (lasting.get(event)?.size) {
    const late = () => set.has(registered) && handler(undefined as never);
    // One for `ready` that comes after it, in the same task, is first.
    queueMicrotask(event === "ready" ? late : () => queueMicrotask(late));
  }
  return () => set.delete(registered);
}

/**
 * One runtime's events. Everything waits for `ready`, which is first; what happens later is told when the current
 * task's code has run, for a handler may write.
 */
export class Bus {
  readonly #ready = Promise.withResolvers<void>();

  constructor() {
    this.emit("ready", undefined);
  }

  /** Hydration is done. */
  ready(): void {
    this.#ready.resolve();
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** The runtime is over: nothing of it lasts. */
  close(): void {
    for (const buses of lasting.values()) buses.delete(this);
  }

  emit<E extends keyof BrowserEvents>(event: E, data: BrowserEvents[E]): void;
  emit(event: string, data: unknown): void;
  emit(event: string, data: unknown): void {
    void this.#ready.promise.then(() => {
      const buses = lasting.get(event);
      if (event === "disconnect") lasting.get("connect")?.delete(this);
      const set = handlers.get(event) ?? new Set();
      // A handler that throws is the app's fault, and nobody else's loss. One may register others: of what lasts, these
      // have their turn at once.
      for (const handler of buses ? set : [...set])
        try {
          if (set.has(handler)) handler(data as never);
        } catch (error) {
          uncaught(error);
        }
      buses?.add(this);
    });
  }
}
