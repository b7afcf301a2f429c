import type { Client } from "../../src/state/definition.ts";
import { closeCodes } from "../../src/wire/close-codes.ts";
import type { Connection } from "./connection.ts";

interface Identity {
  readonly client: Client;
  readonly copy: number | undefined;
  /** The number of the last letter before it came. */
  readonly from: number;
  connection: Connection | undefined;
  /** When it ends, while it has no connection. */
  endsAt: number;
}

/** The pages that this process knows. A page whose link is lost keeps its identity for a grace time. */
export class Identities {
  readonly #graceMs: number;
  readonly #emit: (event: "connect" | "disconnect", client: Client) => void;
  readonly #all = new Map<string, Identity>();
  /** Those without a connection. */
  readonly #away = new Set<Identity>();

  constructor(graceMs: number, emit: (event: "connect" | "disconnect", client: Client) => void) {
    this.#graceMs = graceMs;
    this.#emit = emit;
  }

  /** Whether another copy of the page is this client, be it connected or away. */
  isTaken({ id }: Client, copy: number | undefined): boolean {
    const known = this.#all.get(id);
    return known !== undefined && known.copy !== copy;
  }

  isConnected({ id }: Client): boolean {
    return this.#all.get(id)?.connection !== undefined;
  }

  /** Whether it is one of this process, connected or away. */
  isKnown(id: string): boolean {
    return this.#all.has(id);
  }

  /** The number of the last letter before this client came, if it is one of this process. */
  fromOf(id: string): number | undefined {
    return this.#all.get(id)?.from;
  }

  connectionOf(id: string): Connection | undefined {
    return this.#all.get(id)?.connection;
  }

  /** A connection said hello. A page's new connection replaces its old one. */
  arrive(connection: Connection, from: number): void {
    const { client, copy } = connection;
    const known = this.#all.get(client.id);
    if (!known) {
      this.#all.set(client.id, { client, copy, from, connection, endsAt: 0 });
      this.#emit("connect", client);
      return;
    }
    const old = known.connection;
    known.connection = connection;
    this.#away.delete(known);
    old?.close(closeCodes.resync);
  }

  /** A connection is gone: for good, or its page may come back. */
  leave(connection: Connection, forGood: boolean, now: number): void {
    const identity = this.#all.get(connection.client.id);
    if (identity?.connection !== connection) return;
    identity.connection = undefined;
    if (forGood) this.#end(identity);
    else {
      identity.endsAt = now + this.#graceMs;
      this.#away.add(identity);
    }
  }

  expire(now: number): void {
    for (const identity of this.#away) if (identity.endsAt <= now) this.#end(identity);
  }

  #end(identity: Identity) {
    this.#away.delete(identity);
    this.#all.delete(identity.client.id);
    this.#emit("disconnect", identity.client);
  }

  connected(): Client[] {
    return [...this.#all.values()].filter(({ connection }) => connection).map(({ client }) => client);
  }
}
