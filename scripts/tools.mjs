// Finds the programs that npm cannot bring, and installs them where that is possible without asking.
import { spawnSync } from "node:child_process";
import { accessSync, constants, globSync } from "node:fs";
import { delimiter, join } from "node:path";

const tools = {
  chromium: {
    variable: "CHROME_PATH",
    names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
    packages: ["chromium"],
  },
  "chromium-headless-shell": {
    variable: "HEADLESS_SHELL",
    names: ["chromium-headless-shell", "chrome-headless-shell"],
    packages: ["chromium-headless-shell"],
  },
  // Debian keeps it beside its other programs, and off PATH.
  postgres: {
    variable: "POSTGRES",
    names: ["postgres"],
    packages: ["postgresql"],
    folders: () => [bindir(), ...globSync("/usr/lib/postgresql/*/bin").sort().reverse()],
  },
  // On a machine with systemd the package also starts one on port 6379: nobody here talks to that one.
  "redis-server": { variable: "REDIS_SERVER", names: ["redis-server"], packages: ["redis-server"] },
};

function bindir() {
  const { stdout } = spawnSync("pg_config", ["--bindir"], { encoding: "utf8" });
  return stdout?.trim() ?? "";
}

const isProgram = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const onPath = (names, more = []) =>
  [...(process.env.PATH ?? "").split(delimiter), ...more]
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram);

// Quiet unless it fails; the lists of packages may be empty or old on a new machine.
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, stdout, stderr } = spawnSync("apt-get", ["-y", ...args], { env, encoding: "utf8" });
  if (status !== 0) console.error(`${stdout ?? ""}${stderr ?? ""}`.trim());
  return status === 0;
}

const mayInstall = () =>
  process.getuid?.() === 0 && process.env.VIOLET_NO_APT !== "1" && onPath(["apt-get"]) !== undefined;

function install(packages) {
  console.log(`Installing ${packages.join(" ")} (apt-get; VIOLET_NO_APT=1 forbids it)`);
  apt("update");
  apt("install", "--no-install-recommends", ...packages);
}

/** The path of a tool that was there or could be installed. Throws where the environment names what is none. */
function locate(name) {
  const { variable, names, packages, folders = () => [] } = tools[name];
  const chosen = process.env[variable];
  if (chosen) {
    if (isProgram(chosen)) return chosen;
    throw new Error(
      `${variable} is ${JSON.stringify(chosen)}, which is not a program. Correct it or unset it.`,
    );
  }
  const find = () => onPath(names) ?? onPath(names, folders());
  if (!find() && mayInstall()) install(packages);
  return find();
}

/** The path of a tool, or an Error of one line that says what to do. */
export function findTool(name) {
  const found = locate(name);
  if (found) return found;
  const { variable, names, packages } = tools[name];
  throw new Error(
    `${name} was not found. Install it (apt-get install ${packages.join(" ")}), put one of ${names.join(", ")} on PATH, or set ${variable}.`,
  );
}

/**
 * Puts the paths of Chromium into the environment. The one without windows takes half the time, and keeps no page for Back;
 * who has none, or names a Chromium, has that one in its place.
 */
export function useChromium() {
  const { env } = process;
  if (env.CHROME_PATH) env.HEADLESS_SHELL ||= env.CHROME_PATH;
  env.CHROME_PATH = findTool("chromium");
  env.HEADLESS_SHELL = locate("chromium-headless-shell") ?? env.CHROME_PATH;
}
