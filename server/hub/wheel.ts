import type { Connection } from "./connection.ts";
import type { HubTime } from "./time.ts";

const TURN_MS = 1000;

/** One timer for all connections: each sits in one slot, and each second the next slot has its turn. */
export class Wheel {
  readonly #slots: Set<Connection>[];
  readonly stop: () => void;
  #turns = 0;
  #next = 0;

  /** `beat` is called for each connection once per `periodMs`, which is at least a second, `turn` once a second. */
  constructor(
    periodMs: number,
    time: Pick<HubTime, "every">,
    on: { beat(connection: Connection): void; turn(): void },
  ) {
    this.#slots = Array.from({ length: Math.floor(periodMs / TURN_MS) }, () => new Set());
    this.stop = time.every(TURN_MS, () => {
      this.#turns++;
      for (const connection of this.#slots[this.#turns % this.#slots.length] ?? []) on.beat(connection);
      on.turn();
    });
  }

  /**
   * Milliseconds, in whole turns. Nobody sets this clock, and it stands still while this process does (the machine
   * sleeps, a handler blocks): no page counts as silent while nobody listened.
   */
  get now(): number {
    return this.#turns * TURN_MS;
  }

  add(connection: Connection): void {
    this.#slots[this.#next++ % this.#slots.length]?.add(connection);
  }

  delete(connection: Connection): void {
    // Asking them all is cheaper than to remember for each connection where it is.
    this.#slots.some((slot) => slot.delete(connection));
  }
}
