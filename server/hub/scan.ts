/**
 * One linear pass over a text that claims to be JSON, before anything is made of it: a parser and a struct would already
 * pay for its depth and its numbers, and of two equal keys a parser takes the last one without a word. What is said of a
 * text that is no JSON matters little: the parser has the next word.
 */
import type { ErrorCode } from "../../src/errors.ts";
import { isSafeKey, unsafeKeys } from "../../src/state/json.ts";
import { MAX_KEY_LETTERS } from "../../src/wire/protocol.ts";
import type { Limits } from "../limits.ts";

export type MessageLimits = Pick<Limits, "maxDepth" | "maxNodes" | "maxKeysPerObject">;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** The code of the first limit that a text passes, or undefined. `envelopeDepth`: so many of its levels are not counted. */
export function scan(
  text: string,
  { maxDepth, maxNodes, maxKeysPerObject }: MessageLimits,
  envelopeDepth = 0,
): ErrorCode | undefined {
  const keys = new Keys(text, maxKeysPerObject);
  let nodes = 1;
  /** The last string: before a colon it is a key, once. Each name is made of a text of its own, or all would be of one. */
  let start = -1;
  let end = -1;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      start = index + 1;
      end = endOfString(text, start);
      index = end;
    } else if (code === COMMA) nodes++;
    else if (code === COLON) {
      const wrong = start < 0 ? "E_BAD_MESSAGE" : keys.add(start, end);
      if (wrong) return wrong;
      start = -1;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      nodes++;
      if (keys.open() > maxDepth + envelopeDepth) return "E_TOO_DEEP";
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) keys.close();
    if (nodes > maxNodes) return "E_TOO_BIG";
  }
  return undefined;
}

/** Within so few letters a string's end is looked for one by one: most keys and values are short. */
const NEAR = 24;

/** The index of the closing quote. */
function endOfString(text: string, start: number): number {
  const near = Math.min(start + NEAR, text.length);
  let from = start;
  for (; from < near; from++) {
    const code = text.charCodeAt(from);
    if (code === QUOTE) return from;
    if (code === BACKSLASH) from++;
  }
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return text.length;
    let escapes = quote;
    while (escapes > from && text.charCodeAt(escapes - 1) === BACKSLASH) escapes--;
    if ((quote - escapes) % 2 === 0) return quote;
    from = quote + 1;
  }
}

/** So few keys of an object are compared where they stand, without making texts of them. */
const FEW = 16;

/** An escape takes six letters for one. */
const MAX_WRITTEN_LETTERS = 6 * MAX_KEY_LETTERS;

const ESCAPED = -1;

/** Different for most keys that are different; `ESCAPED` where they are not what is written. */
function sumOf(text: string, start = 0, end = text.length): number {
  let sum = end - start;
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH) return ESCAPED;
    sum = (Math.imul(sum, 31) + code) & 0x3fffffff;
  }
  return sum;
}

const unsafeSums: ReadonlySet<number> = new Set(Array.from(unsafeKeys, (key) => sumOf(key)));

/** The keys of the objects that are open, those of the outer ones first. */
class Keys {
  readonly #text: string;
  readonly #max: number;
  readonly #starts: number[] = [];
  readonly #sums: number[] = [];
  /** Where the keys of each open object or list begin, and of the innermost one. */
  readonly #begins: number[] = [];
  #begin = 0;
  #end = 0;
  /** By where they begin: the names of an object's keys, where they are many or one of them is escaped. */
  #names: Map<number, Set<string>> | undefined;

  constructor(text: string, max: number) {
    this.#text = text;
    this.#max = max;
  }

  /** Gives how many objects and lists are open. */
  open(): number {
    const depth = this.#begins.push(this.#begin);
    this.#begin = this.#end;
    return depth;
  }

  close(): void {
    this.#names?.delete(this.#begin);
    this.#end = this.#begin;
    this.#begin = this.#begins.pop() ?? 0;
  }

  /** One more of the innermost object. */
  add(start: number, end: number): ErrorCode | undefined {
    if (this.#end - this.#begin >= this.#max) return "E_TOO_BIG";
    if (end - start > MAX_WRITTEN_LETTERS) return "E_BAD_KEY";
    const sum = sumOf(this.#text, start, end);
    const isPlain = sum !== ESCAPED && !unsafeSums.has(sum) && end - start <= MAX_KEY_LETTERS;
    const isFew = this.#end - this.#begin < FEW && !this.#names?.has(this.#begin);
    const wrong = isPlain && isFew ? this.#compare(sum, start, end) : this.#name(start);
    this.#starts[this.#end] = start;
    this.#sums[this.#end++] = sum;
    return wrong;
  }

  #compare(sum: number, start: number, end: number): ErrorCode | undefined {
    for (let each = this.#begin; each < this.#end; each++)
      if (
        this.#sums[each] === sum &&
        this.#nameAt(this.#starts[each] as number) === this.#text.slice(start, end)
      )
        return "E_BAD_MESSAGE";
    return undefined;
  }

  #name(start: number): ErrorCode | undefined {
    const name = this.#nameAt(start);
    if (name === undefined) return "E_BAD_MESSAGE";
    if (!isSafeKey(name)) return "E_BAD_KEY";
    this.#names ??= new Map();
    let names = this.#names.get(this.#begin);
    if (!names) {
      names = new Set(this.#starts.slice(this.#begin, this.#end).map((each) => this.#nameAt(each) as string));
      this.#names.set(this.#begin, names);
    }
    if (names.has(name)) return "E_BAD_MESSAGE";
    names.add(name);
    return undefined;
  }

  /** The key that starts here; undefined: it is no JSON. */
  #nameAt(start: number): string | undefined {
    const written = this.#text.slice(start, endOfString(this.#text, start));
    return written.includes("\\") ? unescaped(written) : written;
  }
}

function unescaped(written: string): string | undefined {
  try {
    return JSON.parse(`"${written}"`);
  } catch {
    return undefined;
  }
}
