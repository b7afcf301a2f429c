/** The lockfile must install on every machine, from whatever registry that machine uses. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assert, suite, test } from "../support/suite.ts";

interface Locked {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

for (const lockfile of ["package-lock.json", "bench/package-lock.json", "examples/vite/package-lock.json"]) {
  const file = fileURLToPath(new URL(`../../${lockfile}`, import.meta.url));
  const packages = Object.entries<Locked>(JSON.parse(readFileSync(file, "utf8")).packages);
  const places = new Set(packages.map(([place]) => place));

  suite(lockfile, () => {
    test("records no download addresses", () => {
      const addressed = packages.filter(([, { resolved, link }]) => resolved !== undefined && !link);
      assert.deepEqual(addressed, []);
    });

    // A platform's package that the registry did not have when the lock was written is left out, and then
    // `npm ci` fails everywhere.
    test("has the packages of all platforms", () => {
      const missing = packages.flatMap(([place, { optionalDependencies = {} }]) =>
        Object.keys(optionalDependencies).filter(
          (name) => !places.has(`node_modules/${name}`) && !places.has(`${place}/node_modules/${name}`),
        ),
      );
      assert.deepEqual(missing, []);
    });
  });
}
