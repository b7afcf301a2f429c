/** Everybody writes while links are cut, reset, delayed, split, throttled and held, and the server is killed. */
import { setTimeout as sleep } from "node:timers/promises";
import { FaultProxy } from "../support/fault-proxy.ts";
import type { Run } from "../support/runs.ts";
import { randomFrom, seed } from "../support/seed.ts";
import { World } from "./world.ts";

/**
 * `writesPerSecond`: of each person. A page keeps its last 256 accepted writes, those of a minute, for a server that
 * forgets; the server is killed more often than that, so none of them may be lost.
 */
const sizes = {
  ci: { clients: 20, crowds: 1, boards: 5, writesPerSecond: 1, seconds: 12, killEvery: 5 },
  full: { clients: 200, crowds: 2, boards: 50, writesPerSecond: 0.25, seconds: 120, killEvery: 10 },
};

/** Of all links, in each second. */
const CUT_SHARE = 0.05;
const RESET_SHARE = 0.05;
/** A weather lasts so long; then the dice choose the next. */
const WEATHER_MS = 500;
/** No page waits longer for its next try, so that the last ones are back soon after the faults. */
const BACKOFF_MS = [500, 1000, 2000, 4000];

type Weather = (proxy: FaultProxy, random: () => number) => void;

const weathers: readonly Weather[] = [
  () => {},
  (proxy, random) => proxy.delay(10 + 90 * random()),
  (proxy, random) => proxy.split(1 + Math.floor(100 * random())),
  (proxy, random) => proxy.throttle(5000 + 50_000 * random()),
  (proxy) => proxy.blackHole(),
];

export const mixed: Run = async (size, figures) => {
  const { clients, crowds, boards, writesPerSecond, seconds, killEvery } = sizes[size];
  const random = randomFrom(seed);
  await World.run({ sockets: 2 * clients }, async (world) => {
    const proxy = await FaultProxy.listen({ target: world.target, host: world.target.host, random });
    try {
      for (let crowd = 0; crowd < crowds; crowd++)
        await world.addCrowd(clients / crowds, { boards, port: proxy.port, backoffMs: BACKOFF_MS });
      await world.all("writeSteadily", writesPerSecond);
      let kills = 0;
      const start = performance.now();
      const elapsed = () => (performance.now() - start) / 1000;
      while (elapsed() < seconds) {
        proxy.heal();
        weathers[Math.floor(random() * weathers.length)]?.(proxy, random);
        proxy.cut((CUT_SHARE * WEATHER_MS) / 1000);
        proxy.reset((RESET_SHARE * WEATHER_MS) / 1000);
        if (elapsed() > (kills + 1) * killEvery) {
          kills++;
          await world.site.kill();
          await world.startSite();
        }
        await sleep(WEATHER_MS);
      }
      await world.all("writeSteadily", 0);
      proxy.heal();
      const healed = performance.now();
      await world.all("settled");
      await world.agree(boards);
      const equalAfter = (performance.now() - healed) / 1000;

      for (const fault of ["delayed", "split", "throttled", "held", "cut", "reset"] as const)
        figures.atLeast(
          `${fault === "cut" || fault === "reset" ? "links" : "chunks"} ${fault}`,
          proxy.counts[fault],
          1,
        );
      figures.atLeast("server killed", kills, 2);
      figures.atMost("all views equal after the faults", equalAfter, 10, "s");
      await world.checkWrites(boards, figures);
      await world.checkReports(figures);
    } finally {
      await proxy.close();
    }
  });
};
