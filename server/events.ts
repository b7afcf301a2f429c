/** What happens to an app; handlers run in its scope. */
import { isLifeCycle } from "../src/calls/bus.ts";
import { aFunction, must } from "../src/dev/check-options.ts";
import { fail } from "../src/errors.ts";
import type { Client } from "../src/state/definition.ts";
import type { AnyStruct } from "../src/state/struct.ts";
import { takeArguments } from "../src/state/validation.ts";

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

/** An event of Violet's own: nobody else tells it. */
export type LifeCycleEvent = keyof ServerEvents;

/** Who tells an event: a page's client, or the server itself. */
export interface EventContext {
  readonly client: Client;
  /** The session of the page; undefined where the server tells it. */
  readonly session: unknown;
}

type EventHandler<T> = (data: T, context: EventContext) => unknown;

/**
 * Registers handlers, which run one after another. Each registration is one of its own: a handler that is registered twice
 * runs twice. Gives the function that ends this one, from which on it does not run. Throws E_EVENT for a struct on an event of
 * Violet's own, which no browser tells.
 */
export interface On {
  <E extends LifeCycleEvent>(event: E, handler: ServerEvents[E]): () => void;
  /** An event of the app's own that browsers tell, too: what does not fit the struct never reaches the handler. */
  <T>(event: string, options: { readonly data: AnyStruct<T> }, handler: EventHandler<T>): () => void;
  /** An event of the app's own, told by the server's code alone. */
  <T = unknown>(event: string, handler: EventHandler<T>): () => void;
}

interface Entry {
  readonly handler: (...args: never) => unknown;
  /** Of what browsers tell. */
  readonly data: AnyStruct | undefined;
}

type Handling = (data: unknown, context: EventContext) => unknown;

const NONE: ReadonlySet<Entry> = new Set();

/** Handlers by event, in the order of their registration. */
export class Events {
  readonly #entries = new Map<string, Set<Entry>>();

  readonly on: On = (event: string, first: unknown, second?: unknown): (() => void) => {
    const [data, handler] =
      typeof first === "function"
        ? [undefined, first]
        : [(first as { data: AnyStruct } | undefined)?.data, second];
    must(`on(${event}, handler)`, handler, aFunction);
    if (data) mayTell(event);
    const entry: Entry = { handler: handler as Entry["handler"], data };
    const entries = this.#entries.get(event) ?? new Set();
    this.#entries.set(event, entries.add(entry));
    return () => void entries.delete(entry);
  };

  /** The handlers of an event, as they are now. One that is removed while those before it run has no turn any more. */
  of(event: string): readonly ((...args: readonly unknown[]) => unknown)[] {
    const entries = this.#of(event);
    return [...entries].map(
      (entry) =>
        (...args) =>
          entries.has(entry) && entry.handler(...(args as never)),
    );
  }

  /** Those that take it from browsers, each with the data as its struct takes it. Throws E_VALIDATION. */
  fromBrowser(event: string, data: unknown): readonly ((context: EventContext) => unknown)[] {
    const entries = this.#of(event);
    return [...entries].flatMap((entry) => {
      if (!entry.data) return [];
      const [taken] = takeArguments([entry.data], [data], event);
      return (context: EventContext) => entries.has(entry) && (entry.handler as Handling)(taken, context);
    });
  }

  #of(event: string): ReadonlySet<Entry> {
    return this.#entries.get(event) ?? NONE;
  }
}

const lifeCycle: ReadonlySet<string> = new Set<LifeCycleEvent>(["start", "stop", "connect", "disconnect"]);

/** Throws E_EVENT for an event that only Violet tells, here or in a page. */
export function mayTell(event: string): void {
  if (lifeCycle.has(event) || isLifeCycle(event)) fail("E_EVENT", { name: event });
}

/** `server.on`: they hold for every app of the process. */
export const processEvents = new Events();
