import { string } from "superstruct";
import { client } from "violet-live";

/** The server calls it: notify.broadcast("restarting"). */
export const notify = client.realtime([string()], (text) => {
  (document.querySelector("[role=alert]") as HTMLElement).textContent = text;
});
