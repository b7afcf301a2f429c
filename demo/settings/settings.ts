import { boolean, enums, object } from "superstruct";
import { local } from "violet-live";

/**
 * State of this browser alone, kept in a cookie: the server renders the next page with it. `reflect` puts the
 * theme on every page's <html> as `data-theme`, so that none ever flashes in the wrong one.
 */
export const settings = local("settings", {
  state: object({ theme: enums(["system", "light", "dark"]), sidebar: boolean() }),
  initial: () => ({ theme: "system" as const, sidebar: true }),
  persist: "cookie",
  reflect: ["theme"],
});
