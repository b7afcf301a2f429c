/** Whom a page is rendered for, and what was found out for them on the way: the same for all passes. */
import type { IncomingMessage } from "node:http";
import { type Client, type Definition, wireName } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";
import { referenceOf } from "../../src/state/store.ts";
import { isOpen } from "../access.ts";
import type { App } from "../app.ts";
import type { Authority } from "../hub/authority.ts";
import type { StoreName } from "../hub/stores.ts";
import type { Session } from "../session.ts";
import { reflectedAttributes, reflecting } from "./early.ts";
import { renderLocal } from "./local.ts";
import type { Look } from "./render-store.ts";

/** Of an instance of a live component. */
interface Initial {
  readonly value: JsonObject;
  readonly params: JsonObject;
}

export class Visit {
  readonly app: App;
  readonly request: IncomingMessage;
  readonly session: Session;
  readonly client: Client;
  /** Stores that this client asked for and may not have, or that could not be loaded. */
  readonly #refused = new Map<string, unknown>();
  readonly #allowed = new Set<string>();
  readonly #local = new Map<Definition, Look>();
  readonly #initials = new Map<string, Initial | { readonly error: unknown }>();

  constructor(app: App, request: IncomingMessage, session: Session) {
    this.app = app;
    this.request = request;
    this.session = session;
    this.client = app.door.newClient(session);
  }

  /** A store that is loaded and that this client may read; undefined where that is to be found out. Throws E_FORBIDDEN. */
  find(definition: Definition, key: string | undefined): Authority | undefined {
    const name = wireName(definition, key);
    if (this.#refused.has(name)) throw this.#refused.get(name);
    const isFree = isOpen(definition) && this.app.settings.stores === "allow";
    return isFree || this.#allowed.has(name) ? this.app.hub.find(definition, key) : undefined;
  }

  /** Asks for the right, then loads. What is refused is thrown where it is read. */
  async admit(wanted: StoreName): Promise<void> {
    const name = wireName(wanted.definition, wanted.key);
    try {
      const authority = await this.app.hub.admit(wanted, this.client, this.session);
      // A page has no end that would be noticed: its session has this room while it is loaded, as one that it left.
      this.app.hub.leave(authority, this, false);
      this.#allowed.add(name);
    } catch (error) {
      this.#refused.set(name, error);
    }
  }

  /** What an instance with these params begins with; undefined where that is not made yet. Throws what was thrown there. */
  initial(component: string, params: JsonObject): Initial | undefined {
    const made = this.#initials.get(JSON.stringify([component, params]));
    if (made && "error" in made) throw made.error;
    return made;
  }

  async makeInitial(component: string, params: JsonObject): Promise<void> {
    const { app, client, session } = this;
    const made = await app.instances
      .initial(component, { client, session, params })
      .catch((error: unknown) => ({ error }));
    this.#initials.set(JSON.stringify([component, params]), made);
  }

  local(definition: Definition): Look {
    const known = this.#local.get(definition);
    if (known) return known;
    const look = renderLocal(definition, this.request);
    this.#local.set(definition, look);
    return look;
  }

  /** Loads stores before they are read. */
  async load(handles: readonly object[]): Promise<void> {
    await Promise.all(handles.map((handle) => this.admit(referenceOf(handle))));
  }

  /** What local stores put on `<html>`, and whether a cookie of this browser said so. */
  reflected(): Reflected {
    const definitions = reflecting();
    return {
      attributes: definitions.flatMap((definition) =>
        reflectedAttributes(definition, this.local(definition).value),
      ),
      fromCookie: definitions.some(({ persist }) => persist === "cookie"),
    };
  }
}

interface Reflected {
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly fromCookie: boolean;
}
