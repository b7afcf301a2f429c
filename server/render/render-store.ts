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

  override call(action: string): never {
    return refuseCall(this.name, action);
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
    return fail("E_READ_ONLY", { store: this.name, hint: IN_A_RENDER });
  }
}

const IN_A_RENDER = "a page is being rendered";

/** Most who do that want to bind it: `@click=${counter.add(1)}`. */
export const refuseCall = (store: string, name: string): never =>
  fail("E_READ_ONLY", { store, hint: `${IN_A_RENDER}. To bind it, write on(${name}, ...)` });

/** The state as the render's client sees it. */
export interface Look {
  /** A state that is not an object stands in `{ value }`. */
  readonly boxed: boolean;
  readonly value: JsonObject;
}
