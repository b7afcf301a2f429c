// `npm start`: builds what is missing and runs the demo site in this very process, so that a signal reaches it.
import { buildIfStale } from "./build.mjs";
import { root } from "./run.mjs";

process.chdir(root);
try {
  await buildIfStale();
  // The site's own TypeScript runs as it is; `violet-live` is the built package, as a user has it.
  await import("./ts.mjs");
  await import("../demo/server.ts");
} catch (error) {
  console.error(error);
  process.exit(1);
}
