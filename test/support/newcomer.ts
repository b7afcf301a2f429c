/** An empty project that has Violet as a dependency, as its users have it; the package stands for its sources. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../../", import.meta.url));

const dependencies = ["@rollup", "@types", "express", "lit", "superstruct", "tslib"];

const tsconfig = {
  extends: join(root, "tsconfig.json"),
  compilerOptions: { rootDir: "/" },
  include: ["*.ts"],
};

export class Newcomer implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async withFiles(files: Readonly<Record<string, string>>): Promise<Newcomer> {
    const folder = await mkdtemp(join(tmpdir(), "violet-newcomer-"));
    const modules = join(folder, "node_modules");
    await mkdir(modules);
    await symlink(root, join(modules, "violet-live"));
    for (const name of dependencies) await symlink(join(root, "node_modules", name), join(modules, name));
    const all = {
      "package.json": `{ "private": true, "type": "module" }`,
      "tsconfig.json": JSON.stringify(tsconfig),
      ...files,
    };
    for (const [name, text] of Object.entries(all)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return new Newcomer(folder);
  }

  /** What the compiler says of the project's own files. That it reads them at all is seen by one that is wrong. */
  async typeErrors(): Promise<string[]> {
    await writeFile(join(this.folder, "wrong.ts"), "export const wrong: number = 'text';\n");
    const output = await this.run("tsc", ["-p", "."]).catch((error: { stdout: string }) => error.stdout);
    const errors = output.split("\n").filter((line) => /^([\w.-]+\(|error)/.test(line));
    const isWrong = (line: string) => line.startsWith("wrong.ts(1,14): error TS2322");
    if (!errors.some(isWrong))
      throw new Error(`the compiler did not find the error that is there: ${output}`);
    return errors.filter((line) => !isWrong(line));
  }

  /** Runs files of tests. Rejects with what the runner writes, where one fails. */
  async test(files: readonly string[]): Promise<void> {
    // Of the runner that this is run by, the other one is no part.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const flags = [
      `--import=${root}scripts/ts.mjs`,
      "--conditions=violet-source",
      "--test",
      "--test-isolation=none",
    ];
    await promisify(execFile)(process.execPath, [...flags, ...files], { cwd: this.folder, env }).catch(
      ({ stdout, message }: { stdout?: string; message: string }) =>
        Promise.reject(new Error(stdout || message)),
    );
  }

  /** Runs a program of a development dependency in the project; gives what it writes. */
  async run(program: string, args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(join(root, "node_modules/.bin", program), args, {
      cwd: this.folder,
    });
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
