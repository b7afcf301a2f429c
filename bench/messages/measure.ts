import { answer, ask, start, stop } from "../support/processes.ts";

const PAGES = 50;
const MESSAGES = 50_000;

export interface Messages {
  /** The server's CPU time for a message and its answer, in microseconds. */
  readonly cpuMicroseconds: number;
  /** How much of its core the load took: near 1 it is the load that is measured. */
  readonly loadShare: number;
}

const here = (name: string) => new URL(name, import.meta.url);

/** Fifty pages write one small message after the other, each to a room of its own. `lib`: where Violet is built. */
export async function messages(lib: URL): Promise<Messages> {
  const server = start(here("server.mjs"), 0, [lib]);
  const { port } = await answer(server);
  const load = start(here("load.mjs"), 1, [port, PAGES]);
  await answer(load);
  await ask(load, { write: 2000 });
  const before = await ask(server, { usage: true });
  const loadBefore = await ask(load, { usage: true });
  const at = performance.now();
  await ask(load, { write: MESSAGES });
  const seconds = (performance.now() - at) / 1000;
  const cpu = (await ask(server, { usage: true })).cpu - before.cpu;
  const loadCpu = (await ask(load, { usage: true })).cpu - loadBefore.cpu;
  await stop(load, server);
  return { cpuMicroseconds: (cpu / MESSAGES) * 1e6, loadShare: loadCpu / seconds };
}
