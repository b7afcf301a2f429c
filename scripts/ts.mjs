// Lets Node run the TypeScript sources: `node --import=./scripts/ts.mjs --conditions=violet-source file.ts`.
// Node's own type stripping rejects decorators; esbuild lowers them.
import { readFileSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

// Without verbatimModuleSyntax esbuild drops imports whose names serve as types only, and an element is never defined.
const tsconfigRaw = { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } };

module.registerHooks({
  load(url, context, next) {
    if (!url.startsWith("file:") || !/\.ts(\?.*)?$/.test(url)) return next(url, context);
    const sourcefile = fileURLToPath(url.split("?")[0]);
    const { code } = transformSync(readFileSync(sourcefile, "utf8"), {
      loader: "ts",
      format: "esm",
      target: "node24",
      sourcefile,
      sourcemap: "inline",
      tsconfigRaw,
    });
    return { format: "module", source: code, shortCircuit: true };
  },
});
