import { CHECKED } from "#dev";
import { fail } from "../errors.ts";
import { MAX_NAME_LETTERS } from "../wire/protocol.ts";
import type { ActionContext } from "./context.ts";
import type { AnyStruct } from "./struct.ts";

/** Who asks: the public part of a client, as actions, rights and views see it. */
export interface Client {
  /** The identity of one page: it survives reconnects, and ends with the page. */
  readonly id: string;
  /** What `publicUser` gave of the authenticated user. */
  readonly user?: User | undefined;
}

/** The public part of a user. Apps widen it by declaration merging. */
export interface User {
  readonly name?: string;
  readonly [key: string]: unknown;
}

/** What a client wants to write, as `access.write` sees it. */
export interface Change {
  readonly via: "action" | "write";
  readonly action?: string;
  readonly kind?: string;
  readonly path?: readonly (string | number)[];
}

export interface AccessRules<S = object> {
  read?(client: Client, about: { key: string | undefined; session: unknown }): boolean | Promise<boolean>;
  write?(client: Client, change: Change): boolean | Promise<boolean>;
  view?(state: S, client: Client): unknown;
}

/** An action: run in the browser at once as a prediction, then on the server as the truth. */
export interface ActionDefinition {
  readonly structs: readonly AnyStruct[];
  readonly run: (state: object, ...rest: [...unknown[], ActionContext]) => void;
}

/** What `shared`, `shared.family` and `local` make of their options. */
export interface Definition {
  readonly name: string;
  readonly scope: "shared" | "local" | "live";
  /** The struct of a family's keys; undefined for a plain store. */
  readonly keys: AnyStruct | undefined;
  readonly struct: AnyStruct | undefined;
  /** Gets the key of a family's member, or the request of a local store. */
  readonly initial: (about?: unknown) => unknown;
  readonly serverOnly: ReadonlySet<string>;
  readonly actions: ReadonlyMap<string, ActionDefinition>;
  readonly access: AccessRules | undefined;
  readonly optimistic: boolean;
  readonly version: number;
  readonly migrate: ((old: unknown, from: number) => unknown) | undefined;
  readonly persist: boolean | "session" | "cookie";
  readonly reflect: readonly string[];
  /** Of a store that no module of the page defines: takes the names of its actions, which the server tells. */
  readonly named?: (actions: readonly string[]) => void;
}

/** All definitions of this process or page, by name: the wire knows a store by it. */
export const definitions = new Map<string, Definition>();

export function define(definition: Definition): Definition {
  if (definitions.has(definition.name)) fail("E_DUPLICATE_NAME", { name: definition.name });
  definitions.set(definition.name, definition);
  return definition;
}

/** The `field` of the error where a family has no store of that key. */
export const KEY_FIELD = "(key)";

/**
 * The wire name of a store: "chat", or "room/42" for a family's member. Throws E_BAD_KEY where that is longer than a name
 * may be: a frame that names it would be refused as a whole.
 */
export function wireName({ name }: Definition, key: string | undefined): string {
  if (key === undefined) return name;
  if (name.length + key.length >= MAX_NAME_LETTERS)
    fail("E_BAD_KEY", { name }, ...(CHECKED ? [{ field: KEY_FIELD }] : []));
  return `${name}/${key}`;
}
