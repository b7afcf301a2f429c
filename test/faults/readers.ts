/** Readers of the feed that do nothing else: they note how long each text was on its way. */
import { setTimeout as sleep } from "node:timers/promises";
import type { DownFrame } from "../../src/wire/frames.ts";
import { PROTOCOL } from "../../src/wire/protocol.ts";
import { answer, given, needDescriptors } from "../support/child.ts";
import { dial, type Pass, passes } from "./socket.ts";

export interface ReadersOptions {
  readonly origin: string;
  readonly from: number;
  readonly count: number;
}

const BATCH = 100;

const { origin, from, count } = given<ReadersOptions>();
needDescriptors(count);
let ready = 0;
let closed = 0;
let delays: number[] = [];

function read(pass: Pass) {
  const socket = dial(`${origin.replace("http", "ws")}/_violet/socket`, pass);
  const send = (frame: object) => socket.send(JSON.stringify(frame));
  socket.on("open", () =>
    send({ type: "hello", protocol: PROTOCOL, csrf: pass.csrf, stores: [{ store: "feed", life: 1 }] }),
  );
  socket.on("message", (data: Buffer) => {
    // A text of the feed is long, and its time stands first.
    const [, at] = /"(\d+) /.exec(data.subarray(0, 120).toString("latin1")) ?? [];
    if (at !== undefined && ready >= count) delays.push(Number(process.hrtime.bigint() - BigInt(at)) / 1e6);
    if (data.length > 1000) return;
    const { type } = JSON.parse(data.toString()) as DownFrame;
    if (type === "state") ready++;
    if (type === "ping") send({ type: "pong" });
  });
  socket.on("close", () => closed++);
}

async function areReady(number: number): Promise<void> {
  for (; ready < number; await sleep(20))
    if (closed) throw new Error("a reader was closed before it read anything");
}

const commands = {
  ready() {},
  async arrive() {
    for (const [index, pass] of (await passes(origin, from, count)).entries()) {
      read(pass);
      // Some at a time: a server closes who does not say hello in time.
      await areReady(index - BATCH);
    }
    await areReady(count);
  },
  /** What came since the last look. */
  look() {
    const sorted = delays.sort((a, b) => a - b);
    delays = [];
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
    return { received: sorted.length, closed, medianMs: at(0.5), p99Ms: at(0.99) };
  },
};

export type ReadersCommands = typeof commands;

answer(commands);
