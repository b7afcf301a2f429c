// Runs test/src, test/elements and test/browser in a real Chromium. scripts/test.mjs starts it on the ts hook.
import { appendFileSync } from "node:fs";
import { esbuildPlugin } from "@web/dev-server-esbuild";
import { fromRollup } from "@web/dev-server-rollup";
import { defaultReporter } from "@web/test-runner";
import { chromeLauncher } from "@web/test-runner-chrome";
import { violet } from "violet-live/rollup";
import { fixtures } from "violet-live/testing";
import { parts } from "./test/browser/parts.ts";

const seed = Number(process.env.VIOLET_SEED ?? 1);

const testsIn = ({ suites, tests }) => [...tests, ...suites.flatMap(testsIn)];
const testsOf = (sessions) =>
  [...sessions].flatMap(({ testResults }) => (testResults ? testsIn(testResults) : []));

// Mocha's forbidPending would be the one, but the runner looks at what failed only.
const noSkips = {
  onTestRunFinished({ sessions }) {
    const skipped = testsOf(sessions).filter((one) => one.skipped);
    if (skipped.length === 0) return;
    console.error(`Tests must not be skipped: ${skipped.map(({ name }) => name).join(", ")}`);
    process.once("exit", () => {
      process.exitCode = 1;
    });
  },
};

/** Into the file of which scripts/test.mjs tells. */
const outcomes = {
  onTestRunFinished({ sessions }) {
    if (!process.env.VIOLET_OUTCOMES) return;
    const lines = testsOf(sessions).map(({ name, passed }) => `${JSON.stringify({ name, passed })}\n`);
    appendFileSync(process.env.VIOLET_OUTCOMES, lines.join(""));
  },
};

export default {
  rootDir: import.meta.dirname,
  concurrency: 2,
  nodeResolve: { exportConditions: ["browser", "development", "violet-source"] },
  browsers: [
    chromeLauncher({
      launchOptions: {
        executablePath: process.env.HEADLESS_SHELL,
        // Chromium refuses its sandbox to root.
        args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
      },
      // Two pages run at once, and only one of them has the focus: without it, no element is blurred.
      async createPage({ context }) {
        const page = await context.newPage();
        const session = await page.createCDPSession();
        await session.send("Emulation.setFocusEmulationEnabled", { enabled: true });
        return page;
      },
    }),
  ],
  plugins: [
    esbuildPlugin({ ts: true, target: "es2022", tsconfig: `${import.meta.dirname}/tsconfig.json` }),
    fromRollup(violet)(),
    fixtures(parts),
  ],
  // Tests want Lit's development build, and not to be told so in each file.
  filterBrowserLogs: ({ args }) => !String(args[0]).startsWith("Lit is in dev mode"),
  reporters: [defaultReporter(), noSkips, outcomes],
  testFramework: { config: { forbidOnly: true, timeout: Number(process.env.VIOLET_TEST_MS ?? 20_000) } },
  testRunnerHtml: (framework) =>
    `<!doctype html><meta charset="utf-8"><script>globalThis.VIOLET_SEED = ${seed}</script>
<script type="module" src="${framework}"></script>`,
};
