/** Whom a page is rendered for, and what was found out for them on the way: the same for all passes. */
import type { IncomingMessage } from "node:http";
import { type Client, type Definition, wireName } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";
import { referenceOf } from "../../src/state/store.ts";
import { isOpen } from "../access.ts";
import type { App } from "../app.ts";
import { type ReturnedForm, returnedWith } from "../forms/returned.ts";
import type { Authority } from "../hub/authority.ts";
import type { InstanceName } from "../hub/hub.ts";
import type { StoreName } from "../hub/stores.ts";
import type { Instance } from "../live/instance.ts";
import type { Initial } from "../live/instances.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../url.ts";
import { reflectedAttributes, reflecting } from "./early.ts";
import { renderLocal } from "./local.ts";
import type { Look } from "./render-store.ts";

export class Visit {
  readonly app: App;
  readonly request: IncomingMessage;
  readonly session: Session;
  readonly client: Client;
  /** The form that was sent from this page and comes back with it, because of what is wrong in it. */
  readonly returned: ReturnedForm | undefined;
  /** Stores that this client asked for and may not have, or that could not be loaded. */
  readonly #refused = new Map<string, unknown>();
  readonly #allowed = new Set<string>();
  readonly #local = new Map<Definition, Look>();
  /** Of instances of live components. */
  readonly #initials = new Map<string, Initial | Failed>();
  /** Those that storage was asked for. */
  readonly #ofForms = new Map<string, Instance | undefined>();

  constructor(app: App, request: IncomingMessage, session: Session) {
    this.app = app;
    this.request = request;
    this.session = session;
    this.client = app.door.newClient(session);
    this.returned = returnedWith(request);
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

  /** What forms of this page wrote in this session; a promise of it, where storage is asked. */
  ofForms(name: InstanceName, params: JsonObject): Instance | undefined | Promise<void> {
    const { app, client, session } = this;
    const id = JSON.stringify([name.component, name.key]);
    if (this.#ofForms.has(id)) return this.#ofForms.get(id);
    const place = { session: session.id, path: pathOf(this.request) };
    const found = app.instances.ofForms(name, { client, session, params }, place);
    if (!(found instanceof Promise)) return found;
    // Without it the page can be shown all the same, and what is stored stays.
    const nothing = (error: unknown) => app.report(error, "a live component could not be loaded");
    return found.catch(nothing).then((instance) => void this.#ofForms.set(id, instance ?? undefined));
  }

  /** What an instance begins with, made once; a promise of it, where that takes time. Throws what was thrown there. */
  initial(name: InstanceName, params: JsonObject): Initial | Promise<void> {
    const id = JSON.stringify([name.component, name.key, params]);
    const made = this.#initials.get(id) ?? this.#makeInitial(id, name.component, params);
    if ("error" in made) throw made.error;
    return made;
  }

  #makeInitial(id: string, component: string, params: JsonObject) {
    const { app, client, session } = this;
    const keep = <T extends Initial | Failed>(made: T): T => {
      this.#initials.set(id, made);
      return made;
    };
    try {
      const made = app.instances.initial(component, { client, session, params });
      if (!(made instanceof Promise)) return keep(made);
      return made.then(keep, (error: unknown) => keep({ error })).then(() => {});
    } catch (error) {
      return keep({ error });
    }
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

interface Failed {
  readonly error: unknown;
}

interface Reflected {
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly fromCookie: boolean;
}
