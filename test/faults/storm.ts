/** A server is killed under all of its clients and comes back: they do, too, with what they wrote. */
import type { Run } from "../support/runs.ts";
import { World } from "./world.ts";

const sizes = {
  ci: { clients: 1000, crowds: 1, boards: 20 },
  full: { clients: 10_000, crowds: 2, boards: 200 },
};

export const storm: Run = async (size, figures) => {
  const { clients, crowds, boards } = sizes[size];
  await World.run({ sockets: clients }, async (world) => {
    for (let crowd = 0; crowd < crowds; crowd++) await world.addCrowd(clients / crowds, { boards });
    await world.all("write", { share: 0.1, times: 5 });
    await world.all("settled");
    const [epoch = ""] = await world.all("epoch");

    const start = performance.now();
    await world.site.kill();
    await world.all("write", { share: 0.1, times: 2 });
    await world.startSite();
    const startedIn = (performance.now() - start) / 1000;
    await world.all("settledAnew", epoch);
    const syncedIn = (performance.now() - start) / 1000;
    await world.agree(boards);

    const { opensInASecond, accepts, loads, online, snapshots } = await world.site.ask("figures");
    figures.equal("clients back", online, clients);
    figures.note("server answers again after", startedIn, "s");
    figures.note("all in sync after the kill", syncedIn, "s");
    // How long a process takes to start is the machine's affair.
    figures.atMost("all in sync after it answers", syncedIn - startedIn, 45, "s");
    figures.note("connections accepted", accepts);
    figures.atMost("sockets opened within a second", opensInASecond, 1000);
    figures.equal("stores loaded", Object.keys(loads).length, boards + 1);
    figures.equal("loads of a store", Math.max(...Object.values(loads)), 1);
    figures.atLeast("snapshots sent", snapshots, clients);
    await world.checkWrites(boards, figures);
    await world.checkReports(figures);
  });
};
