import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { fail } from "../../../src/errors.ts";
import type { Commit, Durability, Revocation, StoredState } from "../backend.ts";
import { Checkpoints } from "../checkpoints.ts";
import type { RedisBackend } from "../redis.ts";
import { Calls } from "./calls.ts";
import { argumentsOf, type Row, rowsOf } from "./commit.ts";
import { Connection } from "./connection.ts";
import { Keys } from "./keys.ts";
import type { Given } from "./options.ts";
import { NOWHERE, Positions } from "./positions.ts";
import { Replicas } from "./replicas.ts";
import { Revocations } from "./revocations.ts";
import { commit, extend, load } from "./scripts.ts";
import { checked, type Reply } from "./stored.ts";
import { agreed } from "./terms.ts";
import { Watching } from "./watching.ts";

/** What stands under a state's name is none: another program wrote it. */
const isForeign = (error: unknown) => /\b(WRONGTYPE|TOOBIG)\b/.test((error as Error).message);

/** There is time for another try. */
const silenceMs = ({ timeoutMs }: Given) => Math.ceil(timeoutMs / 2);

/** The states in a Redis, as one process has them. */
export class States implements RedisBackend {
  readonly name: string;
  readonly counters = { connections: 0, retries: 0, epochs: 0, junk: 0 };
  readonly #given: Given;
  readonly #keys: Keys;
  readonly #connection: Connection;
  readonly #listening: Connection;
  readonly #calls: Calls;
  readonly #replicas: Replicas;
  readonly #revocations: Revocations;
  readonly #watching: Watching;
  readonly #checkpoints = new Checkpoints();
  readonly #positions = new Positions();
  /** Names this process's commits. */
  readonly #id = randomBytes(6).toString("base64url");
  #commits = 0;
  #durability: Durability | undefined;

