import type { Failure } from "./failure.ts";

type Outcome = Promise<Failure | undefined>;

/** So many are known when they come once more; the oldest is forgotten. */
const MAX_OUTCOMES = 100;

/** The forms that are sent to an instance: they are taken one after another, and what is sent twice is taken once. */
export class SentForms {
  #last: Promise<unknown> = Promise.resolve();
  readonly #outcomes = new Map<string, Outcome>();

  /** What comes again under its name is not run again, unless it had come to nothing. */
  async take(name: string | undefined, run: () => Outcome): Outcome {
    const known = name === undefined ? undefined : this.#outcomes.get(name);
    if (known) return known;
    const outcome = this.#last.then(run, run);
    this.#last = outcome;
    if (name === undefined) return outcome;
    this.#outcomes.set(name, outcome);
    const [oldest = ""] = this.#outcomes.keys();
    if (this.#outcomes.size > MAX_OUTCOMES) this.#outcomes.delete(oldest);
    const failure = await outcome;
    if (failure) this.#outcomes.delete(name);
    return failure;
  }
}
