import { type Callable, namedIn } from "../../src/calls/callable.ts";
import { isCallName } from "../../src/calls/names.ts";
import { fail } from "../../src/errors.ts";

/** `{ chat: await import("./chat.server.js") }`: the exports of each file are called `file.export`. */
export type Modules = Readonly<Record<string, object>>;

/** The functions of an app that may be called, by their wire names. Only what was marked is in here. */
export class Registry {
  readonly #callables = new Map<string, Callable>();

  /** Throws E_DUPLICATE_NAME, and E_OPTION for a name that is none. */
  constructor(modules: Modules) {
    for (const [file, module] of Object.entries(modules))
      for (const [name, callable] of namedIn(file, module)) {
        if (!isCallName(name))
          fail("E_OPTION", {
            name: `modules.${name}`,
            expected: "a name of up to 64 letters, digits, _ and .",
          });
        if (this.#callables.has(name)) fail("E_DUPLICATE_NAME", { name });
        this.#callables.set(name, callable);
      }
  }

  /** Unknown, unmarked and of another kind are the same E_UNKNOWN_CALLABLE: nobody learns what there is. */
  find<K extends Callable["kind"]>(name: string, kind: K): Extract<Callable, { kind: K }>;
  find(name: string, kind: Callable["kind"]): Callable {
    const callable = this.#callables.get(name);
    return callable?.kind === kind ? callable : fail("E_UNKNOWN_CALLABLE", { name });
  }
}
