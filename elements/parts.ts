import type { Part } from "lit/directive.js";

/** The parts inside what a child part shows: of a list its rows; undefined where it shows no template. */
export function partsOf(value: unknown): readonly Part[] | undefined {
  if (Array.isArray(value)) return value;
  // A template's instance. Its names are Lit's own, but the only list that it holds are its parts.
  return typeof value === "object" && value && "parentNode" in value
    ? Object.values(value).find(Array.isArray)
    : undefined;
}
