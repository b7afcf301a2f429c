import { type ErrorCode, VioletError } from "../../src/errors.ts";
import type { Client } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { Op } from "../../src/state/ops.ts";
import type { Authority } from "./authority.ts";
import type { Connection } from "./connection.ts";
import { difference } from "./difference.ts";
import { Encoded } from "./encoded.ts";

/** What a page asked for: which of its lives as a writer, and what it has. */
export interface Request {
  readonly life: number;
  readonly epoch?: string | undefined;
  readonly version?: number | undefined;
}

interface Failure {
  readonly code: string;
  /** The number of the batch. */
  readonly re?: number | undefined;
  readonly field?: string | undefined;
  readonly message?: string;
  readonly retryAfterMs?: number;
  readonly next?: number;
}

/** One connection's look at one store: everything that the store tells it goes through here. */
export class Subscription {
  readonly authority: Authority;
  readonly connection: Connection;
  #life = 0;
  #isOpen = true;
  /** The page cannot keep up: it gets nothing more until it has read so far that it subscribes again. */
  #isBehind = false;
  /** What this client saw last, in a store with a view. */
  #seen: JsonObject | undefined;

  constructor(authority: Authority, connection: Connection) {
    this.authority = authority;
    this.connection = connection;
  }

  get client(): Client {
    return this.connection.client;
  }

  /** Under which name this page's batches are numbered. */
  get writer(): string {
    return `${this.client.id}.${this.#life}`;
  }

  /** Answers a subscription with what was missed, or with everything, when nothing of its writer is undecided. */
  async open(request: Request): Promise<void> {
    const { authority, connection } = this;
    this.#life = request.life;
    await authority.decided(this.writer);
    if (!this.#isOpen || connection.state !== "live") return;
    this.#isBehind = false;
    const state = authority.state(request, this.writer, () => this.#look());
    if (state.patches && authority.hasView) this.#look();
    authority.subscriptions.add(this);
    connection.count(state.patches ? "resumes" : "snapshots");
    connection.send(new Encoded(state));
  }

  #look(): JsonObject {
    const { authority, client } = this;
    this.#seen = authority.viewFor(client, authority.committedState());
    return this.#seen;
  }

  /** What made a version. */
  patch(patch: Encoded): void {
    if (this.#isBehind || this.connection.patch(patch)) return;
    this.#isBehind = true;
    this.error({ code: "E_RESYNC" });
  }

  /** The same in a store with a view: what it changed for this client. */
  patchView(v: number): void {
    try {
      if (!this.#isBehind)
        this.patch(new Encoded({ type: "SYNC", store: this.authority.id, v, ops: this.#changes() }));
    } catch (error) {
      this.#end(error);
    }
  }

  #changes(): Op[] {
    const before = this.#seen ?? {};
    return difference(before, this.#look());
  }

  /** A batch of this client is committed. Without `v` that was said before. */
  acknowledge({ n, v, ops }: { n: number; v?: number; ops?: readonly Op[] | undefined }): void {
    // The answer to the next subscription says it, too.
    if (this.#isBehind) return;
    try {
      const seen = v !== undefined && this.authority.hasView ? this.#changes() : ops;
      this.connection.send(new Encoded({ type: "ack", store: this.authority.id, n, v, ops: seen }));
    } catch (error) {
      this.#end(error);
    }
  }

  error({ message, ...failure }: Failure): void {
    const { id, name } = this.authority;
    const text = message ?? new VioletError(failure.code as ErrorCode, { store: name }).message;
    this.connection.send(new Encoded({ type: "error", store: id, ...failure, message: text }));
  }

  /** The app's view throws. */
  #end(error: unknown) {
    this.close();
    this.connection.refuse(this.authority.name, error);
  }

  close(): void {
    this.#isOpen = false;
    this.authority.subscriptions.delete(this);
  }
}
