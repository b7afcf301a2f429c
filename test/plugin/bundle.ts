/** Builds a newcomer's files with Rollup as an app does: types away, then the plugin. */
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { transform } from "esbuild";
import { type OutputChunk, type Plugin, type RollupError, type RollupLog, rollup } from "rollup";
import { violet } from "violet-live/rollup";
import { Newcomer } from "../support/newcomer.ts";

export const types: Plugin = {
  name: "types",
  async transform(code, id) {
    if (!/\.[cm]?tsx?$/.test(id)) return null;
    const options = { loader: "ts", format: "esm", target: "es2022", sourcemap: "external" } as const;
    const { code: stripped, map } = await transform(code, { ...options, sourcefile: id });
    return { code: stripped, map };
  },
};

export type Files = Readonly<Record<string, string>>;

interface Options {
  readonly plugins?: readonly Plugin[];
  readonly external?: RegExp;
}

export interface Bundle extends AsyncDisposable {
  readonly folder: string;
  readonly chunk: OutputChunk;
  /** All that a browser could load: code and source maps. */
  readonly all: string;
  readonly warnings: readonly RollupLog[];
}

/** The entry is main.ts, the output out/main.js. Rejects with what Rollup does. */
export async function bundle(files: Files, options: Options = {}): Promise<Bundle> {
  const { plugins = [types, violet()], external = /^violet-live|^node:/ } = options;
  await using stack = new AsyncDisposableStack();
  const newcomer = stack.use(await Newcomer.withFiles(files));
  const folder = await realpath(newcomer.folder);
  const warnings: RollupLog[] = [];
  const build = await rollup({
    input: join(folder, "main.ts"),
    external,
    plugins: [...plugins],
    onLog: (_, log) => void warnings.push(log),
  });
  const { output } = await build.write({ dir: join(folder, "out"), format: "es", sourcemap: true });
  await build.close();
  const texts = output.map((one) => (one.type === "chunk" ? one.code : String(one.source)));
  const kept = stack.move();
  return {
    folder,
    chunk: output[0],
    all: texts.join("\n"),
    warnings,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The error of a build that must fail. */
export async function refusal(files: Files, options?: Options): Promise<RollupError> {
  try {
    await using built = await bundle(files, options);
    throw new Error(`The build did not fail: ${built.chunk.code}`);
  } catch (error) {
    return error as RollupError;
  }
}
