/** A black hole on all links: both sides find it, come together again when it heals, and know who is there. */
import { setTimeout as sleep } from "node:timers/promises";
import { FaultProxy } from "../support/fault-proxy.ts";
import type { Run } from "../support/runs.ts";
import { randomFrom, seed } from "../support/seed.ts";
import { World } from "./world.ts";

/** The defaults, `speed` times as fast: the pages go by what the server says of its heart. */
const sizes = {
  ci: { clients: 20, leavers: 5, boards: 2, speed: 10, graceMs: 6000, resumeSeconds: 10 },
  full: { clients: 200, leavers: 20, boards: 20, speed: 1, graceMs: 180_000, resumeSeconds: 2 },
};

/** The server looks at its connections once a second, and this machine has other things to do as well. */
const SLACK_SECONDS = 2.5;

export const halfOpen: Run = async (size, figures) => {
  const { clients, leavers, boards, speed, graceMs, resumeSeconds } = sizes[size];
  const deadAfterSeconds = 45 / speed;
  const app = { heartbeatMs: 25_000 / speed, deadAfterMs: 45_000 / speed, limits: { graceMs } };
  await World.run({ sockets: 2 * (clients + leavers), app }, async (world) => {
    const proxy = await FaultProxy.listen({
      target: world.target,
      host: world.target.host,
      random: randomFrom(seed),
    });
    try {
      const { site } = world;
      const options = { boards, port: proxy.port };
      const gone = await world.addCrowd(leavers, options);
      world.crowds.pop();
      const crowd = await world.addCrowd(clients, options);
      // So that their signs of life are spread as they are in a page's day.
      await sleep(app.heartbeatMs);
      const before = await site.ask("figures");

      proxy.blackHole();
      const start = performance.now();
      // These never come back: their processes are gone while nobody can be told.
      await gone.kill();
      const [bySite, byPages] = await Promise.all([site.ask("alone"), crowd.ask("lost")]);
      await crowd.ask("write", { share: 1, times: 1 });
      const outageSeconds = (performance.now() - start) / 1000;

      proxy.heal();
      const healed = performance.now();
      await crowd.ask("settled");
      const resumedIn = (performance.now() - healed) / 1000;
      await world.agree(boards);
      const after = await site.ask("figures");
      await site.ask("left", leavers);
      const end = await site.ask("figures");
      await crowd.ask("leave");
      await site.ask("left", leavers + clients);

      figures.equal("people online before", before.online, clients + leavers);
      figures.note("outage", outageSeconds, "s");
      figures.atMost("found by the pages after", byPages / 1000, deadAfterSeconds + SLACK_SECONDS, "s");
      figures.atMost("found by the server after", bySite / 1000, deadAfterSeconds + SLACK_SECONDS, "s");
      figures.atMost("resumed after the heal", resumedIn, resumeSeconds, "s");
      figures.atLeast("chunks held by the proxy", proxy.counts.held, 1);
      figures.equal("people online after", after.online, clients);
      figures.equal("people who came, all told", end.connect, clients + leavers);
      figures.equal("people who went, after the grace time", end.disconnect, leavers);
      await world.checkWrites(boards, figures);
    } finally {
      await proxy.close();
    }
  });
};
