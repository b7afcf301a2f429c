import { refine, string } from "superstruct";
import { local } from "violet-live";

function isZone(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone }));
  } catch {
    return false;
  }
}

/**
 * The reader's time zone. No server knows it before the browser has said it: the first page is written in UTC and
 * corrected, all others are rendered with what the cookie says.
 */
export const zone = local("zone", {
  state: refine(string(), "time zone", isZone),
  initial: () => "UTC",
  persist: "cookie",
});
