import type { ErrorCode } from "../errors.ts";
import { isNode } from "../state/json.ts";
import { MAX_BATCH_BYTES } from "./protocol.ts";

/** What one message may hold. Counted before it is parsed: a parser and a struct would already pay for it. */
export interface MessageLimits {
  /** Levels of nesting in a value. */
  readonly maxDepth: number;
  /** Values: objects, lists and leaves. */
  readonly maxNodes: number;
  readonly maxKeysPerObject: number;
}

/** So many levels of a message are the frame's own: its batches, their ops, and the ops' values. */
export const ENVELOPE_DEPTH = 6;

/** What servers allow by default. */
const limits = { maxNodes: 5000, maxKeysPerObject: 500 } satisfies Partial<MessageLimits>;

/** In so few letters there are no more keys than one object may have. */
const ALWAYS_FITS = 2500;

/**
 * Whether a server would refuse a message for the size of this part of it: what `scan` counts, by far less code. How
 * deep values nest is checked where they are copied.
 */
export function isTooBig(text: string): boolean {
  if (text.length <= ALWAYS_FITS) return false;
  let nodes = 1;
  let isWide = false;
  JSON.parse(text, (_, value: unknown) => {
    if (isNode(value)) {
      const size = Object.keys(value).length;
      nodes += size || 1;
      isWide ||= size > limits.maxKeysPerObject && !Array.isArray(value);
    }
    return value;
  });
  return isWide || nodes > limits.maxNodes || new TextEncoder().encode(text).length > MAX_BATCH_BYTES;
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** One linear pass over a text that claims to be JSON: the code of the limit that it passes, or undefined. */
export function scan(
  text: string,
  { maxDepth, maxNodes, maxKeysPerObject }: MessageLimits,
): ErrorCode | undefined {
  const keys: number[] = [];
  let nodes = 1;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (code === COMMA) nodes++;
    else if (code === COLON) {
      const last = keys.length - 1;
      keys[last] = (keys[last] ?? 0) + 1;
      if ((keys[last] as number) > maxKeysPerObject) return "E_TOO_BIG";
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      nodes++;
      if (keys.push(0) > maxDepth) return "E_TOO_DEEP";
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) keys.pop();
    if (nodes > maxNodes) return "E_TOO_BIG";
  }
  return undefined;
}

/** The index of the closing quote. */
function endOfString(text: string, open: number): number {
  let end = open + 1;
  while (end < text.length && text.charCodeAt(end) !== QUOTE)
    end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
  return end;
}
