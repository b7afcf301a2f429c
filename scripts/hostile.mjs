// `npm run test:hostile [-- --size full] [name...]`: attacks on real processes, by test/hostile/run.ts.
import { root, run } from "./run.mjs";

process.env.VIOLET_SEED ??= String(Math.floor(Math.random() * 2 ** 31));
process.exitCode = await run(process.execPath, [
  "--import=./scripts/ts.mjs",
  "--conditions=violet-source",
  "--enable-source-maps",
  `${root}test/hostile/run.ts`,
  ...process.argv.slice(2),
]);
