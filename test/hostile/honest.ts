/** A page that does nothing wrong, beside those that do: a process of its own, so that its times are its own. */
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { number, object } from "superstruct";
import { Runtime } from "../../src/runtime.ts";
import { increment } from "../../src/state/helpers.ts";
import { shared } from "../../src/state/shared.ts";
import { definitionOf } from "../../src/state/store.ts";
import { answer, given } from "../support/child.ts";
import { socketWith } from "../support/node-client.ts";
import { credentials } from "./credentials.ts";

/** Between two writes. */
const PAUSE_MS = 20;

const { port } = given<{ port: number }>();
const origin = `http://127.0.0.1:${port}`;
const { cookie, client, csrf } = await credentials(origin);
const runtime = new Runtime({ origin, payload: { client, csrf }, transport: socketWith(origin, cookie) });
const store = runtime.resolve(
  definitionOf(shared("honest", { state: object({ count: number() }), initial: () => ({ count: 0 }) })),
  undefined,
);
await store.loaded();

const times: number[] = [];
let isOn = false;
let working: Promise<void> | undefined;

async function work() {
  while (isOn) {
    const start = performance.now();
    increment(store.root as { count: number }, "count");
    await store.settled();
    times.push(performance.now() - start);
    await sleep(PAUSE_MS);
  }
}

const commands = {
  ready() {},
  begin() {
    isOn = true;
    working = work();
  },
  /** How long its writes took until they were acknowledged. */
  async end() {
    isOn = false;
    await working;
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
    return { writes: times.length, p50Ms: at(0.5), p99Ms: at(0.99) };
  },
};

export type HonestCommands = typeof commands;

answer(commands);
