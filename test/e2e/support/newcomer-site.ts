/** A newcomer's project, built by the commands of the guide from the built package, and run as they say. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { blocksOf, fileIn, sectionOf } from "../../support/markdown.ts";
import { Newcomer, root } from "../../support/newcomer.ts";
import { freePort } from "../../support/ports.ts";
import { printed } from "../../support/printed.ts";

const guide = globSync("docs/guide/*.md", { cwd: root }).map((file) => readFileSync(root + file, "utf8"));
const building = sectionOf(guide.join("\n"), "Building");
const commands = blocksOf(building, "sh")
  .join("")
  .trim()
  .split(/\n| && /);

export class NewcomerSite implements AsyncDisposable {
  readonly #project: Newcomer;
  #process: ChildProcess | undefined;

  private constructor(project: Newcomer) {
    this.#project = project;
  }

  /** Its files, with the settings of the guide, compiled and bundled. */
  static async build(files: Readonly<Record<string, string>>): Promise<NewcomerSite> {
    const settings = ["tsconfig.json", "rollup.config.js"].map((file) => [file, fileIn(building, file)]);
    const site = new NewcomerSite(await Newcomer.withFiles({ ...files, ...Object.fromEntries(settings) }));
    for (const command of commands.filter((each) => each.startsWith("npx "))) await site.#run(command);
    return site;
  }

  async #run(command: string) {
    const [, program = "", ...args] = command.split(" ");
    await this.#project.run(program, args);
  }

  /** Writes a file of what was built anew, and bundles it again. */
  async replace(file: string, code: string): Promise<void> {
    await writeFile(join(this.#project.folder, "lib", file), code);
    await this.#run(commands.find((each) => each.startsWith("npx rollup")) ?? "");
  }

  /** Starts this file of what was built, in place of one that runs; gives the address. */
  async start(file: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
    await this.stop();
    const port = await freePort();
    this.#process = spawn(process.execPath, [join("lib", file)], {
      cwd: this.#project.folder,
      env: { ...process.env, PORT: String(port), HOST: "127.0.0.1", ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await printed(this.#process, /^(http:|The site is ready)/m);
    return `http://127.0.0.1:${port}`;
  }

  /** Ends it by SIGTERM. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill();
    await exit;
  }

  /** Of the process that was stopped; null where the signal ended it. */
  get exitCode(): number | null | undefined {
    return this.#process?.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#project[Symbol.asyncDispose]();
  }
}

/** What the guide says under this heading. */
export const guideSection = (heading: string): string => sectionOf(guide.join("\n"), heading);
