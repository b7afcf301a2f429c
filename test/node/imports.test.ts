/** The arrows between the folders: elements → src ← server, and the demo uses the package as its users do. */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";
import { assert, suite, test } from "../support/suite.ts";

interface Import {
  readonly from: string;
  /** A file of the project, or a package's specifier. */
  readonly to: string;
  /** False for type-only imports, which are gone at run time, and for `import()`, which comes later. */
  readonly eager: boolean;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
function importsOf(from: string): Import[] {
  const source = readFileSync(root + from, "utf8");
  const { module } = parseSync(from, source);
  const statics = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({ request: moduleRequest.value, entries })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.map((entry) => ({ request: entry.moduleRequest?.value, entries: [entry] })),
    ),
  ];
  const dynamics = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
    /^["'](.*)["']$/s.exec(source.slice(start, end))?.at(1),
  );
  return [
    ...statics.map(({ request, entries }) => ({
      request,
      eager: entries.length === 0 || entries.some(({ isType }) => !isType),
    })),
    ...dynamics.map((request) => ({ request, eager: false })),
  ].flatMap(({ request, eager }) =>
    request === undefined ? [] : [{ from, to: resolve(from, request), eager }],
  );
}

function resolve(from: string, request: string): string {
  return request.startsWith(".") ? posix.join(posix.dirname(from), request) : request;
}

const files = globSync("{src,elements,server,plugin,testing,demo}/**/*.ts", { cwd: root })
  .map((file) => file.replaceAll("\\", "/"))
  .sort();
const imports = files.flatMap(importsOf);

const folderOf = (file: string): string => file.split("/")[0] ?? "";
const isInside = (file: string, places: readonly string[]): boolean =>
  places.some((place) => file === place || file.startsWith(`${place}/`));
const arrows = (wrong: readonly Import[]): string[] => wrong.map(({ from, to }) => `${from} → ${to}`);

/** What each folder may import of the others; itself and packages go without saying. */
const allowed: Record<string, readonly string[]> = {
  src: [],
  elements: ["src"],
  server: ["src"],
  "server/render": ["src", "elements"],
  plugin: ["src/calls/names.ts", "server/node-version.ts"],
  testing: ["src", "server", "elements/heal.ts"],
  demo: [],
};

/** Packages that stand behind one place. */
const behind: Record<string, readonly string[]> = {
  superstruct: ["src/state/struct.ts", "demo"],
  ws: ["server/sockets", "testing/servers/socket.ts"],
  "@lit-labs/ssr": ["server/render", "demo"],
  express: ["demo"],
  kysely: ["server/sql", "demo"],
  pg: ["server/sql/postgres.ts"],
};

const isProjectFile = (to: string): boolean => folderOf(to) in allowed || to.startsWith("../");

function mayImport({ from, to }: Import): boolean {
  const own = folderOf(from);
  const others = isInside(from, ["server/render"]) ? allowed["server/render"] : allowed[own];
  return isInside(to, [own, ...(others ?? [])]);
}

/** The first cycle met, as a path that ends where it began. */
function cycleIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of edges.get(file) ?? []) {
      const cycle = walk(next, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  return [...edges.keys()].map((file) => walk(file, [])).find((cycle) => cycle.length > 0) ?? [];
}

suite("imports", () => {
  test("point one way: elements → src ← server, and only server/render knows the elements", () => {
    assert.deepEqual(arrows(imports.filter(({ to }) => isProjectFile(to)).filter((i) => !mayImport(i))), []);
  });

  test("end at files that exist", () => {
    const missing = imports.filter(({ to }) => isProjectFile(to) && !files.includes(to));
    assert.deepEqual(arrows(missing), []);
  });

  test("bring nothing of Node into src and elements, nor into what the test kit has for browsers", () => {
    const forBrowsers = ["src", "elements", "testing/browser.ts", "testing/clock.ts", "testing/random.ts"];
    const ofNode = imports.filter(
      ({ from, to, eager }) => isInside(from, forBrowsers) && eager && /^(node:|server\/)/.test(to),
    );
    assert.deepEqual(arrows(ofNode), []);
  });

  test("bring nothing but Node, its version, and what calls are named, into the plugin, which runs in other people's builds", () => {
    const foreign = imports.filter(
      ({ from, to, eager }) =>
        eager && isInside(from, ["plugin"]) && !to.startsWith("node:") && !mayImport({ from, to, eager }),
    );
    assert.deepEqual(arrows(foreign), []);
  });

  test("reach each of the big packages through one place", () => {
    for (const [name, places] of Object.entries(behind)) {
      const elsewhere = imports.filter(({ from, to }) => isInside(to, [name]) && !isInside(from, places));
      assert.deepEqual(arrows(elsewhere), []);
    }
  });

  test("reach the package from the demo through its entry points only", () => {
    const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
    const entries = Object.keys(exports).map((entry) => posix.join("violet-live", entry));
    const ofViolet = imports.filter(
      ({ from, to }) => folderOf(from) === "demo" && isInside(to, ["violet-live"]),
    );
    assert.deepEqual(arrows(ofViolet.filter(({ to }) => !entries.includes(to))), []);
  });

  test("lead from the test kit to the rest, and never back", () => {
    const back = imports.filter(({ from, to }) => folderOf(from) !== "testing" && isInside(to, ["testing"]));
    assert.deepEqual(arrows(back), []);
  });

  test("make no cycle", () => {
    const eager = Map.groupBy(
      imports.filter(({ eager }) => eager),
      ({ from }) => from,
    );
    const edges = new Map([...eager].map(([from, list]) => [from, list.map(({ to }) => to)]));
    assert.deepEqual(cycleIn(edges), []);
  });
});
