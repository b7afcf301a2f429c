/** G4: frames that nearly fit the protocol, while an honest client goes on with its work. */
import { Child } from "../support/child.ts";
import type { Figures } from "../support/figures.ts";
import { seed } from "../support/seed.ts";
import { attack } from "./attack.ts";
import { Grammar } from "./frames-grammar.ts";
import type { HonestCommands } from "./honest.ts";
import type { SiteCommands } from "./site.ts";

const MIB = 1024 * 1024;

/** Before the first look: what a process fills once is no growth. */
const WARM_UP = 20_000;

/** The honest client's times are held against the goal where the machine has nothing else to do. */
const MAX_P99_MS = 50;

export async function frames(count: number, figures: Figures, isTimed = false): Promise<void> {
  const site = await Child.start<SiteCommands>("hostile/site", {});
  const ports = await site.ask("ports");
  try {
    await attack({ ports, frames: WARM_UP, seed, source });
    const before = await site.ask("heapBytes");
    const honest = await Child.start<HonestCommands>("hostile/honest", { port: ports[0] });
    await honest.ask("begin");
    const start = performance.now();
    const { cpuMs: cpuBefore } = await site.ask("figures");
    const { sent, acks } = await attack({ ports, frames: count, seed: seed + 1000, source });
    const seconds = (performance.now() - start) / 1000;
    const { writes, p50Ms, p99Ms } = await honest.ask("end");
    const { rejections, reports, answered, connections, delayP99Ms, errors, closes, cpuMs } =
      await site.ask("figures");
    figures.equal("frames", sent, count);
    // So that a run whose writes are all out of order does not pass.
    figures.atLeast("batches acknowledged, of all frames", acks / count, 0.02);
    figures.note("frames a second", sent / seconds);
    figures.note("the server's time for a frame", ((cpuMs - cpuBefore) / sent) * 1000, "µs");
    figures.note("connections", connections);
    figures.note("error frames", JSON.stringify(errors));
    figures.note("closes", JSON.stringify(closes));
    // So that a run in which nothing was parsed does not pass.
    figures.atLeast("error frames, of all frames", answered / (WARM_UP + count), 0.5);
    figures.equal("unhandled rejections", rejections, 0);
    figures.equal("errors logged", reports.join("\n"), "");
    figures.equal("what must not change and did", (await site.ask("wrongs")).join(), "");
    figures.note("event loop's delay, p99", delayP99Ms, "ms");
    figures.note("an honest client's writes", writes);
    figures.note("an honest client's write, median", p50Ms, "ms");
    figures.atLeast("an honest client's writes, of those in the store", writes, await site.ask("honest"));
    if (isTimed) figures.atMost("an honest client's write, p99", p99Ms, MAX_P99_MS, "ms");
    else figures.note("an honest client's write, p99", p99Ms, "ms");
    await honest.kill();
    figures.atMost("heap's growth", ((await site.ask("heapBytes")) - before) / MIB, 10, "MiB");
    figures.note("exits", 0);
  } finally {
    await site.kill();
  }
}

const source = (random: () => number) => new Grammar(random);
