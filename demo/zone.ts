import { define } from "superstruct";
import { local } from "violet-live";

const Zone = define<string>("time zone", (timeZone) => {
  try {
    return !!new Intl.DateTimeFormat("en", { timeZone: timeZone as string });
  } catch {
    return false;
  }
});

/**
 * The reader's time zone. No server knows it before the browser has said it: the first page is written in UTC and
 * corrected, all others are rendered with what the cookie says.
 */
export const zone = local("zone", {
  state: Zone,
  initial: () => "UTC",
  persist: "cookie",
});
