// What `violet-live/rollup` makes of server and client modules, for esbuild. As in web-test-runner one module is known at
// a time: what an importer may not do is said by `npm run build`.
import { readFile } from "node:fs/promises";
import { transform } from "esbuild";
import { parseAst } from "rollup/parseAst";
import { violet } from "../plugin/index.ts";

const bundler = {
  parse: parseAst,
  resolve: async () => null,
  error({ message }) {
    throw new Error(message);
  },
};

async function load({ path }) {
  const { code } = await transform(await readFile(path, "utf8"), {
    loader: "ts",
    sourcefile: path,
    sourcemap: "inline",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  const made = await violet().transform.call(bundler, code, path);
  return { contents: made?.code ?? code };
}

export const sides = {
  name: "violet",
  setup: ({ onLoad }) => onLoad({ filter: /\.(server|client)\.ts$/ }, load),
};
