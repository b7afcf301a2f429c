/** Where two JSON values differ, in words. */
import type { Json } from "../src/state/json.ts";

/** Of a state that is wholly another one, a few lines say enough. */
const MAX_LINES = 10;

const isNode = (value: unknown): value is Record<string, Json> => typeof value === "object" && value !== null;

const MAX_LETTERS = 60;

function show(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > MAX_LETTERS ? `${text.slice(0, MAX_LETTERS)}...` : text;
}

/** `messages.0.text is "hi", on the server "ho"`; nothing where they are equal. */
export function differences(here: Json, there: Json): string[] {
  const lines: string[] = [];
  compare(here, there, []);
  return lines.length > MAX_LINES
    ? [...lines.slice(0, MAX_LINES), `and ${lines.length - MAX_LINES} more`]
    : lines;

  function compare(mine: Json | undefined, theirs: Json | undefined, path: readonly string[]) {
    if (isNode(mine) && isNode(theirs) && Array.isArray(mine) === Array.isArray(theirs)) {
      for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)]))
        compare(ownOf(mine, key), ownOf(theirs, key), [...path, key]);
    } else if (mine !== theirs)
      lines.push(`${path.join(".")} is ${show(mine)}, on the server ${show(theirs)}`);
  }
}

const ownOf = (node: Record<string, Json>, key: string) => (Object.hasOwn(node, key) ? node[key] : undefined);
