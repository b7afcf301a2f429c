/** The server's side of the model: a hub that may die, and the storage that outlives it. */
import type { Authority } from "../../server/hub/authority.ts";
import { Hub } from "../../server/hub/hub.ts";
import { defaultLimits } from "../../server/limits.ts";
import type { Definition } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { TestClock } from "../../testing/clock.ts";
import { SimHubTime } from "../support/clock.ts";
import type { Counters } from "./counters.ts";
import { History } from "./history.ts";
import type { Dice, Schedule } from "./schedule.ts";
import { MAX_ROLLBACK, SimStorage } from "./storage.ts";
import { initialOf } from "./stores.ts";

/** The time of one process: with it, its timers end. */
class ProcessTime extends SimHubTime {
  readonly #ends: (() => void)[] = [];

  override every(ms: number, fn: () => void): () => void {
    const end = super.every(ms, fn);
    this.#ends.push(end);
    return end;
  }

  end(): void {
    for (const end of this.#ends) end();
  }
}

interface Surroundings {
  readonly clock: TestClock;
  readonly counters: Counters;
  /** Something is wrong that the engine takes for a failure of what is around it. */
  fault(error: unknown): void;
}

export class Site {
  readonly history: History;
  readonly storage: SimStorage;
  readonly #schedule: Schedule;
  readonly #definitions: readonly Definition[];
  readonly #around: Surroundings;
  #time: ProcessTime;
  #hub: Hub;

  constructor(schedule: Schedule, definitions: readonly Definition[], around: Surroundings) {
    this.#schedule = schedule;
    this.#definitions = definitions;
    this.#around = around;
    this.history = new History(new Map(definitions.map((each) => [each.name, initialOf(each)])));
    this.storage = new SimStorage(this.history, schedule.isDelayed);
    this.#time = new ProcessTime(around.clock);
    this.#hub = this.#newHub();
  }

  get hub(): Hub {
    return this.#hub;
  }

  #newHub() {
    const { logOps, outboxBytes, storeBytes: maxStoreBytes } = this.#schedule;
    return new Hub({
      backend: this.storage.open(),
      limits: {
        ...defaultLimits,
        logOps,
        outboxBytes,
        maxStoreBytes,
        // All browsers are of one session here.
        socketsPerSession: 1000,
        heartbeatMs: 25_000,
        deadAfterMs: 45_000,
      },
      identify: ({ client = "nobody" }) => ({ client: { id: client }, token: client }),
      emit: () => {},
      within: (_, fn) => fn(),
      report: (error) => this.#report(error),
      time: this.#time,
    });
  }

  /** Stores that cannot be loaded now are loaded for the first page that asks again. */
  async start(): Promise<void> {
    await Promise.allSettled(this.#definitions.map((definition) => this.#hub.open(definition, undefined)));
  }

  authority(definition: Definition): Authority | undefined {
    return this.#hub.find(definition, undefined);
  }

  /** The store's last state that is committed. */
  committed(definition: Definition): JsonObject {
    const { name, epoch, version } = this.authority(definition) as Authority;
    return this.history.at(name, epoch, version) as JsonObject;
  }

  /** What a page may be told to be lost here. */
  mayLose(reason: string): boolean {
    const { loses } = this.#schedule;
    if (reason === "E_CLIENT_EXPIRED") return loses === "writers";
    return reason !== "E_FORGOTTEN" || loses === "all" || loses === "commits";
  }

  endTurn(): void {
    this.#time.endTurn();
  }

  /** What is reported and was not made to fail is a fault. */
  #report(error: unknown) {
    const { code, message } = error as { code?: string; message?: string };
    if (code !== "E_UNAVAILABLE" && message !== "nothing left") this.#around.fault(error);
  }

  /** The process ends at once, and another one starts. */
  async crash(dice: Dice, mayForget: (store: string, writer: string) => boolean): Promise<void> {
    const { counters } = this.#around;
    counters.crashes++;
    this.#time.end();
    this.storage.abandon(() => {
      const isDone = dice.random() < 0.5;
      counters[isDone ? "crashesAfterCommit" : "crashesBeforeCommit"]++;
      return isDone;
    });
    if (dice.random() < 0.8) this.#lose(dice, mayForget);
    if (dice.random() < 0.2) counters.loadsFailed += this.storage.failLoads(1 + dice.below(4));
    this.#time = new ProcessTime(this.#around.clock);
    this.#hub = this.#newHub();
    await this.start();
  }

  #lose(dice: Dice, mayForget: (store: string, writer: string) => boolean) {
    const { loses } = this.#schedule;
    const { counters } = this.#around;
    if (loses === "all") {
      counters.wipes++;
      this.storage.wipe();
    } else if (loses === "commits") {
      counters.rollbacks++;
      this.storage.rollBack(1 + dice.below(MAX_ROLLBACK));
    } else if (loses === "writers" && this.storage.forget(mayForget)) counters.forgotten++;
  }
}
