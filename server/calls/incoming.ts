import type { CallableFunction } from "../../src/calls/callable.ts";
import { takeArguments } from "../../src/state/validation.ts";
import type { Frame } from "../../src/wire/frames.ts";
import type { App } from "../app.ts";
import { inTime } from "../deadline.ts";
import type { Told } from "../hub/hub.ts";
import type { CallContext } from "./functions.ts";

/** Calls of realtime functions, and events, that come over sockets. */
export class Incoming {
  readonly #app: App;
  /** Those that returned something, and were warned of. */
  readonly #warned = new WeakSet<CallableFunction>();

  constructor(app: App) {
    this.#app = app;
  }

  /**
   * Runs a realtime function, or the handlers that take an event from browsers. Throws, before any runs, what is wrong
   * with it; what goes wrong in them is reported. The promise is there while they run.
   */
  take(frame: Told, context: CallContext): Promise<void> | undefined {
    return frame.type === "call" ? this.#call(frame, context) : this.#event(frame, context);
  }

  #call({ name, args }: Frame<"call">, context: CallContext): Promise<void> | undefined {
    const callable = this.#app.registry.find(name, "realtime");
    const taken = takeArguments(callable.structs, args, name);
    const run = callable.run as (...args: readonly unknown[]) => unknown;
    return this.#run(name, context, () => {
      const given = run(...taken, context);
      const warn = (value: unknown) => this.#warn(name, callable, value);
      return given instanceof Promise ? given.then(warn) : warn(given);
    });
  }

  #event({ event, data }: Frame<"event">, context: CallContext): Promise<void> | undefined {
    return this.#run(event, context, this.#app.browserEvent(event, data, context));
  }

  #run(
    name: string,
    { client, session }: CallContext,
    fn: () => Promise<void> | undefined,
  ): Promise<void> | undefined {
    const { handlerMs } = this.#app.settings.limits;
    const facts = { function: name, client: client.id };
    const failed = (error: unknown) => this.#app.report(error, `"${name}", called by a page, failed`, facts);
    try {
      const running = this.#app.within(client, fn, session);
      return running && inTime(running, { what: `"${name}"`, handlerMs }).catch(failed);
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  #warn(name: string, callable: CallableFunction, value: unknown): undefined {
    if (value === undefined || this.#warned.has(callable)) return;
    this.#warned.add(callable);
    this.#app.settings.logger.warn(
      { name },
      `"${name}" is a realtime function and returned a value, which nobody gets. Make it server.rpc, or return nothing.`,
    );
  }
}
