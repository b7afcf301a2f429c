import { isNode } from "../state/json.ts";
import { MAX_BATCH_BYTES } from "./protocol.ts";

/** What servers allow by default. */
const MAX_NODES = 5000;
const MAX_KEYS_PER_OBJECT = 500;

/** In so few letters there are no more keys than one object may have. */
const ALWAYS_FITS = 2500;

/**
 * Whether a server would refuse a message for the size of this part of it: what its scanner counts, by far less code. How
 * deep values nest, and their keys, are checked where they are copied.
 */
export function isTooBig(text: string): boolean {
  if (text.length <= ALWAYS_FITS) return false;
  let nodes = 1;
  let isWide = false;
  JSON.parse(text, (_, value: unknown) => {
    if (isNode(value)) {
      const size = Object.keys(value).length;
      nodes += size || 1;
      isWide ||= size > MAX_KEYS_PER_OBJECT && !Array.isArray(value);
    }
    return value;
  });
  return isWide || nodes > MAX_NODES || new TextEncoder().encode(text).length > MAX_BATCH_BYTES;
}
