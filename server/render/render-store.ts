import { fail } from "../../src/errors.ts";
import { StoreCore } from "../../src/state/core.ts";
import type { Definition } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";

/**
 * One render's look at a store: a snapshot of what its client may see, the same for the whole page. Every read
 * gives snapshots, every write throws E_READ_ONLY.
 */
export class RenderStore extends StoreCore {
  constructor(definition: Definition, key: string | undefined, { boxed, value }: Look) {
    super(definition, key, boxed ? null : {}, value);
  }

  override get snapshots(): boolean {
    return true;
  }

  get isLoaded(): boolean {
    return true;
  }

  get pending(): number {
    return 0;
  }

  async loaded(): Promise<void> {}

  async settled(): Promise<void> {}

  override write(): never {
    return this.#refuse();
  }

  override call(): never {
    return this.#refuse();
  }

  override transaction(): never {
    return this.#refuse();
  }

  protected commit(): never {
    return this.#refuse();
  }

  protected originate(): never {
    return this.#refuse();
  }

  #refuse(): never {
    return fail("E_READ_ONLY", { store: this.name, hint: "a page is being rendered" });
  }
}

/** The state as the render's client sees it. */
export interface Look {
  /** A state that is not an object stands in `{ value }`. */
  readonly boxed: boolean;
  readonly value: JsonObject;
}
