/** The server that is attacked: a process of its own, so that its end and its memory are seen from outside. */
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import express from "express";
import { array, boolean, number, object, optional, record, string } from "superstruct";
import { type Limits, live, server, type VioletOptions, violet } from "../../server/index.ts";
import { shared, snapshot } from "../../src/index.ts";
import { definitionOf } from "../../src/state/store.ts";
import { refusalOf } from "../../src/state/struct.ts";
import { answer, given } from "../support/child.ts";
import { prototypes } from "./prototypes.ts";

export interface SiteOptions {
  readonly limits?: Partial<Limits>;
}

/** So much is allowed that all frames reach the parser; what is kept for a while, is kept for a short one. */
const raised: Partial<Limits> = {
  messagesPerSecond: 1e9,
  messageBurst: 1e9,
  opsPerSecond: 1e9,
  opBurst: 1e9,
  strikes: 1e9,
  strikesMs: 1,
  socketsPerSession: 1e6,
  socketsPerAddress: 1e6,
  roomsPerSession: 1e6,
  graceMs: 1000,
  idleRoomMs: 1000,
  dedupeClients: 1000,
  maxStoreBytes: 16_384,
};

/** Whoever is attacked may still come, in the same session and from the same address. */
const defaults: Partial<Limits> = { socketsPerSession: 1e6, socketsPerAddress: 1e6, graceMs: 1000 };

const Item = object({ id: string(), text: string() });
const Wall = object({
  text: string(),
  count: number(),
  items: array(Item),
  by: record(string(), number()),
});

/** Anybody writes to it. */
const wall = shared("wall", {
  state: Wall,
  initial: () => ({ text: "", count: 0, items: [], by: {} }),
  actions: (action) => ({
    say: action([string()], (state, text) => {
      state.text = text;
    }),
  }),
  access: { write: () => true },
});
/** Everybody reads it, and nobody may write to it. */
const canary = shared("canary", {
  state: object({ text: string(), count: number(), items: array(Item), by: record(string(), number()) }),
  initial: () => ({ text: "alive", count: 1, items: [{ id: "a", text: "b" }], by: { toString: 1 } }),
  access: { write: () => false },
});
const Card = object({ id: string(), text: string(), isHidden: optional(boolean()), parts: array(Item) });
/** Nobody sees it, and so nobody can change it. */
const hidden = { id: "hidden", text: "canary-of-the-board", isHidden: true, parts: [{ id: "a", text: "b" }] };
/** Anybody writes to what they see of it. */
const board = shared("board", {
  state: object({ text: string(), cards: array(Card), by: record(string(), number()) }),
  initial: () => ({ text: "", cards: [hidden], by: {} }),
  actions: (action) => ({
    say: action([string()], (state, text) => {
      state.text = text;
    }),
  }),
  access: {
    write: () => true,
    view: (state) => ({ ...state, cards: state.cards.filter(({ isHidden }) => !isHidden) }),
  },
});
/** Nobody may even read it. */
const secret = shared("secret", {
  state: object({ text: string() }),
  initial: () => ({ text: "canary-in-the-secret" }),
  access: { read: () => false, write: () => false },
});
/** What an honest client writes to meanwhile. */
const honest = shared("honest", { state: object({ count: number() }), initial: () => ({ count: 0 }) });
shared.family("room", {
  state: object({ text: string() }),
  initial: () => ({ text: "" }),
});

