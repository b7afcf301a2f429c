// Rollup plugins: what browsers load, as small as it gets without renaming anything that is public. esbuild goes first:
// it gives `#private` names one letter, which terser leaves alone. Its own output terser makes smaller still.
import terser from "@rollup/plugin-terser";
import { transformSync } from "esbuild";

const shortPrivates = {
  name: "short-privates",
  renderChunk(code) {
    const { code: short, map } = transformSync(code, { minify: true, format: "esm", sourcemap: "external" });
    return { code: short, map };
  },
};

export const minify = () => [
  shortPrivates,
  // Another pass finds what inlining has left: over 100 B in the page core. A fourth finds nothing.
  terser({ module: true, ecma: 2022, compress: { passes: 3 } }),
];
