// Bundles lib/ (written by tsc) for browsers: dist/violet.js, the drop-in, and dist/demo/, the demo's pages.
import { globSync } from "node:fs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { violet } from "violet-live/rollup";
import { lineMaps } from "./scripts/line-maps.mjs";
import { minify } from "./scripts/minify.mjs";

const plugins = [
  nodeResolve({ browser: true, exportConditions: ["browser", "production"] }),
  lineMaps(),
  violet(),
  minify(),
];

const dropIn = {
  input: "lib/elements/drop-in.js",
  // One file, so that a page needs one <script>: what is otherwise loaded late is inside.
  output: { file: "dist/violet.js", format: "es", sourcemap: true, inlineDynamicImports: true },
  plugins,
};

const pages = globSync("lib/demo/*/client.js").map((file) => [file.split(/[\\/]/).at(-2), file]);

const demo = {
  input: Object.fromEntries(pages),
  output: {
    dir: "dist/demo",
    format: "es",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
  },
  plugins,
};

export default [dropIn, ...(pages.length > 0 ? [demo] : [])];
