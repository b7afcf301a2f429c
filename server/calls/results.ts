/** What a call gave, to be told again to who repeats it. */
export interface Outcome {
  readonly status: number;
  readonly body: string;
  readonly retryAfterMs?: number | undefined;
}

interface Kept {
  /** Of what was called: another call may not come under this id. */
  readonly digest: string;
  readonly outcome: Promise<Outcome>;
  readonly at: number;
  bytes: number;
}

const KEPT_MS = 600_000;
const MAX_KEPT = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Calls that were given an id run once: who repeats one gets what it gave, or waits for it. Kept for ten minutes, 10,000
 * of them or 16 MiB; then the oldest is forgotten, and its id would run again.
 */
export class Results {
  readonly #now: () => number;
  /** In the order in which they came. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The outcome of the call under this key; undefined where another call came under it. */
  once(key: string, digest: string, run: () => Promise<Outcome>): Promise<Outcome> | undefined {
    this.#expire();
    const known = this.#kept.get(key);
    if (known) return known.digest === digest ? known.outcome : undefined;
    const kept: Kept = { digest, outcome: run(), at: this.#now(), bytes: key.length };
    this.#kept.set(key, kept);
    this.#bytes += kept.bytes;
    void kept.outcome.then(({ body }) => this.#grow(key, kept, body.length));
    return kept.outcome;
  }

  #grow(key: string, kept: Kept, bytes: number) {
    if (this.#kept.get(key) !== kept) return;
    kept.bytes += bytes;
    this.#bytes += bytes;
    this.#expire();
  }

  #expire() {
    const end = this.#now() - KEPT_MS;
    for (const [key, { at, bytes }] of this.#kept) {
      if (at > end && this.#kept.size <= MAX_KEPT && this.#bytes <= MAX_BYTES) return;
      this.#kept.delete(key);
      this.#bytes -= bytes;
    }
  }
}
