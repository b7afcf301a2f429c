// `npm run size`: what a browser loads, minified as dist/ is and compressed by gzip -9, against the limits below.
// `-- --modules` adds the modules of each line; `-- --without each` leaves out the modules of lib/ whose paths match, and
// what only they need, to see what they take; `-- --limit 1000` sets every limit, to see one being passed.
import { parseArgs } from "node:util";
import { constants, gzipSync } from "node:zlib";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { transformSync } from "esbuild";
import { rollup } from "rollup";
import { buildIfStale } from "./build.mjs";
import { minify } from "./minify.mjs";
import { root } from "./run.mjs";

// A user has these anyway, or chose them: they count in the last two lines only.
const peers = [/^lit($|\/)/, /^@lit\//, /^@lit-labs\//, /^superstruct$/];

// Bytes. The gate is what the line has to come down to, the goal what we want beyond that. While a gate is not reached,
// the limit holds what is: a line that grows past it fails `npm run size`. It goes up only for what is built, and down again after it.
const lines = [
  {
    name: "page core (what the chat page imports)",
    code: `export { shared, local, html, callback } from "violet-live";
           export { VioletElement, from, each } from "violet-live/elements";`,
    external: peers,
    limit: 19_880,
    gate: 6000,
    goal: 5000,
  },
  {
    name: "every export of violet-live and /elements",
    code: `export * from "violet-live"; export * from "violet-live/elements";`,
    external: peers,
    limit: 24_320,
    gate: 7500,
    goal: 6500,
  },
  {
    name: "stores and link only",
    code: `export { shared, local } from "violet-live";`,
    external: peers,
    limit: 13_440,
    gate: 5000,
    goal: 4300,
  },
  {
    name: "the chat page, with Lit and superstruct",
    code: `import "${root}lib/demo/chat/client.js";`,
    limit: 37_310,
    gate: 18_000,
  },
  {
    name: "the drop-in file",
    code: `export * from "${root}lib/elements/drop-in.js";`,
    limit: 40_880,
    gate: 17_000,
    oneFile: true,
    without: /\/superstruct\//,
  },
];

const { values: flags } = parseArgs({
  options: { modules: { type: "boolean" }, without: { type: "string" }, limit: { type: "string" } },
});

const entry = "\0entry";
const virtual = (code) => ({
  name: "virtual-entry",
  resolveId: (id) => (id === entry ? `${root}size-entry.js` : null),
  load: (id) => (id === `${root}size-entry.js` ? code : null),
});

const without = flags.without && new RegExp(flags.without);

/** In the place of what is left out: it exports whatever is asked for. */
const leaveOut = {
  name: "leave-out",
  load: (id) =>
    without && id.startsWith(`${root}lib/`) && without.test(id.slice(root.length))
      ? { code: "export default globalThis;", syntheticNamedExports: true }
      : null,
};

const gzip = (code) => gzipSync(code, { level: constants.Z_BEST_COMPRESSION }).length;

async function bundle({ code, external = [], oneFile = false }) {
  const bundler = await rollup({
    input: entry,
    external,
    // As in an app's own entry, which exports nothing: late parts take from it what they share, without a chunk between.
    preserveEntrySignatures: "allow-extension",
    plugins: [
      virtual(code),
      leaveOut,
      nodeResolve({ browser: true, exportConditions: ["browser", "production"] }),
      minify(),
    ],
  });
  const { output } = await bundler.generate({ format: "es", inlineDynamicImports: oneFile });
  await bundler.close();
  return output.filter(({ type }) => type === "chunk");
}

// The entry and what it imports statically, before anything runs.
function eagerOf(chunks) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const eager = new Set();
  const visit = (chunk) => {
    if (!chunk || eager.has(chunk)) return;
    eager.add(chunk);
    for (const name of chunk.imports) visit(byName.get(name));
  };
  visit(chunks.find(({ isEntry }) => isEntry));
  return [...eager];
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const measure = (chunks) => ({
  min: sum(chunks.map(({ code }) => Buffer.byteLength(code))),
  gzip: sum(chunks.map(({ code }) => gzip(code))),
});

const kB = (bytes) => (bytes === undefined ? "" : (bytes / 1000).toFixed(2));
const row = (name, min, zipped, gate, goal, verdict = "") =>
  console.log(
    `${name.padEnd(46)}${kB(min).padStart(9)}${kB(zipped).padStart(9)}${kB(gate).padStart(9)}${kB(goal).padStart(9)}  ${verdict}`,
  );

function printModules(chunks) {
  const modules = chunks.flatMap((chunk) => Object.entries(chunk.modules));
  const sized = modules
    .filter(([, { code }]) => code)
    .map(([id, { code }]) => ({ id, code: transformSync(code, { minify: true, format: "esm" }).code }))
    .map(({ id, code }) => ({ id, min: code.length, zipped: gzip(code) }))
    .sort((a, b) => b.zipped - a.zipped);
  for (const { id, min, zipped } of sized) row(`    ${id.replace(root, "")}`.slice(0, 46), min, zipped);
}

async function printLine(line) {
  const chunks = await bundle(line);
  const eager = eagerOf(chunks);
  const size = measure(eager);
  const limit = Number(flags.limit ?? line.limit);
  const foreign = chunks.flatMap(({ moduleIds }) => moduleIds).filter((id) => line.without?.test(id));
  const faults = [
    ...(size.gzip > limit ? [`over its limit of ${kB(limit)} kB`] : []),
    ...(foreign.length > 0 ? [`must not contain ${foreign[0].replace(root, "")}`] : []),
  ];
  const verdict = size.gzip > line.gate ? `${kB(size.gzip - line.gate)} over the gate` : "ok";
  row(line.name, size.min, size.gzip, line.gate, line.goal, faults.join(", ") || verdict);
  if (flags.modules) printModules(eager);
  for (const late of chunks.filter((chunk) => !eager.includes(chunk))) {
    const { min, gzip } = measure([late]);
    row(`  late: ${late.name}`, min, gzip);
  }
  return faults.length === 0;
}

await buildIfStale();
console.log(
  `${"kB, minified and gzip -9".padEnd(46)}${"min".padStart(9)}${"gzip".padStart(9)}${"gate".padStart(9)}${"goal".padStart(9)}`,
);
let held = true;
for (const line of lines) held = (await printLine(line)) && held;
if (!held) {
  console.error("size: a limit was passed");
  process.exitCode = 1;
}
