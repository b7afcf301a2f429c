/** What options of the app and of its pages are checked by, beside what all options are. */
import { type Check, isText } from "../src/dev/check-options.ts";
import type { VioletError } from "../src/errors.ts";

/** One that is relative would be another one for each page: of `/rooms/42` it is below `/rooms/`. */
const isScript = (value: unknown) => isText(value) && /^(\/|[a-z][a-z\d+.-]*:)/i.test(value as string);

const theScript = "the URL of a module script, from the site's root on (/client.js) or with its scheme";
export const aScript: Check = [isScript, theScript];
export const aScriptOrNone: Check = [(value) => value === false || isScript(value), `${theScript}, or false`];

/** Whether an error is of what the app defines, an action that gives a promise, say: no browser is told of that. */
export const isForAuthor = ({ code }: VioletError): boolean => code === "E_OPTION";
