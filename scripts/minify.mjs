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
  // A second pass finds what inlining has left. `x === undefined` is left the way round that it is written, which
  // compresses better.
  terser({ module: true, ecma: 2022, compress: { passes: 2, lhs_constants: false } }),
];
