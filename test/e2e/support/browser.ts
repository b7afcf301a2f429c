import { type Browser, chromium } from "playwright-core";

const { CHROME_PATH = "/usr/bin/chromium", HEADLESS_SHELL = CHROME_PATH } = process.env;

/** A real Chromium; scripts/tools.mjs says where it is. The one with windows alone keeps pages for Back. */
export const launch = ({ windows = false } = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: windows ? CHROME_PATH : HEADLESS_SHELL,
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
