import { answer, ask, start, stop } from "../support/processes.ts";

/** Deliveries per measured run: enough for a second or so of the server's time. */
const DELIVERIES = 200_000;
/** Patches that may be on their way at once. */
const WINDOW = 20;

export interface FanOut {
  /** The server's CPU-seconds per million deliveries. */
  readonly cpuPerMillion: number;
  readonly perSecond: number;
  /** How much of its core the load took: near 1 it is the load that is measured. */
  readonly loadShare: number;
}

const here = (name: string) => new URL(name, import.meta.url);

/** A server and N subscribers, on a core each. `lib`: where Violet is built. */
export async function fanOut(
  candidate: string,
  n: number,
  lib = new URL("../../lib/", import.meta.url),
): Promise<FanOut> {
  const server = start(here("server.mjs"), 0, [candidate, lib]);
  const { port } = await answer(server);
  const load = start(here("load.mjs"), 1, [candidate, port, n]);
  await answer(load);
  const patches = Math.ceil(DELIVERIES / n / WINDOW) * WINDOW;
  const burst = async (count: number) => {
    const received = ask(load, { await: count * n });
    server.send({ publish: count });
    await received;
  };
  await burst(WINDOW);
  const before = {
    server: await ask(server, { usage: true }),
    load: await ask(load, { usage: true }),
    at: performance.now(),
  };
  for (let done = 0; done < patches; done += WINDOW) await burst(WINDOW);
  const seconds = (performance.now() - before.at) / 1000;
  const cpu = (await ask(server, { usage: true })).cpu - before.server.cpu;
  const loadCpu = (await ask(load, { usage: true })).cpu - before.load.cpu;
  await stop(load, server);
  const deliveries = patches * n;
  return {
    cpuPerMillion: (cpu / deliveries) * 1e6,
    perSecond: deliveries / seconds,
    loadShare: loadCpu / seconds,
  };
}
