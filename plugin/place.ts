/** Where something stands in a file as its author wrote it, before other plugins changed it. */
import { SourceMap, type SourceMapPayload } from "node:module";

/** Lines from 1, columns from 0, as bundlers tell them. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export function placeOf(at: number, code: string, file: string, map: SourceMapPayload): Place {
  const before = code.slice(0, at).split("\n");
  const line = before.length;
  const column = before.at(-1)?.length ?? 0;
  const entry = new SourceMap(map).findEntry(line - 1, column);
  return "originalLine" in entry
    ? { file, line: entry.originalLine + 1, column: entry.originalColumn }
    : { file, line, column };
}
