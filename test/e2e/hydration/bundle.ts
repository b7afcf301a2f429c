/** Browser modules made on the fly, from the sources. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const resolveDir = fileURLToPath(new URL(".", import.meta.url));

/** Bundles entries, given as source text that imports relative to this folder. What they share is loaded once. */
export async function bundle(entries: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    entryPoints: Object.keys(entries).map((name) => ({ in: `entry:${name}`, out: name })),
    plugins: [
      {
        name: "entries",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^entry:/ }, ({ path }) => ({ path: path.slice(6), namespace: "entry" }));
          onLoad({ filter: /.*/, namespace: "entry" }, ({ path }) => ({
            contents: entries[path] ?? "",
            loader: "ts",
            resolveDir,
          }));
        },
      },
    ],
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    conditions: ["violet-source", "browser", "development"],
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
    outdir: "/assets",
    // The package names the modules with side effects; these are none of its own.
    ignoreAnnotations: true,
    write: false,
  });
  return new Map(outputFiles.map(({ path, text }) => [path.replaceAll("\\", "/"), text]));
}
