/**
 * What was of use of late, by its key: each turn forgets what nobody asked for since the turn before. Most lookups are
 * that alone; nothing is sorted, and no timer runs.
 */
export class Recent<V extends object | string> {
  readonly #max: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** It turns by itself when so many are young: it never holds more than twice as many. */
  constructor(max = Number.POSITIVE_INFINITY) {
    this.#max = max;
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#max) this.turn();
    // A copy: a part of a text would keep all of it in memory, the whole Cookie header.
    this.#young.set(Buffer.from(key).toString(), value);
  }

  turn(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }
}
