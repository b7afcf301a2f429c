/** Live components, as both ends know them: the server holds the state of each element's instance. */
import type { FieldMessages } from "../errors.ts";
import type { Marked } from "../events/marks.ts";
import type { StoreCore } from "./core.ts";
import type { Definition } from "./definition.ts";
import type { JsonObject } from "./json.ts";

declare const types: unique symbol;
declare const args: unique symbol;

/** A live component: its state S, its callbacks C and its params P are in the type alone. */
export interface Live<S, C = unknown, P = unknown> {
  readonly [types]: { readonly state: S; readonly callbacks: C; readonly params: P };
}

/** A callback that callers give arguments A. */
export interface LiveCallback<A extends readonly unknown[]> {
  readonly [args]: A;
}

/** The callbacks of a component, as its element binds and calls them. Nothing comes back but state. */
export type LiveCalls<C> = {
  readonly [N in keyof C]: (C[N] extends LiveCallback<infer A> ? (...args: A) => void : () => void) & Marked;
};

/** Why a callback's last call came to nothing. */
export interface LiveError {
  /** Undefined where the component as a whole is refused. */
  readonly callback: string | undefined;
  readonly code: string;
  /** The argument or the field of a form that is not valid: the first one. */
  readonly field?: string | undefined;
  /** What is wrong with each of them, by its name; for people. */
  readonly fields?: FieldMessages | undefined;
  /** For people. */
  readonly message: string;
}

type Told = Omit<LiveError, "callback">;

/** As its element has it; `nameOf`: what a field is called in its form. */
export function liveError(
  { code, field, fields, message }: Told,
  callback: string | undefined,
  nameOf: (field: string) => string,
): LiveError {
  // It is for people: the code stands beside it.
  const text = message.replace(`${code}: `, "");
  const own = fields ?? (field === undefined ? {} : { [field]: text });
  const named = Object.entries(own).map(([field, message]) => [nameOf(field), message]);
  return {
    callback,
    code,
    field: field && nameOf(field),
    ...(named.length > 0 && { fields: Object.fromEntries(named) }),
    message: text,
  };
}

/** What a page needs to know of a component besides its state. */
export interface About {
  /** How many arguments each callback takes. */
  readonly callbacks: Readonly<Record<string, number>>;
  /** What it takes of what its element is given: names as `plainName` has them. */
  readonly params: readonly string[];
  /** The keys that `data-model` may write. */
  readonly model?: readonly string[] | undefined;
  /** Calls of one callback wait so long for the next one, which takes their place. */
  readonly debounceMs?: number | undefined;
  /** So often an instance comes back after a lost link. Not given: always. */
  readonly maxReconnects?: number | undefined;
}

/** An element's instance, as the element sees it. */
export interface Mounted {
  readonly core: StoreCore;
  readonly about: About | undefined;
  readonly error: LiveError | undefined;
  /** Calls of it are under way. */
  readonly isBusy: boolean;
  /** Nothing is sent any more: its element is gone, or its link was lost too often. */
  readonly isEnded: boolean;
  send(callback: string, args: readonly unknown[]): void;
  unmount(): void;
}

/** What an instance is mounted with. */
export interface Mounting {
  /** The element. */
  readonly host: HTMLElement;
  /** The wire name. */
  readonly component: string;
  /** What its attribute `key` says, or the one that it has had. */
  readonly key: string | undefined;
  /** The one that the server chose; of several copies the first has it. */
  readonly rendered?: string | undefined;
  readonly params: JsonObject;
  /** Something besides the state is another: the error, or whether it is loaded, busy or ended. */
  changed(): void;
}

/** HTML knows no capitals: `startAt` is `start-at` there, or `startat`. */
export const plainName = (param: string): string => param.replaceAll("-", "").toLowerCase();

const PREFIX = "@";

/** The definition that the instances of a component have in common. Their wire names are `@counter/KEY`. */
export const liveDefinition = (
  component: string,
  more: Partial<Pick<Definition, "struct" | "version" | "migrate">> = {},
): Definition => ({
  struct: undefined,
  actions: new Map(),
  name: PREFIX + component,
  scope: "live",
  keys: undefined,
  initial: () => ({}),
  serverOnly: new Set(),
  access: undefined,
  optimistic: false,
  version: 1,
  migrate: undefined,
  persist: false,
  reflect: [],
  ...more,
});

/** The component and the key in the wire name of an instance; undefined where it is a store's. */
export function parseInstance(name: string): { component: string; key: string } | undefined {
  const slash = name.indexOf("/");
  if (!name.startsWith(PREFIX) || slash < 0) return undefined;
  return { component: name.slice(1, slash), key: name.slice(slash + 1) };
}
