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
  const { code, address, port } = error;
  const isTaken = code === "EADDRINUSE";
  console.error(isTaken ? `${address}:${port} is in use. Take another: PORT=${port + 1} npm start` : error);
  process.exit(1);
}
