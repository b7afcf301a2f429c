/**
 * The grammar of a call that stands in an attribute: `increment`, `save(name, email)`, `search(value, 'products', -1.5)`.
 * It is read, never evaluated: a call names one function, and its arguments are literals and names.
 */
import { CHECKED } from "#dev";
import { misuse } from "./misuse.ts";

/** A literal, or a name that is looked up when the event comes: `value`, `$index`, `message.id`, a form's field. */
export type Arg = { readonly value: string | number | boolean | null } | { readonly name: string };

export interface Call {
  readonly name: string;
  /** Undefined where no list is written: `save`, not `save()`. */
  readonly args: readonly Arg[] | undefined;
}

type Match = readonly (string | undefined)[];
type Token = string | { readonly value: string };

// A string without its end is a token, too, so that nothing is looked for again.
const TOKEN = /'((?:[^'\\]|\\.)*)('?)|"((?:[^"\\]|\\.)*)("?)|[^\s'"(),]+|[(),]/gs;
const NAME = /^[$_\p{ID_Start}][$\p{ID_Continue}]*$/u;
const START = /^[$_\p{ID_Start}]/u;
const STEP = /^[$\p{ID_Continue}-]+$/u;
const NUMBER = /^-?\d+(\.\d+)?$/;
const words = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
/** What may stand after a backslash. */
const escapes: Record<string, string> = { n: "\n", t: "\t", "'": "'", '"': '"', "\\": "\\" };

/** Templates have few; where data makes the texts, they are forgotten all at once when they are so many. */
const MAX_KNOWN = 1000;
const known = new Map<string, Call>();

/** Reads a call. Throws E_CALL. Runs everywhere; `where` is what the message begins with. */
export function parseCall(text: string, where: () => string): Call {
  const call = known.get(text) ?? read(text, () => misuse("E_CALL", where(), CHECKED && { name: text }));
  if (known.size > MAX_KNOWN) known.clear();
  known.set(text, call);
  return call;
}

function read(text: string, refuse: () => never): Call {
  const tokenOf = ([token, single, end, double = single, close = end]: Match): Token => {
    if (double === undefined) return token as string;
    const value = double.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? refuse());
    return close ? { value } : refuse();
  };
  const argumentOf = (token: Token): Arg => {
    if (typeof token !== "string") return token;
    const value = NUMBER.test(token) ? Number(token) : words.get(token);
    if (value !== undefined) return { value };
    const isPath = START.test(token) && token.split(".").every((step) => STEP.test(step));
    return isPath ? { name: token } : refuse();
  };
  const [name, open, ...list] = Array.from(text.matchAll(TOKEN), tokenOf);
  if (typeof name !== "string" || !NAME.test(name)) return refuse();
  if (!open) return { name, args: undefined };
  if (open !== "(" || list.pop() !== ")" || (list.length && list.length % 2 === 0)) refuse();
  const args = list.flatMap((token, index) => {
    if (index % 2 === 0) return argumentOf(token);
    return token === "," ? [] : refuse();
  });
  return { name, args };
}
