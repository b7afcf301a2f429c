// Starts a program with our own stdio and resolves to its exit code.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The project's folder: scripts work from wherever they are started. */
export const root = fileURLToPath(new URL("..", import.meta.url));

export const run = (command, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit" });
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });

/** A program of a development dependency, run by this very Node. */
export const bin = (name) => `${root}node_modules/.bin/${name}`;

/** Seconds with one decimal, for the lines that say how long a part took. */
export const secondsSince = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;
