import { type Details, texts } from "./texts.ts";

/** True in development builds and on the server: messages are whole, mistakes warn. */
export const DEV: boolean = true;

export const explain = (code: keyof typeof texts, details: Details): string =>
  `${code}: ${texts[code](details)}`;

/** True where templates are checked before they render: in development, and on the server always. */
export const CHECKED: boolean = true;
