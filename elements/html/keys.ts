/** How rows are told apart: by their keys, which stand in comments around each row. */
import { namesIn, type Path, valueAt } from "./path.ts";

const START = "violet-row ";
export const END = "/violet-row";

export const startOf = (key: string): string => START + key;

/** The key of a row that begins with this comment; undefined for any other comment. */
export const keyOf = (comment: string): string | undefined =>
  comment.startsWith(START) ? comment.slice(START.length) : undefined;

const nobody = () => undefined;

/**
 * A text for each item, which can stand in a comment: its key, or without one its index. What has the key of an item
 * before it is told from that by a number; `twice` hears of it.
 */
export function keysOf(
  list: readonly unknown[],
  key: Path | undefined,
  twice?: (key: string) => void,
): string[] {
  const seen = new Map<string, number>();
  return list.map((value, index) => {
    const own = key && valueAt(key, namesIn({ value, index, outer: undefined }, nobody));
    const text = JSON.stringify(own ?? index).replace(/[<>&-]/g, escaped);
    const count = seen.get(text) ?? 0;
    seen.set(text, count + 1);
    if (count) twice?.(text);
    return count ? `${text} ${count}` : text;
  });
}

const escaped = (letter: string) => `\\u00${letter.charCodeAt(0).toString(16)}`;
