// `npm run dev`: the demo site from the sources. A change rebuilds the pages' scripts, restarts the server and then
// reloads the open pages, but for the gallery at `/`: that is a page without any script, by design, and is reloaded by
// hand. Types are not checked (`npm run types` does that).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdirSync, rmSync, watch, writeFileSync } from "node:fs";
import { context } from "esbuild";
import { root } from "./run.mjs";
import { sides } from "./sides.mjs";

process.chdir(root);
const assets = "dist/demo";
// These are not the files of a release: the next `npm start` must build its own.
rmSync("dist/.built", { force: true });
mkdirSync(assets, { recursive: true });

// Asks for the number of the last change. A file and no socket, so that pages under a strict CSP reload as well.
// Every chunk carries it; the first to run starts it.
const reloader = `globalThis.violetReload ??= (() => {
  let change;
  const look = async () => {
    const answer = await fetch("/assets/change.txt", { cache: "no-store" }).catch(() => undefined);
    if (!answer?.ok) return;
    const now = await answer.text();
    if (change !== undefined && change !== now) location.reload();
    change = now;
  };
  void look();
  return setInterval(look, 500);
})();`;

const options = {
  bundle: true,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  conditions: ["violet-source", "browser", "development"],
  banner: { js: `{${reloader}}` },
  logLevel: "warning",
  plugins: [sides],
};
const pages = globSync("demo/*/client.ts").map((file) => ({ in: file, out: file.split(/[\\/]/).at(-2) }));
const bundles = await Promise.all([
  context({ ...options, entryPoints: pages, outdir: assets, splitting: true }),
  context({ ...options, entryPoints: ["elements/drop-in.ts"], outfile: "dist/violet.js" }),
]);
/** Resolves to whether it went well; else esbuild has printed what is wrong. */
async function rebuild() {
  const results = await Promise.allSettled(bundles.map((bundle) => bundle.rebuild()));
  return results.every(({ status }) => status === "fulfilled");
}

let server;
function start() {
  const flags = ["--import=./scripts/ts.mjs", "--conditions=violet-source", "--enable-source-maps"];
  server = spawn(process.execPath, [...flags, "demo/server.ts"], { stdio: "inherit" });
  server.once("exit", (code) => {
    if (code) console.error("The site has ended. The next change starts it again.");
  });
}
async function stop() {
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  server.kill();
  await once(server, "exit");
}

let changes = Date.now();
/** What cannot be built changes nothing: the site runs on as it was. */
async function refresh() {
  if (!(await rebuild())) return;
  await stop();
  start();
  writeFileSync(`${assets}/change.txt`, String(++changes));
}

// Editors write a file in several steps, and a branch switch writes many: one refresh for all of them, one at a time.
let timer;
let last = Promise.resolve();
function changed() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    last = last.then(refresh);
  }, 80);
}

await refresh();
for (const folder of ["src", "elements", "server", "testing", "demo"])
  watch(folder, { recursive: true }, changed);

async function end() {
  clearTimeout(timer);
  await last;
  await stop();
  process.exit(0);
}
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void end());
