/** The runs of one command on real processes: `npm run test:NAME [-- --size full] [run...]`. A part of the full size by default. */
import { parseArgs } from "node:util";
import { Figures } from "./figures.ts";
import { seed } from "./seed.ts";

export type Size = "ci" | "full";
export type Run = (size: Size, figures: Figures) => Promise<void>;

export interface Runs {
  /** `test:faults` */
  readonly command: string;
  readonly runs: Readonly<Record<string, Run>>;
  /** A run that takes longer waits for something that never comes. */
  readonly maxMinutes: Readonly<Record<Size, number>>;
}

/** Plays those that were asked for, or all; ends the process, with the table of what they measured. */
export async function play({ command, runs, maxMinutes }: Runs): Promise<never> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { size: { type: "string", default: "ci" } },
  });
  const { size } = values;
  if (!isSize(size) || positionals.some((name) => !(name in runs))) {
    console.error(`usage: npm run ${command} [-- --size ci|full] [${Object.keys(runs).join(" | ")}]`);
    process.exit(1);
  }
  // Children end with this process, and it ends when somebody wants that.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

  const figures = new Figures();
  function end(): never {
    figures.print();
    process.exit(figures.hold ? 0 : 1);
  }
  function giveUp() {
    figures.failed(new Error("it did not end in time"));
    end();
  }
  for (const [name, run] of Object.entries(runs)) {
    if (positionals.length && !positionals.includes(name)) continue;
    const start = performance.now();
    console.log(`\n${name} (${size}, seed ${seed})`);
    figures.start(name);
    const timer = setTimeout(giveUp, maxMinutes[size] * 60_000);
    await run(size, figures).catch((error: unknown) => figures.failed(error));
    clearTimeout(timer);
    console.log(`  ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  return end();
}

const isSize = (text: string): text is Size => text === "ci" || text === "full";
