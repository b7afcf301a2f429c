// Lets Node run the TypeScript sources: `node --import=./scripts/ts.mjs --conditions=violet-source file.ts`.
// Node's own type stripping rejects decorators; esbuild lowers them. What it made of a file is kept in node_modules: a run of the
// tests starts some 300 processes, each of which loads most of the sources.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import module from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const { resolve } = import.meta;
const version = JSON.parse(readFileSync(new URL("../package.json", resolve("esbuild")), "utf8")).version;
const folder = fileURLToPath(new URL("../node_modules/.cache/violet-ts/", import.meta.url));
mkdirSync(folder, { recursive: true });
module.enableCompileCache(`${folder}code`);

const options = {
  loader: "ts",
  format: "esm",
  target: "node24",
  sourcemap: "inline",
  // Without verbatimModuleSyntax esbuild drops imports whose names serve as types only, and an element is never defined.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
};
const esbuild = module.createRequire(import.meta.url);

/** Its map names the file alone, which is looked for beside the module: copies of the sources elsewhere share what is kept. */
function transformed(source, sourcefile) {
  const given = JSON.stringify([version, options, sourcefile, source]);
  const file = folder + createHash("sha256").update(given).digest("hex");
  try {
    return readFileSync(file, "utf8");
  } catch {
    const { code } = esbuild("esbuild").transformSync(source, { ...options, sourcefile });
    // Another process may read it meanwhile.
    const own = `${file}.${process.pid}`;
    writeFileSync(own, code);
    renameSync(own, file);
    return code;
  }
}

module.registerHooks({
  load(url, context, next) {
    if (!url.startsWith("file:") || !/\.ts(\?.*)?$/.test(url)) return next(url, context);
    const file = fileURLToPath(url.split("?")[0]);
    const source = transformed(readFileSync(file, "utf8"), basename(file));
    return { format: "module", source, shortCircuit: true };
  },
});
