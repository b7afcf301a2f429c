// `npm run test:faults` and `test:hostile` [-- --size full] [name...]: runs on real processes, by run.ts of that folder
// of test.
import { root, run } from "./run.mjs";
import { findTool, useChromium } from "./tools.mjs";

const [folder, ...args] = process.argv.slice(2);
process.env.VIOLET_SEED ??= String(Math.floor(Math.random() * 2 ** 31));
if (folder === "faults") process.env.REDIS_SERVER = findTool("redis-server");
else useChromium();
process.exitCode = await run(process.execPath, [
  "--import=./scripts/ts.mjs",
  "--conditions=violet-source",
  "--enable-source-maps",
  `${root}test/${folder}/run.ts`,
  ...args,
]);
