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

const HEAD = /^\s*([$_\p{ID_Start}][$\p{ID_Continue}]*)\s*(\(\s*\)\s*$|\(|$)/u;
const ARGUMENT =
  /\s*(?:(-?\d+(?:\.\d+)?)|'((?:[^'\\]|\\[\\'"nt])*)'|"((?:[^"\\]|\\[\\'"nt])*)"|([$_\p{ID_Start}][$\p{ID_Continue}-]*(?:\.[$\p{ID_Continue}-]+)*))\s*(,|\)\s*$)/uy;
const words = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const controls: Record<string, string> = { n: "\n", t: "\t" };

const known = new Map<string, Call>();

/** Reads a call. Throws E_CALL. Runs everywhere; `where` is what the message begins with. */
export function parseCall(text: string, where: () => string): Call {
  let call = known.get(text);
  if (!call) known.set(text, (call = read(text, () => misuse("E_CALL", where(), CHECKED && { name: text }))));
  return call;
}

function read(text: string, refuse: () => never): Call {
  const [head, name = "", open] = HEAD.exec(text) ?? refuse();
  const args: Arg[] = [];
  ARGUMENT.lastIndex = head.length;
  for (let end: string | undefined = open === "(" ? "," : ""; end === ","; ) {
    const [, number, single, double = single, path = "", next] = ARGUMENT.exec(text) ?? refuse();
    const word = words.get(path);
    if (number) args.push({ value: Number(number) });
    else if (double !== undefined) args.push({ value: double.replace(/\\(.)/g, unescaped) });
    else args.push(word === undefined ? { name: path } : { value: word });
    end = next;
  }
  return { name, args: open ? args : undefined };
}

const unescaped = (_: string, letter: string) => controls[letter] ?? letter;
