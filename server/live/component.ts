import type { MountableComponent } from "../../src/calls/callable.ts";
import { fail, VioletError } from "../../src/errors.ts";
import type { Client, Definition } from "../../src/state/definition.ts";
import type { Json, JsonObject } from "../../src/state/json.ts";
import { type About, liveDefinition, plainName } from "../../src/state/live.ts";
import { type AnyStruct, taken } from "../../src/state/struct.ts";

/** What callbacks, hooks and `initial` get besides the state. */
export interface LiveContext<P = unknown> {
  /** Whose page it is. */
  readonly client: Client;
  readonly session: unknown;
  /** What its element was given, as the component's struct takes it. */
  readonly params: P;
  /** Aborts when the instance is unmounted. */
  readonly signal: AbortSignal;
  /** Sends the state as it is now; resolves when it is handed to the network. A callback has `handlerMs` from then on. */
  render(): Promise<void>;
  /** Tells all pages: their `client.on(event)` runs. Throws E_EVENT, E_NOT_JSON. */
  broadcast(event: string, data?: unknown): void;
  /** Tells the pages of these clients, by their ids. */
  broadcastTo(to: string | readonly string[], event: string, data?: unknown): void;
}

/** How a callback is called: its struct's arguments, then the context. */
export interface Callback {
  readonly structs: readonly AnyStruct[];
  readonly run: (state: never, ...rest: never[]) => unknown;
}

type InitialContext = Pick<LiveContext, "client" | "session" | "params">;

export interface ComponentOptions {
  readonly state: AnyStruct;
  readonly params: AnyStruct | undefined;
  readonly callbacks: ReadonlyMap<string, Callback>;
  initial(context: InitialContext): unknown;
  onMount?(state: object, context: LiveContext): unknown;
  onUnmount?(state: object, context: LiveContext): unknown;
  onError?(state: object, error: Error, context: LiveContext): unknown;
  /** Calls of one instance: so many in so many milliseconds. */
  readonly rate: { readonly count: number; readonly perMs: number } | undefined;
  readonly debounceMs: number;
  readonly fallback: "form" | false;
  readonly model: readonly string[];
  readonly maxReconnects: number;
  readonly version: number;
  migrate?(state: unknown, version: number): unknown;
}

/** What `live` made of its options. Its instances are stores: each has this definition, under the component's name. */
export class Component implements MountableComponent {
  readonly kind = "live";
  readonly options: ComponentOptions;
  readonly about: About;
  #definition: Definition | undefined;

  constructor(options: ComponentOptions) {
    this.options = options;
    const { callbacks, params, model, debounceMs, maxReconnects } = options;
    this.about = {
      callbacks: Object.fromEntries([...callbacks].map(([name, { structs }]) => [name, structs.length])),
      params: Object.keys(params?.schema ?? {}).map(plainName),
      ...(model.length && { model }),
      ...(debounceMs && { debounceMs }),
      ...(Number.isFinite(maxReconnects) && { maxReconnects }),
    };
  }

  /** `name`: the wire name, which a component has one of. */
  definition(name: string): Definition {
    const { state: struct, version, migrate } = this.options;
    return (this.#definition ??= liveDefinition(name, { struct, version, migrate }));
  }

  /** Throws E_UNKNOWN_CALLABLE, which says what there is: pages know that. */
  callback(name: string): Callback {
    const { callbacks } = this.options;
    const known = callbacks.get(name);
    if (known) return known;
    const hint = `the component has no such callback; it has ${[...callbacks.keys()].join(", ") || "none"}`;
    return fail("E_UNKNOWN_CALLABLE", { store: `"${name}"`, hint }, { origin: "peer" });
  }

  /**
   * Of what an element was given the part that the component knows, as its struct takes it. HTML knows no capitals: where
   * `startAt` itself is not given, `start-at` or `startat` is. Throws E_VALIDATION.
   */
  params(given: JsonObject, name: string): JsonObject {
    const { params: struct } = this.options;
    if (!struct) return NOTHING;
    const params: Record<string, Json> = {};
    const schema = (struct.schema ?? {}) as Record<string, AnyStruct>;
    const known = new Map(Object.keys(schema).map((key) => [plainName(key), key]));
    for (const [key, value] of Object.entries(given)) {
      const own = Object.hasOwn(schema, key) ? key : known.get(plainName(key));
      if (own === undefined || (own !== key && Object.hasOwn(params, own))) continue;
      // An attribute that is there, without a value.
      params[own] = value === "" && schema[own]?.type === "boolean" ? true : value;
    }
    try {
      return taken(struct, params, { store: name, path: [], branch: [params], coerces: true }) as JsonObject;
    } catch (error) {
      if (!(error instanceof VioletError)) throw error;
      const { code, message, field, cause } = error;
      throw new VioletError(code, {}, { message, field, cause, origin: "peer" });
    }
  }
}

/** Shared by all instances that take none. */
const NOTHING: JsonObject = Object.freeze({});
