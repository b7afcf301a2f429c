import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { newFolder } from "./folder.ts";
import { root } from "./newcomer.ts";

/**
 * A program of the tests, test/`name`.ts, as one file with all that it imports: it starts in a fraction of the time, which
 * counts where it is started a thousand times. The threads of databases come along.
 */
export async function bundle(name: string): Promise<URL> {
  const outdir = newFolder();
  await build({
    entryPoints: [
      { in: `${root}test/${name}.ts`, out: "program" },
      { in: `${root}server/backends/sqlite/worker.ts`, out: "worker" },
      { in: `${root}server/sql/sqlite-worker.ts`, out: "sqlite-worker" },
    ],
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // PostgreSQL's client asks for it where it is there.
    external: ["pg-native"],
    platform: "node",
    format: "esm",
    target: "node24",
    conditions: ["violet-source"],
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
    // Packages that are CommonJS ask for Node's modules by `require`.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return pathToFileURL(`${outdir}/program.mjs`);
}
