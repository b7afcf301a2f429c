import type { ServerResponse } from "node:http";
import type { Client } from "../../src/state/definition.ts";
import type { Session } from "../session.ts";
import { type CallContext, never } from "./functions.ts";

/** The context of a call over HTTP. Its signal is made for functions that ask for it: most do not. */
export class WaitedFor implements CallContext {
  readonly client: Client;
  readonly session: Session;
  readonly #response: ServerResponse | undefined;
  #aborts: AbortController | undefined;
  #isLate = false;

  /** `response`: of a call that ends when nobody waits for that any more. */
  constructor(client: Client, session: Session, response: ServerResponse | undefined) {
    this.client = client;
    this.session = session;
    this.#response = response;
  }

  get signal(): AbortSignal {
    if (!this.#response) return never;
    if (!this.#aborts) {
      this.#aborts = new AbortController();
      this.#response.once("close", () => this.#check());
      this.#check();
    }
    return this.#aborts.signal;
  }

  /** It took too long. */
  late(): void {
    this.#isLate = this.#response !== undefined;
    this.#check();
  }

  #check(): void {
    const hasLeft = this.#response?.destroyed && !this.#response.writableFinished;
    if (hasLeft || this.#isLate) this.#aborts?.abort();
  }
}
