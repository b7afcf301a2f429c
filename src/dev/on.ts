import { type Details, texts } from "./texts.ts";

/** True in development builds and on the server: messages are whole, mistakes warn. */
export const DEV: boolean = true;

export const explain = (code: keyof typeof texts, details: Details): string =>
  `${code}: ${
    Object.hasOwn(texts, code)
      ? texts[code](details)
      : "Violet has no error of this code, or none yet in this version. docs/guide/errors.md lists them."
  }`;

/** True where templates are checked before they render: in development, and on the server always. */
export const CHECKED: boolean = true;
