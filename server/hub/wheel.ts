import type { Connection } from "./connection.ts";
import type { HubTime } from "./time.ts";

const TURN_MS = 1000;

/** One timer for all connections: each sits in one slot, and each second the next slot has its turn. */
export class Wheel {
  readonly #slots: Set<Connection>[];
  readonly #places = new WeakMap<Connection, Set<Connection>>();
  readonly stop: () => void;
  #cursor = 0;
  #next = 0;

  /** `beat` is called for each connection once per `periodMs`, `turn` once a second. */
  constructor(
    periodMs: number,
    time: Pick<HubTime, "every">,
    on: { beat(connection: Connection): void; turn(): void },
  ) {
    this.#slots = Array.from({ length: Math.max(1, Math.round(periodMs / TURN_MS)) }, () => new Set());
    this.stop = time.every(TURN_MS, () => {
      this.#cursor = (this.#cursor + 1) % this.#slots.length;
      for (const connection of this.#slots[this.#cursor] ?? []) on.beat(connection);
      on.turn();
    });
  }

  add(connection: Connection): void {
    const slot = this.#slots[this.#next++ % this.#slots.length] as Set<Connection>;
    slot.add(connection);
    this.#places.set(connection, slot);
  }

  delete(connection: Connection): void {
    this.#places.get(connection)?.delete(connection);
  }
}
