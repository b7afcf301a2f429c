import { Recent } from "../../recent.ts";

/** So many states are known by heart. */
const MAX_KNOWN = 10_000;

export interface Position {
  readonly epoch: string;
  readonly version: number;
  /** The id of the last commit: one that made no version has changed writers' records. */
  readonly commit: string;
}

/** Of a state that is not stored. */
export const NOWHERE: Position = { epoch: "", version: 0, commit: "" };

/** How far this process knows each state: by what it read, and by its own commits. */
export class Positions {
  readonly #known = new Recent<Position>(MAX_KNOWN);
  readonly #committing = new Set<string>();

  /** Undefined where nobody looked, or that was long ago. */
  get(store: string): Position | undefined {
    return this.#known.get(store);
  }

  set(store: string, position: Position): void {
    this.#known.set(store, position);
  }

  /** What is heard of the state may be this process's own doing. */
  isCommitting(store: string): boolean {
    return this.#committing.has(store);
  }

  async during<T>(store: string, commit: () => Promise<T>): Promise<T> {
    this.#committing.add(store);
    try {
      return await commit();
    } finally {
      this.#committing.delete(store);
    }
  }
}
