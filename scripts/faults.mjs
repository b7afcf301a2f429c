// `npm run test:faults [-- --size full] [name...]`: real processes under faults, by test/faults/run.ts.
import { root, run } from "./run.mjs";

process.env.VIOLET_SEED ??= String(Math.floor(Math.random() * 2 ** 31));
process.exitCode = await run(process.execPath, [
  "--import=./scripts/ts.mjs",
  "--conditions=violet-source",
  "--enable-source-maps",
  `${root}test/faults/run.ts`,
  ...process.argv.slice(2),
]);
