/** Some readers stop reading, while much is sent to all: the server's memory is bounded, the others are served. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "../support/child.ts";
import type { Run } from "../support/runs.ts";
import { World } from "./world.ts";

const MIB = 1024 * 1024;

/**
 * A stalled socket's kernel buffers hold some MiB. The small size gets beyond them by more bytes, and has smaller
 * limits, for the same things are to happen within seconds.
 */
const sizes = {
  ci: {
    readers: 90,
    stalled: 10,
    stallMs: 8000,
    publish: { perSecond: 20, bytes: 65_536 },
    limits: { outboxBytes: MIB / 2, stalledMs: 4000 },
    maxGrowthBytes: 60 * MIB,
  },
  full: {
    readers: 900,
    stalled: 100,
    stallMs: 60_000,
    publish: { perSecond: 20, bytes: 10_240 },
    limits: {},
    maxGrowthBytes: 120 * MIB,
  },
};

/** The most memory it holds at any time, looked at ten times a second. */
async function peakOf(child: Child<never>, ms: number): Promise<number> {
  let peak = 0;
  for (const end = performance.now() + ms; performance.now() < end; await sleep(100))
    peak = Math.max(peak, child.rssBytes);
  return peak;
}

export const slow: Run = async (size, figures) => {
  const { readers: count, stalled, stallMs, publish, limits, maxGrowthBytes } = sizes[size];
  await World.run({ sockets: count + stalled, app: { limits } }, async (world) => {
    const readers = await world.addReaders(count);
    const crowd = await world.addCrowd(stalled, { boards: 0 });
    const { site } = world;
    await site.ask("publish", publish);
    // As long as the stall itself, so that both have seen the same.
    const basePeak = await peakOf(site, stallMs / 2);
    const base = await readers.ask("look");

    crowd.freeze();
    const peak = await peakOf(site, stallMs);
    const during = await readers.ask("look");
    crowd.thaw();
    await site.ask("publish", { perSecond: 0, bytes: 0 });
    const start = performance.now();
    await crowd.ask("settled");
    await world.agreeOnFeed();
    const syncedIn = (performance.now() - start) / 1000;

    const look = await crowd.ask("look");
    const isHit = (index: number) =>
      (look.resyncs[index] ?? 0) > 0 || Object.keys(look.closes[index] ?? {}).length > 0;
    const hit = look.closes.filter((_, index) => isHit(index)).length;
    const closes = look.closes.flatMap((each) => Object.entries(each));
    const byCode = Map.groupBy(closes, ([code]) => code);
    figures.atLeast(
      "texts read by the others",
      during.received,
      (count * publish.perSecond * stallMs) / 1000 / 4,
    );
    figures.equal("others that were closed", during.closed, 0);
    figures.note("memory before", basePeak / MIB, "MiB");
    figures.atMost(
      "memory on top while some are stalled",
      (peak - basePeak) / MIB,
      maxGrowthBytes / MIB,
      "MiB",
    );
    figures.note("p99 of the others before", base.p99Ms, "ms");
    figures.note("p99 of the others meanwhile", during.p99Ms, "ms");
    figures.note("p99 meanwhile to p99 before", during.p99Ms / base.p99Ms);
    figures.equal("stalled readers that were told or closed", hit, stalled);
    figures.note(
      "of these closed, by code",
      [...byCode].map(([code, all]) => `${code}: ${all.length}`).join(", ") || "none",
    );
    // One is the first it ever got.
    figures.atMost("snapshots for a stalled reader", Math.max(...look.snapshots) - 1, 1);
    figures.note("stalled readers in sync after", syncedIn, "s");
  });
};
