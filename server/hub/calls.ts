import { type ErrorCode, VioletError } from "../../src/errors.ts";
import type { Client } from "../../src/state/definition.ts";
import type { Facts } from "../logger.ts";
import type { Failure } from "./connection.ts";
import type { Caller, Told } from "./hub.ts";
import type { Peer } from "./wire.ts";

/** The connection of the page that calls. */
export interface CallsHost {
  readonly client: Client;
  readonly peer: Peer;
  error(failure: Failure): void;
  report(error: unknown, facts?: Facts): void;
}

/** So many may be under way; the next message waits for one of them. */
const MAX_RUNNING = 64;

/** What one page tells without waiting for an answer: calls of realtime functions, and events. */
export class Calls {
  readonly #host: CallsHost;
  readonly #told: (frame: Told, caller: Caller) => Promise<void> | undefined;
  readonly #running = new Set<Promise<void>>();
  readonly #left = new AbortController();

  constructor(host: CallsHost, told: (frame: Told, caller: Caller) => Promise<void> | undefined) {
    this.#host = host;
    this.#told = told;
  }

  /** They are begun in their order. The promise is there while no more may be under way. */
  take(frame: Told): Promise<void> | undefined {
    const { client, peer } = this.#host;
    try {
      const done = this.#told(frame, { client, session: peer.session, signal: this.#left.signal });
      return done && this.#run(done);
    } catch (error) {
      const known = error instanceof VioletError ? error : undefined;
      if (!known)
        this.#host.report(error, frame.type === "call" ? { function: frame.name } : { event: frame.event });
      this.refuse(frame, known?.code ?? "E_INTERNAL", known ?? { cause: error });
      return undefined;
    }
  }

  #run(done: Promise<void>): Promise<void> | undefined {
    const running = done.finally(() => this.#running.delete(running));
    this.#running.add(running);
    return this.#running.size < MAX_RUNNING ? undefined : Promise.race(this.#running);
  }

  /** Nothing came of it, and it does not come again. */
  refuse(frame: Told, code: ErrorCode, { field, message, cause }: Partial<VioletError> = {}): void {
    const call = frame.type === "call" ? frame.name : frame.event;
    this.#host.error({ code, call, field, cause, ...(message && { message }) });
  }

  /** The page is gone: functions that look at their signal need not go on. */
  end(): void {
    this.#left.abort();
  }
}
