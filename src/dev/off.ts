import type { Details, texts } from "./texts.ts";

/** False in production bundles for browsers. */
export const DEV = false;
export const CHECKED = false;

export const explain = (code: keyof typeof texts, { store = "", path = [] }: Details): string =>
  `${code} ${[store, path].flat().join(".")}`;
