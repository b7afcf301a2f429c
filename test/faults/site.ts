/** The server under test: an app over Express, in memory, that can be killed and started again on the same port. */
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import express from "express";
import { memory } from "../../server/backends/memory.ts";
import { type VioletOptions, violet } from "../../server/index.ts";
import { server } from "../../server/server.ts";
import { load, snapshot } from "../../src/state/helpers.ts";
import { answer, given, needDescriptors } from "../support/child.ts";
import { hashOf } from "./hash.ts";
import { type Board, board, feed } from "./stores.ts";

export interface SiteOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly sockets: number;
  readonly app?: Pick<VioletOptions, "heartbeatMs" | "deadAfterMs" | "limits">;
}

/** How often a condition is looked at. */
const LOOK_MS = 50;

const { host, port, sockets, app: options } = given<SiteOptions>();
needDescriptors(sockets);

const loads: Record<string, number> = {};
const events = { connect: 0, disconnect: 0 };
const errors: string[] = [];
const backend = memory({ delayMs: 5 });
const note = (facts: object, message: string) =>
  void errors.push(`${message}: ${(facts as { err?: Error }).err?.stack}`);

const app = violet({
  ...options,
  secret: "a secret that the runs alone know",
  backend: {
    ...backend,
    load(store) {
      loads[store] = (loads[store] ?? 0) + 1;
      return backend.load(store);
    },
  },
  logger: { info() {}, warn() {}, error: note },
});
for (const event of ["connect", "disconnect"] as const) app.on(event, () => void events[event]++);

const site = express();
site.use(app.middleware);
const listening = await app.listen(site, port, host);
let accepts = 0;
listening.on("connection", () => accepts++);
/** How many sockets had been opened when. */
const opened = [{ at: performance.now(), count: 0 }];
setInterval(() => opened.push({ at: performance.now(), count: app.counters.connections }), 10);

/** The most sockets that were opened within any second. */
function peak(): number {
  let first = 0;
  let peak = 0;
  for (const { at, count } of opened) {
    while (at - (opened[first]?.at ?? at) > 1000) first++;
    peak = Math.max(peak, count - (opened[first]?.count ?? count));
  }
  return peak;
}

const online = () => app.run(() => server.connections().length);

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(LOOK_MS);
}

let publisher: NodeJS.Timeout | undefined;

const commands = {
  ready() {},
  port: () => (listening.address() as AddressInfo).port,
  figures: () => ({
    ...app.counters,
    ...events,
    errors,
    loads,
    accepts,
    opensInASecond: peak(),
    online: online(),
  }),
  /** Resolves when no link is left; gives how many milliseconds that took. */
  async alone() {
    const start = performance.now();
    await until(() => online() === 0);
    return performance.now() - start;
  },
  /** Resolves when so many people are gone for good. */
  left: (count: number) => until(() => events.disconnect >= count),
  /** What a board is, and what it shows. */
  board: (key: string): Promise<{ readonly state: Board; readonly hash: string }> =>
    app.run(async () => {
      await load(board(key));
      const state = snapshot(board(key)) as Board;
      return { state, hash: hashOf(state) };
    }),
  /** The hash of what the feed shows. */
  feed: () => app.run(() => hashOf({ value: feed.value })),
  /** Writes so many bytes so many times a second; each text begins with the time at which it was written. */
  publish({ perSecond, bytes }: { readonly perSecond: number; readonly bytes: number }) {
    clearInterval(publisher);
    const filler = "x".repeat(bytes);
    if (perSecond)
      publisher = setInterval(
        () => app.run(() => void (feed.value = `${process.hrtime.bigint()} ${filler}`)),
        1000 / perSecond,
      );
  },
};

export type SiteCommands = typeof commands;

answer(commands);
