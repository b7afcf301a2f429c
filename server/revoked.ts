import type { Revocation } from "./backends/backend.ts";
import type { Clock } from "./clock.ts";

/** An entry is some 150 bytes. */
const MAX_REMEMBERED = 100_000;

/**
 * The sessions that were revoked, each for as long as a cookie of it could be valid. Of too many the oldest are no
 * longer known by their id: from then on all cookies of their time are refused. Whoever has such a cookie gets a new
 * session, which is all that is lost.
 */
export class Revoked {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #max: number;
  /** When each was revoked; the oldest first. */
  readonly #at = new Map<string, number>();
  #refusedUntil = 0;

  constructor(clock: Clock, lifeMs: number, max = MAX_REMEMBERED) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
    this.#max = max;
  }

  /** Gives what is to be stored of it. */
  add(session: string): Revocation {
    const at = this.#clock.now();
    this.#remember(session, at);
    return { session, at, until: at + this.#lifeMs };
  }

  /** Those that were stored. */
  restore(revocations: readonly Revocation[]): void {
    for (const { session, at } of revocations.toSorted((a, b) => a.at - b.at)) this.#remember(session, at);
  }

  #remember(session: string, revokedAt: number) {
    const now = this.#clock.now();
    this.#at.delete(session);
    this.#at.set(session, revokedAt);
    for (const [oldest, at] of this.#at) {
      const isOver = at + this.#lifeMs < now;
      if (!isOver && this.#at.size <= this.#max) return;
      if (!isOver) this.#refusedUntil = at;
      this.#at.delete(oldest);
    }
  }

  /** Whether a cookie of this session that was made at this time is refused. */
  has(id: string, madeAt: number): boolean {
    return this.#at.has(id) || madeAt <= this.#refusedUntil;
  }
}
