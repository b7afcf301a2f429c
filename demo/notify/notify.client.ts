import { string } from "superstruct";
import { client } from "violet-live";
import { toasts } from "./notify.ts";

/** Shows a toast in the browsers that the server chooses. */
export const notify = client.realtime([string(), string()], (from, text) => toasts.show(from, text));