  constructor(given: Given) {
    const { name, prefix, replicas, timeoutMs, lookMs, now } = given;
    this.#given = given;
    this.name = name;
    this.#keys = new Keys(prefix);
    this.#connection = this.#connectionOf("violet", () => this.#watching.lookAtAll());
    this.#listening = this.#connectionOf("violet-watch", (redis) => this.#watching.connected(redis));
    this.#calls = new Calls({
      ...{ name, connection: this.#connection, timeoutMs, silenceMs: silenceMs(given) },
      retried: () => this.counters.retries++,
    });
    this.#replicas = new Replicas({
      count: replicas,
      timeoutMs: Math.ceil(timeoutMs / 4),
      probe: this.#keys.probe,
    });
    this.#revocations = new Revocations(this.#keys.revoked, now);
    this.#watching = new Watching({
      connection: this.#listening,
      calls: this.#calls,
      keys: this.#keys,
      positions: this.#positions,
      everyMs: lookMs,
      now,
      junk: () => this.counters.junk++,
    });
  }

  #connectionOf(title: string, connected: (redis: Redis) => void): Connection {
    return new Connection({
      server: this.#given.server,
      title,
      silenceMs: silenceMs(this.#given),
      greet: (redis) => this.#greet(redis),
      connected: (redis) => {
        this.counters.connections++;
        connected(redis);
      },
    });
  }

  /** Before the server's settings are known, what they have to be. */
  get durability(): Durability {
    const { volatile, durability } = this.#given;
    return this.#durability ?? (volatile ? "volatile" : (durability ?? "process"));
  }

  /** A server that comes in place of the first one has to be worth as much. */
  async #greet(redis: Redis): Promise<void> {
    const { volatile, durability } = this.#given;
    this.#durability = await agreed(redis, { volatile, asked: this.#durability ?? durability });
  }

  async load(store: string): Promise<StoredState | undefined> {
    const { epoch, version } = this.#positions.get(store) ?? NOWHERE;
    const fresh = randomBytes(6).toString("base64url");
    const args = [this.#given.now(), fresh, epoch, version];
    const reply = await this.#calls.ask(async (redis) => {
      try {
        const reply = await load.run(redis, this.#keys.all(store), args);
        await this.#replicas.have(redis);
        return reply as Reply | null;
      } catch (error) {
        if (!isForeign(error)) throw error;
        const message = `What Redis has under the name of "${store}" is not Violet's: ${(error as Error).message}`;
        return fail("E_STATE_INVALID", { store }, { message });
      }
    });
    if (!reply) return this.#nothing(store);
    return this.#loaded(store, reply, fresh);
  }

  #nothing(store: string): undefined {
    this.#positions.set(store, NOWHERE);
    this.#checkpoints.forget(store);
  }

  #loaded(store: string, reply: Reply, fresh: string): StoredState {
    const { state, commit, checkpoint, value, junk } = checked(store, reply);
    const { epoch, version, schema } = state;
    this.counters.junk += junk;
    if (epoch === fresh) this.counters.epochs++;
    this.#positions.set(store, { epoch, version, commit });
    this.#checkpoints.loaded(store, { schema, version, checkpoint, value, entries: rowsOf(state.log) });
    return state;
  }

  async commit(commit: Commit): Promise<void> {
    const { store } = commit;
    const rows = rowsOf(commit.entries);
    const value = this.#checkpoints.due(commit, rows);
    try {
      await this.#positions.during(store, () => this.#commit(commit, rows, value));
    } catch (error) {
      this.#checkpoints.forget(store);
      throw error;
    } finally {
      this.#watching.settled(store);
    }
  }

  async #commit(given: Commit, rows: readonly Row[], value: string | undefined): Promise<void> {
    const { store, epoch, version } = given;
    const { commit: known } = this.#positions.get(store) ?? NOWHERE;
    const id = `${this.#id}.${++this.#commits}`;
    const args = argumentsOf(given, { rows, now: this.#given.now(), known, id, value });
    const outcome = await this.#calls.ask(async (redis) => {
      try {
        const outcome = await commit.run(redis, this.#keys.all(store), args);
        if (outcome === "stored") await this.#replicas.have(redis);
        return outcome;
      } catch (error) {
        if (isForeign(error)) return "conflict";
        throw error;
      }
    });
    if (outcome === "conflict") fail("E_RESYNC", { store });
    if (outcome === "trimmed") fail("E_UNAVAILABLE", {}, { message: TRIMMED, origin: "network" });
    this.#positions.set(store, { epoch, version: version + rows.length, commit: id });
  }

  async extend(stores: readonly string[], until: number): Promise<void> {
    const args = [this.#given.now(), until];
    await this.#calls.ask((redis) =>
      Promise.all(stores.map((store) => extend.run(redis, this.#keys.all(store), args))),
    );
  }

  async delete(stores: readonly string[]): Promise<void> {
    await this.#calls.ask((redis) =>
      Promise.all(
        stores.map(async (store) => {
          await redis.unlink(...this.#keys.all(store));
          await redis.publish(this.#keys.state(store), ENDED);
        }),
      ),
    );
    for (const store of stores) this.#nothing(store);
  }

  async revoke(revocation: Revocation): Promise<void> {
    await this.#calls.ask((redis) => this.#revocations.add(redis, revocation));
  }

  async revoked(): Promise<readonly Revocation[]> {
    const found = await this.#calls.ask((redis) => this.#revocations.all(redis));
    const revocations = found.filter((each) => each !== undefined);
    this.counters.junk += found.length - revocations.length;
    return revocations;
  }

  watch(
    store: string,
    changed: (stored: { epoch: string; version: number } | undefined) => void,
  ): () => void {
    return this.#watching.watch(store, changed);
  }

  async check(): Promise<void> {
    await this.#calls.askNow(async (redis) => {
      await this.#greet(redis);
      await redis.set(this.#keys.probe, 1);
      await this.#replicas.have(redis);
    });
  }

  async close(): Promise<void> {
    this.#watching.stop();
    await Promise.all([this.#connection.close(), this.#listening.close()]);
  }
}

/** As news of a commit: that of no epoch. */
const ENDED = "0 -";
const TRIMMED =
  "The log of a state in Redis was cut by another program. The next commit stores the whole of it.";
