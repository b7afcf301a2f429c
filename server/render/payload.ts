/** What a page brings to the browser besides its HTML, once and escaped. */
import type { Client } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { About, LiveError } from "../../src/state/live.ts";
import type { ReconnectOptions } from "../options.ts";

export interface Payload {
  /** The signed client id, and the token that proves the session. */
  readonly client: string;
  readonly csrf: string;
  /** The client as everybody may see it. */
  readonly self: Client;
  /** The shared stores that were read, as they were rendered. */
  readonly stores: Readonly<Record<string, RenderedStore>>;
  readonly local: Readonly<Record<string, JsonObject>>;
  /** Properties that the page's template gave to its elements, by the number in `data-violet-props`. */
  readonly props?: readonly JsonObject[] | undefined;
  readonly reconnect?: ReconnectOptions | undefined;
  /** A development build shows errors over the page. */
  readonly overlay?: boolean | undefined;
}

export interface RenderedStore {
  readonly epoch: string;
  readonly version: number;
  readonly value: JsonObject;
  /** Of an instance of a live component. */
  readonly live?: About;
  /** Why the form that its page answers came to nothing. */
  readonly error?: LiveError | undefined;
  /** The names of its actions, where the page's HTML binds it: no module may define it there. */
  readonly actions?: readonly string[];
}

const escapes: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** JSON that nothing in it can end the script element that holds it, and that still is the same JSON. */
const toScriptText = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (letter) => escapes[letter] as string);

export const payloadTag = (payload: Payload): string =>
  `<script type="application/json" id="violet">${toScriptText(payload)}</script>`;
