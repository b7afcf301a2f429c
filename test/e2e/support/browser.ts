import { type Browser, chromium } from "playwright-core";

/** A real Chromium; scripts/test.mjs says where it is. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROME_PATH ?? "/usr/bin/chromium",
    // Chromium refuses its sandbox to root.
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
    ],
    // Readers have one; Playwright turns it off.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
