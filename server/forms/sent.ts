/** What a form of a live element sends: its fields, and in a hidden one what Violet has to know. */
import type { IncomingMessage } from "node:http";
import { fail } from "../../src/errors.ts";
import { HIDDEN } from "../../src/events/controls.ts";
import {
  any,
  array,
  type Infer,
  min,
  number,
  object,
  optional,
  record,
  refusalOf,
  size,
  string,
} from "../../src/state/struct.ts";
import { bytesOf } from "../body.ts";
import { parseChecked } from "../hub/reading.ts";
import type { Limits } from "../limits.ts";

const Hidden = object({
  csrf: string(),
  instance: size(string(), 1, 256),
  /** What the element was given. */
  params: record(string(), any()),
  callback: size(string(), 1, 128),
  /** Each a value, or the name of a field. Not given: the fields as one object are the argument. */
  args: optional(size(array(object({ value: optional(any()), name: optional(string()) })), 0, 32)),
  /** Which of those that make this call it is, in the order of the page. */
  form: min(number(), 0),
  /** Names the page: what is sent from there twice is taken once. */
  once: optional(size(string(), 1, 64)),
});
export type Hidden = Infer<typeof Hidden>;

export type Fields = readonly (readonly [name: string, value: string])[];

export interface SentForm {
  readonly hidden: Hidden;
  /** What was typed, in the order of the form. */
  readonly fields: Fields;
}

const TYPES = /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i;

/** Reads a form. Rejects with E_CONTENT_TYPE, E_TOO_BIG, E_BAD_MESSAGE, E_UPLOAD. */
export async function readForm(
  request: IncomingMessage,
  { maxMessageBytes, limits }: { readonly maxMessageBytes: number; readonly limits: Limits },
): Promise<SentForm> {
  const type = request.headers["content-type"] ?? "";
  if (!TYPES.test(type)) fail("E_CONTENT_TYPE");
  const entries = request.readableEnded
    ? entriesRead((request as Parsed).body)
    : await entriesOf(await bytesOf(request, maxMessageBytes), type);
  if (entries.length > limits.maxNodes) fail("E_TOO_BIG", { expected: `up to ${limits.maxNodes} fields` });
  const fields = entries.flatMap(([name, value]) => textField(name, value));
  const own = fields.filter(([name]) => name === HIDDEN);
  const hidden = parseChecked(own[0]?.[1] ?? "", limits);
  const refusal = refusalOf(Hidden, hidden);
  if (refusal) fail("E_BAD_MESSAGE", refusal);
  return { hidden: hidden as Hidden, fields: fields.filter(([name]) => name !== HIDDEN) };
}

type Parsed = IncomingMessage & { readonly body?: unknown };

/** Where the site has a parser of its own before the middleware (`express.urlencoded()`): what that made of the body. */
const entriesRead = (body: unknown): [string, string][] =>
  Object.entries(body ?? {}).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((each): [string, string] => [
        name,
        typeof each === "string" ? each : fail("E_BAD_MESSAGE", { expected: "the fields of a form" }),
      ]),
  );

/** By the platform's own reader. */
async function entriesOf(bytes: Uint8Array<ArrayBuffer>, type: string) {
  try {
    return [...(await new Response(bytes, { headers: { "content-type": type } }).formData())];
  } catch {
    return fail("E_BAD_MESSAGE", { expected: "the fields of a form" });
  }
}

/** Lines end as they do in the browser. A field for a file in which none was chosen is as if it were not there. */
function textField(name: string, value: string | File): Fields {
  if (typeof value === "string") return [[name, value.replaceAll("\r\n", "\n")]];
  return value.size || value.name ? fail("E_UPLOAD", { path: [name] }) : [];
}
