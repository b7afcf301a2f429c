import type { PropertyDeclarations } from "lit";
import { fail } from "../src/errors.ts";
import type { Method } from "../src/events/callback.ts";
import { mark } from "../src/events/marks.ts";
import type { StoreCore } from "../src/state/core.ts";
import { type Definition, definitions } from "../src/state/definition.ts";
import { resolve } from "../src/state/resolver.ts";
import { hasKey } from "./provided.ts";
import { VioletShared } from "./shared-tag.ts";

/**
 * `<violet-local store="menu" initial='{"open":false}'>`: provides a local store to everything inside it. Where no
 * module defines one of that name, `initial` does; tags of one name share one store. Calls in attributes may name its
 * actions, and `set('key', value)` and `toggle('key')`. Throws E_OPTION where `initial` is no JSON.
 */
export class VioletLocal extends VioletShared {
  static override properties: PropertyDeclarations = { initial: {} };

  /** The state at first, as JSON. */
  declare initial: string | null;

  constructor() {
    super();
    this.initial = null;
  }

  protected override find(): StoreCore | undefined {
    return findLocal(this.store, this.initial);
  }

  protected override method(store: StoreCore, name: string): Method | undefined {
    const set = (key: string, value: unknown) => {
      if (!hasKey(store, key)) fail("E_BAD_PATH", { store: store.name, path: [key] });
      Reflect.set(store.root, key, value);
    };
    const toggle = (key: string) => set(key, !Reflect.get(store.tree.root, key));
    const own = new Map<string, Method>([
      ["set", set],
      ["toggle", toggle],
    ]).get(name);
    return super.method(store, name) ?? (own && mark(own, { kind: "action" }));
  }

  protected override assume(): void {}
}

/** The local store of that name, or one that `initial` (JSON) makes. Runs on the server too. Throws E_OPTION. */
export function findLocal(name: string, initial: string | null): StoreCore | undefined {
  const definition = definitions.get(name) ?? define(name, initial);
  return definition && resolve(definition, undefined);
}

/** Not entered under its name: a page's HTML must not define anything for the whole server. */
function define(name: string, initial: string | null): Definition | undefined {
  if (initial === null) return undefined;
  return {
    name,
    scope: "local",
    initial: () => parse(initial, name),
    keys: undefined,
    struct: undefined,
    serverOnly: new Set(),
    actions: new Map(),
    access: undefined,
    optimistic: true,
    version: 1,
    migrate: undefined,
    persist: false,
    reflect: [],
  };
}

function parse(initial: string, store: string): unknown {
  try {
    return JSON.parse(initial);
  } catch (cause) {
    return fail("E_OPTION", { name: "initial", store, expected: "JSON" }, { cause });
  }
}
