import { Recent } from "../recent.ts";
import type { Commit } from "./backend.ts";

/** Ops of an entry as JSON, and how many. */
interface Ops {
  readonly ops: string;
  readonly count: number;
}

interface Loaded {
  readonly schema: number;
  readonly version: number;
  /** The version at which the whole state was written, as this JSON. */
  readonly checkpoint: number;
  readonly value: string;
  /** The newest ones; the last is the one that made `version`. */
  readonly entries: readonly Ops[];
}

/**
 * A checkpoint costs what the state weighs: it is made when the ops since the last one weigh more, and are not just a
 * few. Above the second number there are more of them than a page that was away is sent.
 */
const MIN_OPS = 100;
const MAX_OPS = 1000;

/** So many states are known by heart; another one has a checkpoint first. */
const MAX_KNOWN = 10_000;

/** Since a state's last checkpoint. */
interface Since {
  readonly schema: number;
  readonly ops: number;
  readonly letters: number;
  /** Of the checkpoint itself. */
  readonly valueLetters: number;
}

const UNKNOWN: Since = { schema: 0, ops: MAX_OPS, letters: 0, valueLetters: 0 };

/** When the whole of a state is written, in place of the ops that made it. */
export class Checkpoints {
  readonly #since = new Recent<Since>(MAX_KNOWN);

  loaded(store: string, { schema, version, checkpoint, entries, value }: Loaded): void {
    const later = entries.slice(entries.length - (version - checkpoint));
    this.#since.set(store, grown({ schema, ops: 0, letters: 0, valueLetters: value.length }, later));
  }

  /** What is stored of it is not known, or nothing. */
  forget(store: string): void {
    this.#since.set(store, UNKNOWN);
  }

  /** The whole state after a commit of these entries, as JSON, if it is to be written with them. */
  due({ store, version, schema, value }: Commit, entries: readonly Ops[]): string | undefined {
    const since = grown(this.#since.get(store) ?? UNKNOWN, entries);
    const { ops, letters, valueLetters } = since;
    const isDue =
      !version || since.schema !== schema || ops >= MAX_OPS || (ops >= MIN_OPS && letters > valueLetters);
    if (!isDue) {
      this.#since.set(store, since);
      return undefined;
    }
    const whole = JSON.stringify(value());
    this.#since.set(store, { schema, ops: 0, letters: 0, valueLetters: whole.length });
    return whole;
  }
}

const grown = (since: Since, entries: readonly Ops[]): Since => ({
  ...since,
  ops: entries.reduce((sum, { count }) => sum + count, since.ops),
  letters: entries.reduce((sum, { ops }) => sum + ops.length, since.letters),
});