/** What reached a function or a handler, and was none of what its structs let through. */
const passed: string[] = [];
const pass = (value: object, ...types: [unknown, string][]) => {
  for (const [part, type] of types)
    if (typeof part !== type) passed.push(`${JSON.stringify(value)} reached a function`);
};
const functions = {
  box: live({
    state: object({ text: string(), count: number(), items: array(Item), by: record(string(), number()) }),
    params: object({ startAt: optional(number()) }),
    initial: ({ params }) => ({ text: "", count: params.startAt ?? 0, items: [], by: {} }),
    model: ["text", "count"],
    callbacks: (callback) => ({
      say: callback([string()], (state, text) => {
        pass([text], [text, "string"]);
        state.text = text;
      }),
    }),
  }),
  note: server.realtime([string(), number()], (text, n) => pass([text, n], [text, "string"], [n, "number"])),
  helper: () => passed.push("what is not marked was called"),
  asked: server.rpc(() => {
    passed.push("what is called over HTTP was called by a frame");
  }),
};
server.on("moved", { data: object({ x: number() }) }, (data) => pass(data, [data.x, "number"]));
server.on("own", () => passed.push("what the server alone tells was told by a frame"));

let rejections = 0;
process.on("unhandledRejection", (error) => {
  rejections++;
  console.error("unhandled rejection:", error);
});

const reports: string[] = [];
const note = (facts: object, message: string) => {
  if (reports.length < 20) reports.push(`${message}: ${(facts as { err?: Error }).err?.stack}`);
};

async function open(limits: Partial<Limits>) {
  const options: VioletOptions = {
    secret: "a secret that the attack does not know",
    limits,
    modules: { note: functions },
    logger: { info() {}, warn() {}, error: note },
  };
  const app = violet(options);
  const site = express().use(app.middleware);
  const listening = await app.listen(site, 0, "127.0.0.1");
  return { app, port: (listening.address() as AddressInfo).port };
}

const { limits } = given<SiteOptions>();
const sites = [await open({ ...raised, ...limits }), await open(defaults)] as const;
const [{ app }] = sites;

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const fixed = prototypes();
const start = JSON.stringify(app.run(() => [snapshot(canary), snapshot(secret)]));

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((all, count) => all + count, 0);

const commands = {
  ready() {},
  ports: () => sites.map(({ port }) => port),
  /** What is left in memory when nobody is there, and what had to be forgotten is. */
  async heapBytes() {
    while (sites.some(({ app }) => app.run(() => server.connections().length))) await sleep(20);
    // Identities and rooms end with the turns of a wheel.
    await sleep(2500);
    globalThis.gc?.();
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  },
  figures: () => ({
    rejections,
    reports,
    errors: sites.map(({ app }) => app.counters.errors),
    answered: sites.reduce((all, { app }) => all + sum(app.counters.errors), 0),
    closes: sites.map(({ app }) => app.counters.closes),
    connections: sites.reduce((all, { app }) => all + app.counters.connections, 0),
    delayP99Ms: delay.percentile(99) / 1e6,
    rssBytes: process.memoryUsage().rss,
    cpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
  }),
  resetDelay: () => delay.reset(),
  /** What is wrong with what must not change; empty: nothing. */
  async wrongs(): Promise<string[]> {
    const wrongs = passed.slice(0, 20);
    for (const { app } of sites)
      app.run(() => {
        if (JSON.stringify([snapshot(canary), snapshot(secret)]) !== start) wrongs.push("a canary changed");
        const refusal = refusalOf(definitionOf(wall).struct, snapshot(wall));
        if (refusal) wrongs.push(`the wall does not fit at ${refusal.path.join(".")}`);
        if (JSON.stringify(snapshot(wall)).length > 20_000) wrongs.push("the wall is too large");
        const { cards } = snapshot(board);
        if (!cards.some((card) => JSON.stringify(card) === JSON.stringify(hidden)))
          wrongs.push("a card changed that nobody sees");
      });
    const changed = prototypes();
    for (const [name, keys] of Object.entries(fixed))
      if (changed[name] !== keys) wrongs.push(`${name} has changed: ${keys} is ${changed[name]}`);
    if (({} as { polluted?: unknown }).polluted !== undefined) wrongs.push("objects are polluted");
    return wrongs;
  },
  /** What the honest client wrote. */
  honest: () => app.run(() => honest.count),
};

export type SiteCommands = typeof commands;

answer(commands);
