/** What happens to an app; handlers run in its scope. */
import type { Client } from "../src/state/definition.ts";

export interface ServerEvents {
  /** The stores are loaded. */
  readonly start: () => unknown;
  /** The app closes; a promise is waited for. */
  readonly stop: () => unknown;
  /** A page's link stands for the first time. */
  readonly connect: (client: Client) => unknown;
  /** A page is gone: it was left, or did not come back within the grace time. */
  readonly disconnect: (client: Client) => unknown;
}

export type ServerEvent = keyof ServerEvents;

/** Handlers by event, in the order of their registration. */
export class Events {
  readonly #handlers = new Map<ServerEvent, Set<(client: Client) => unknown>>();

  /** Gives the function that removes the handler. */
  on<E extends ServerEvent>(event: E, handler: ServerEvents[E]): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers.add(handler));
    return () => void handlers.delete(handler);
  }

  /** The handlers of an event, as they are now. */
  of(event: ServerEvent): readonly ((client: Client) => unknown)[] {
    return [...(this.#handlers.get(event) ?? [])];
  }
}

/** `server.on`: they hold for every app of the process. */
export const processEvents = new Events();
