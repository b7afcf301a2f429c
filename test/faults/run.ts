/**
 * `npm run test:faults [-- --size full] [name...]`: real processes on real sockets under faults. A tenth of the full
 * size by default.
 */
import { parseArgs } from "node:util";
import { seed } from "../support/seed.ts";
import { Figures } from "./figures.ts";
import { halfOpen } from "./half-open.ts";
import { mixed } from "./mixed.ts";
import { slow } from "./slow.ts";
import { storm } from "./storm.ts";

const runs = { storm, slow, "half-open": halfOpen, mixed };
export type Size = "ci" | "full";
export type Run = (size: Size, figures: Figures) => Promise<void>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { size: { type: "string", default: "ci" } },
});
const unknown = positionals.filter((name) => !(name in runs));
if (unknown.length || !(values.size === "ci" || values.size === "full")) {
  console.error(`usage: npm run test:faults [-- --size ci|full] [${Object.keys(runs).join(" | ")}]`);
  process.exit(1);
}

// Children end with this process, and it ends when somebody wants that.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const figures = new Figures();

function end(): never {
  figures.print();
  process.exit(figures.hold ? 0 : 1);
}

/** A run that waits for something that never comes. */
const MAX_MINUTES = { ci: 4, full: 15 };
function giveUp() {
  figures.failed(new Error("it did not end in time"));
  end();
}

for (const [name, run] of Object.entries<Run>(runs)) {
  if (positionals.length && !positionals.includes(name)) continue;
  const start = performance.now();
  console.log(`\n${name} (${values.size}, seed ${seed})`);
  figures.start(name);
  const timer = setTimeout(giveUp, MAX_MINUTES[values.size] * 60_000);
  await run(values.size, figures).catch((error: unknown) => figures.failed(error));
  clearTimeout(timer);
  console.log(`  ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
end();
