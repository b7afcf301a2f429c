/**
 * `npm run test:hostile [-- --size full] [name...]`: attacks on real processes. By default a part of the full size, in
 * about a minute.
 */
import { parseArgs } from "node:util";
import { Figures } from "../faults/figures.ts";
import { seed } from "../support/seed.ts";
import { bombs } from "./bombs.ts";
import { frames } from "./frames.ts";
import { markup } from "./markup.ts";
import { pollution } from "./pollution.ts";
import { slowHandshakes } from "./slow-handshakes.ts";

type Size = "ci" | "full";
type Run = (size: Size, figures: Figures) => Promise<void>;

const runs: Readonly<Record<string, Run>> = {
  frames: (size, figures) => (size === "full" ? frames(10_000_000, figures, true) : frames(500_000, figures)),
  bombs: (size, figures) => bombs(size === "full" ? 1000 : 100, figures),
  pollution: (size, figures) => pollution(size === "full" ? 200_000 : 20_000, figures),
  markup,
  "slow-handshakes": slowHandshakes,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { size: { type: "string", default: "ci" } },
});
const unknown = positionals.filter((name) => !(name in runs));
if (unknown.length || !(values.size === "ci" || values.size === "full")) {
  console.error(`usage: npm run test:hostile [-- --size ci|full] [${Object.keys(runs).join(" | ")}]`);
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
const MAX_MINUTES = { ci: 4, full: 60 };
function giveUp() {
  figures.failed(new Error("it did not end in time"));
  end();
}

for (const [name, run] of Object.entries(runs)) {
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
