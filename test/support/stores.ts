/** Stores without a server: every definition resolves to a store in this process. */
import type { StoreCore } from "../../src/state/core.ts";
import { type Definition, wireName } from "../../src/state/definition.ts";
import { type LocalHost, LocalStore } from "../../src/state/local.ts";
import type { Page } from "../../src/state/persist.ts";
import { setResolver, setStores } from "../../src/state/resolver.ts";

export const host: LocalHost = {
  client: { id: "me", user: { name: "Ada" } },
  now: () => 1_700_000_000_000,
  random: () => 0.5,
};

/** Resolves all stores from now on; gives the map of those that were used, by name. */
export function resolveHere(): Map<string, StoreCore> {
  const cores = new Map<string, StoreCore>();
  setResolver((definition: Definition, key) => {
    const name = wireName(definition, key);
    const core =
      cores.get(name) ?? new LocalStore({ ...definition, initial: () => definition.initial(key) }, host);
    cores.set(name, core);
    return core;
  });
  setStores(() => cores.values());
  return cores;
}

/** A page's storage, with nothing in it. */
export class EmptyPage implements Page {
  readonly localStorage: Page["localStorage"] = new Texts();
  readonly sessionStorage: Page["sessionStorage"] = new Texts();
  readonly location = { protocol: "http:" };
  readonly document = new Cookies();
}

class Texts {
  readonly #texts = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#texts.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    this.#texts.set(key, text);
  }
}

/** Keeps cookies as browsers do: what is too long is dropped, what is set comes back without its attributes. */
class Cookies {
  readonly documentElement = { dataset: {} as Record<string, string | undefined> };
  readonly #cookies = new Map<string, string>();

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  set cookie(text: string) {
    const [pair = "", ...attributes] = text.split("; ");
    const [name = "", value = ""] = pair.split("=");
    if (pair.length <= 4096) this.#cookies.set(name, value);
    this.attributes = attributes;
  }

  attributes: readonly string[] = [];
}
